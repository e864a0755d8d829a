"""What exists by name in the file: what one may want to type into a filter."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from jobdash.job import TaskType
from jobdash.report import Report

MOST = 200


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names by field, each once and in order; `parameters` are those of the registered tasks."""

    tasks: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VocabularyQuestion:
    """All names that a filter can be completed with."""

    def answer(self, report: Report, now: int) -> Vocabulary:
        """Read them: a few milliseconds, whatever the number of jobs."""
        registered = report.tasks()
        groups, _ = report.dead_groups(limit=MOST)
        return Vocabulary(
            tasks=_named({*report.task_names(), *(task.name for task in registered)}),
            workers=_named({worker.name for worker in report.workers(everyone=True)}),
            queues=_named(report.queues()),
            batches=_named(report.batch_names(MOST)),
            errors=_named({group.newest.error_type or "" for group in groups}),
            groups=_named({group.signature for group in groups}),
            parameters=_named({name for task in registered for name in _parameters(task)}),
        )


def _named(names: "set[str] | list[str]") -> tuple[str, ...]:
    return tuple(sorted(filter(None, names)))


def _parameters(task: TaskType) -> Iterator[str]:
    try:
        listed = json.loads(task.parameters)
    except (ValueError, RecursionError):
        return
    for one in listed if isinstance(listed, list) else ():
        name = one.get("name") if isinstance(one, dict) else None
        if isinstance(name, str):
            yield name
