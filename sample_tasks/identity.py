"""Which job is running, for tasks that must not do their work twice."""

from uuid import uuid4

from jobdash import current_job


def job_token() -> str:
    """The same text in every attempt of one job; a fresh one outside of a job."""
    job = current_job()
    return str(job.token) if job else uuid4().hex
