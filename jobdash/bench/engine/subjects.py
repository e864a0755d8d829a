"""What is compared: plain huey, jobdash, and SQLite with nothing around it."""

HUEY, JOBDASH, LIMIT = "huey", "jobdash", "sqlite"
SUBJECTS = (HUEY, JOBDASH, LIMIT)
