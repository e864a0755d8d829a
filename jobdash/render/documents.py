"""The JSON documents that programs read: stable names, ISO 8601 times in UTC, seconds.

Text is given as it is stored; whoever writes the document escapes control characters, as
`json.dumps` does by default.
"""

import json
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from jobdash.job import MICROSECONDS, Attempt, Job, TaskType, Worker
from jobdash.render.words import attempt_duration, duration
from jobdash.retries import planned_tries
from jobdash.text import iso
from jobdash.usage import Usage

Document = dict[str, Any]

_MOST_TRIES = 100

# Where a preview was cut; a text that itself ends in an ellipsis cannot be told from one.
_CUT = re.compile(r'…>?"|"… \d+ more"')


def job_json(job: Job, attempts: Sequence[Attempt] = ()) -> Document:
    """Return a job's document. Tracebacks, and some durations, are only known from `attempts`."""
    return {
        "id": job.id,
        "seq": job.seq,
        "queue": job.queue,
        "task": job.task,
        "state": str(job.state),
        "args": _value(job.args),
        "kwargs": _value(job.kwargs),
        "priority": _number(job.priority),
        "attempt": job.attempts,
        "failures": job.failures,
        "retries": job.retries,
        "rescues": job.rescues,
        "created_at": iso(job.created_at),
        "eta": iso(job.eta),
        "started_at": iso(job.started_at),
        "finished_at": iso(job.finished_at),
        "duration": duration(job, attempts),
        "worker": job.worker,
        "result": _value(job.result),
        "error": _error(job, _last_traceback(attempts)),
        "progress": _progress(job),
        "parent": job.parent,
        "replay_of": job.replay_of,
        "batch": job.batch,
        "key": job.key,
        "cancel_requested": job.cancel_requested_at is not None,
        "truncated": any(_CUT.search(text or "") for text in (job.args, job.kwargs, job.result)),
        "is_terminal": job.is_final,
    }


def attempt_json(attempt: Attempt) -> Document:
    """Return the document of one run."""
    return {
        "number": attempt.number,
        "worker": attempt.worker,
        "started_at": iso(attempt.started_at),
        "ended_at": iso(attempt.ended_at),
        "duration": attempt_duration(attempt),
        "cpu": _seconds(attempt.cpu),
        "memory": attempt.memory,
        "outcome": attempt.outcome,
        "error": _error(attempt, attempt.traceback),
        "progress": _progress(attempt),
    }


def next_tries_json(job: Job) -> list[Document]:
    """Return the documents of the retries that a job has before it, at most 100, the soonest first.

    `earliest` and `latest` are null as long as there is no failure to count from; the delays, in
    seconds since the failure before, are null for the try that a retrying job waits for.
    """
    return [
        {
            "number": one.number,
            "shortest_delay": one.shortest,
            "longest_delay": one.longest,
            "earliest": iso(one.earliest),
            "latest": iso(one.latest),
        }
        for one in islice(planned_tries(job), _MOST_TRIES)
    ]


def worker_json(worker: Worker, usage: Usage | None = None) -> Document:
    """Return a worker's document; `job` is what it runs, or null. CPU is in percent of a core."""
    return {
        "id": worker.id,
        "queue": worker.queue,
        "kind": worker.kind,
        "name": worker.name,
        "pid": worker.pid,
        "pool": worker.pool,
        "alive": worker.alive,
        "state": worker.doing,
        "size": worker.size,
        "started_at": iso(worker.started_at),
        "ended_at": iso(worker.ended_at),
        "ended_how": worker.ended_how,
        "done": worker.done,
        "failed": worker.failed,
        "cpu_percent": usage and usage.cpu,
        "memory_bytes": usage and usage.memory,
        "job": _current_job(worker),
    }


def task_json(task: TaskType) -> Document:
    """Return a registered task's document."""
    return {
        "name": task.name,
        "queue": task.queue,
        "parameters": _value(task.parameters),
        "doc": task.doc,
        "retries": task.retries,
        "retry_delay": _number(task.retry_delay),
        "priority": _number(task.priority),
        "timeout": task.timeout if task.timeout is None else _number(task.timeout),
        "periodic": task.periodic,
        "paused": task.paused,
        "registered_at": iso(task.registered_at),
    }


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / MICROSECONDS


def _value(text: str | None) -> Any:
    """Return the value that a preview shows, or the text itself where it is no JSON."""
    if text is None:
        return None
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _number(value: float) -> float:
    return int(value) if value.is_integer() else value


def _error(source: Job | Attempt, traceback: str | None) -> Document | None:
    if source.error_type is None and source.error_message is None:
        return None
    return {"type": source.error_type, "message": source.error_message, "traceback": traceback}


def _last_traceback(attempts: Sequence[Attempt]) -> str | None:
    return next((run.traceback for run in reversed(attempts) if run.traceback), None)


def _progress(job: Job | Attempt) -> Document | None:
    done, total, note = job.progress_done, job.progress_total, job.progress_note
    if (done, total, note) == (None, None, None):
        return None
    return {"done": done, "total": total, "note": note}


def _current_job(worker: Worker) -> Document | None:
    if worker.job is None:
        return None
    started_at = iso(worker.job_started_at)
    return {"seq": worker.job, "task": worker.job_task, "started_at": started_at}
