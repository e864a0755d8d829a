"""How the test that makes a job's call again is called, and its file."""

import re

from jobdash.job import Job


def identifier_of(job: Job) -> str:
    """Return the end of the name of the test's function."""
    return re.sub(r"\W", "_", job.task.rpartition(".")[2]) + f"_job_{job.seq}"


def file_name_of(job: Job) -> str:
    """Return how the file is called unless somebody says otherwise."""
    return f"test_{identifier_of(job)}.py"
