"""What became of a batch: its results beside its inputs, its job log."""
