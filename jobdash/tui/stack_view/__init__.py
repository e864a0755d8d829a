"""Where a running job is, live."""
