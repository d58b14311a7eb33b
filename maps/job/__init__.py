"""The job in memory, one file a stage; writes nothing."""
