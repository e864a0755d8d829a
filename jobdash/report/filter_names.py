"""Terms about names that the file knows."""

from collections.abc import Callable, Iterable, Mapping

from jobdash.report.filter_parts import Known, Names
from jobdash.report.filter_terms import Match, Pattern


def _task(term: Match, names: Names, known: Known) -> str:
    found = [task for task in known.task_names() if means_task(term.patterns, task)]
    return f"+task IN ({names.give_all(found)})"


def means_task(patterns: Iterable[Pattern], task: str) -> bool:
    """Whether a pattern fits a task's name, or a part of it between dots."""
    words = task.split(".")
    places = range(len(words))
    parts = {".".join(words[start : end + 1]) for start in places for end in places[start:]}
    return any(pattern.fits(part) for pattern in patterns for part in {task, *parts})


def _queue(term: Match, names: Names, known: Known) -> str:
    found = [queue for queue in known.queue_names() if fits_any(term.patterns, queue)]
    return f"+queue IN ({names.give_all(found)})"


def _worker(term: Match, names: Names, known: Known) -> str:
    found = [worker[0] for worker in known.worker_names() if means_worker(term.patterns, *worker)]
    return f"coalesce(worker, ran_by) IN ({names.give_all(found)})"


def means_worker(patterns: Iterable[Pattern], number: int, name: str, pid: int) -> bool:
    """Whether a pattern is a worker's number or process id, or fits its name."""
    numbers = (str(number), str(pid))
    return any(p.fits(name) or (p.text in numbers and not p.is_prefix) for p in patterns)


def fits_any(patterns: Iterable[Pattern], value: str) -> bool:
    """Whether one of the patterns is this value, or its beginning."""
    return any(pattern.fits(value) for pattern in patterns)


NAMED: Mapping[str, Callable[[Match, Names, Known], str]] = {
    "task": _task,
    "queue": _queue,
    "worker": _worker,
}
