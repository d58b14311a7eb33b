"""Open plans on disk and as documents."""
