"""What people do to jobs and workers: asked first, done by control, told afterwards, undone."""
