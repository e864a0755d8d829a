"""Which task to enqueue: a list that narrows as one types."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from jobdash.job import TaskType
from jobdash.tui.present import words
from jobdash.tui.spans import Spans
from jobdash.tui.theme import BOLD, FAINT, INK, SOFT, WARN
from jobdash.tui.widgets.columns import Column
from jobdash.tui.widgets.empty import Empty
from jobdash.tui.widgets.line_list import LineList
from jobdash.tui.widgets.row_list import RowList


def _name(task: TaskType, _: None) -> Spans:
    paused = (("paused ", WARN),) if task.paused else ()
    return (*paused, (words(task.name), INK))


def _doc(task: TaskType, _: None) -> Spans:
    return ((words(task.doc.strip().partition("\n")[0]), FAINT),)


def _columns(width: int) -> Sequence[Column[TaskType, None]]:
    return [Column("task", min(34, width // 2), _name), Column("", 0, _doc)]


class PickTaskScreen(ModalScreen[TaskType | None]):
    """Gives the chosen task, None if none was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(8)", show=False),
        Binding("pageup", "move(-8)", show=False),
    ]
    DEFAULT_CSS = """
    PickTaskScreen { align: center middle; background: $background 55%; }
    PickTaskScreen #box {
        width: 84; max-width: 94%; height: 20; max-height: 90%;
        border: round $rule; background: $raised; padding: 1 2;
    }
    PickTaskScreen Static { height: 1; }
    PickTaskScreen Input, PickTaskScreen Input:focus {
        height: 1; border: none; padding: 0 1; margin: 1 0; background: $rule;
    }
    PickTaskScreen LineList { background: $raised; }
    """

    def __init__(self, tasks: Sequence[TaskType], likely: str) -> None:
        super().__init__()
        self._tasks = tasks
        self._likely = likely
        self._empty = Empty()
        self._list = RowList[TaskType, None](
            _columns, lambda task: (task.queue, task.name), None, id="task-list"
        )

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            told = "   type to find, enter chooses, esc closes"
            yield Static(Text.assemble(("New job", BOLD), (told, SOFT)), markup=False)
            yield Input(placeholder="task")
            yield self._list
            yield self._empty

    def on_mount(self) -> None:
        """Show all tasks, the likely one first under the cursor."""
        self._list.can_focus = False
        self._narrow("")
        names = [task.name for task in self._list.rows]
        if self._likely in names:
            self._list.cursor = names.index(self._likely)
            self._list.show_cursor()
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    @on(Input.Submitted)
    @on(LineList.Opened)
    def _chosen(self) -> None:
        if self._list.current is not None:
            self.dismiss(self._list.current)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.action_move(rows)

    def _narrow(self, typed: str) -> None:
        parts = typed.lower().split()
        fitting = [t for t in self._tasks if all(part in t.name.lower() for part in parts)]
        self._list.take(fitting, None)
        why = (
            ("No task is called like this.", "")
            if self._tasks
            else ("No task is known yet", "A pool writes them down when it starts.")
        )
        self._empty.show_if(not fitting, why)
        self._list.set_class(not fitting, "-empty")
