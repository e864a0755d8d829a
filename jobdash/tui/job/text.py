"""A job as a JSON text, to be copied: the document that `jobdash list --json` gives."""

import json
from pathlib import Path

from jobdash.errors import UnknownJob
from jobdash.render import job_json
from jobdash.report import Report


def job_text(path: Path, seq: int) -> str:
    """Return a job's document. Runs in a worker thread. Raises `UnknownJob`.

    Everything but ASCII is escaped: what is pasted elsewhere must not act there.
    """
    with Report(path) as report:
        job = report.job_by_seq(seq)
        if job is None:
            raise UnknownJob(f"job #{seq} is not there any more")
        return json.dumps(job_json(job, report.attempts(seq)), indent=2)
