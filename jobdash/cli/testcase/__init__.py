"""Writing a pytest file that makes the call of a job."""
