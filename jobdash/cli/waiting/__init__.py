"""What one can wait for: jobs one by one, many at once, a batch, a queue."""
