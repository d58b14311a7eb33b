"""The same for tables larger than memory, on DuckDB or Spark."""
