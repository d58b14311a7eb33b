"""The configuration: schema, files, times, reading."""
