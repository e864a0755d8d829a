"""What is compared of one run: its short facts and its long texts. Pure, no I/O."""

from jobdash.job import Attempt, Job, State
from jobdash.render.difference import MOST_LINES, UNKNOWN, Side
from jobdash.render.log_lines import readable
from jobdash.render.words import attempt_duration
from jobdash.text import format_duration


def side_of(job: Job, attempt: Attempt | None, log: bytes, commit: str | None) -> Side:
    """Return one run of a job as one of the two that are compared.

    `log` is what it printed, `commit` that of its code if it is known.
    """
    outcome = (attempt.outcome or "running") if attempt else str(job.state)
    traceback = (attempt.traceback or "").splitlines() if attempt else []
    facts = _facts(job, attempt, outcome) | {"commit": commit or UNKNOWN, "took": _took(attempt)}
    number = f" attempt {attempt.number}" if attempt else ""
    texts = {"traceback": traceback, "log": _log_lines(log)}
    return Side(f"#{job.seq}{number} {outcome}", facts, texts)


def _facts(job: Job, attempt: Attempt | None, outcome: str) -> dict[str, str]:
    has_result = outcome == "succeeded" and job.state is State.SUCCEEDED
    error = (attempt.error_type, attempt.error_message) if attempt else ()
    return {
        "task": job.task,
        "arguments": job.args,
        "named arguments": job.kwargs,
        "outcome": outcome,
        "result": (job.result or "") if attempt and has_result else "",
        "error": ": ".join(filter(None, error)),
    }


def _took(attempt: Attempt | None) -> str:
    seconds = attempt_duration(attempt) if attempt else None
    return "" if seconds is None else format_duration(seconds)


def _log_lines(log: bytes) -> list[str]:
    return [readable(line) for line in log.splitlines()[-MOST_LINES - 1 :]]
