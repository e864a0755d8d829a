"""What opens above a place and closes with Escape: questions, help, the form for a new job."""
