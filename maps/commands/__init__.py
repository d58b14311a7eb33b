"""One file a command, with the command's name."""
