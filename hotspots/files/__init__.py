"""Any file as rows of text or shapes: found by name, unpacked within one limit, known by its bytes."""
