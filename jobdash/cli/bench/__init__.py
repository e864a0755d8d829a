"""What `jobdash bench` prepares and prints."""
