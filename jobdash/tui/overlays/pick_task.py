"""Which task to enqueue."""

from collections.abc import Sequence

from jobdash.job import TaskType
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.present import words
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import FAINT, INK, WARN
from jobdash.tui.overlays.pick import Offer


def task_offer(tasks: Sequence[TaskType]) -> Offer[TaskType]:
    """Return the tasks as something to pick from."""
    nothing = (
        ("No task is called like this.", "")
        if tasks
        else ("No task is known yet", "A pool writes them down when it starts.")
    )
    return Offer(
        "New job", "enter chooses, esc closes", tasks, _columns, _key, lambda t: t.name, nothing
    )


def _key(task: TaskType) -> tuple[str, str]:
    return task.queue, task.name


def _name(task: TaskType, _: None) -> Spans:
    paused = (("paused ", WARN),) if task.paused else ()
    return (*paused, (words(task.name), INK))


def _doc(task: TaskType, _: None) -> Spans:
    return ((words(task.doc.strip().partition("\n")[0]), FAINT),)


def _columns(width: int) -> Sequence[Column[TaskType, None]]:
    return [Column("task", min(34, width // 2), _name), Column("", 0, _doc)]
