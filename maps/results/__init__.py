"""What a run or a meeting hands out, one file an output."""
