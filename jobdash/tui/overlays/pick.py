"""A box with a list that narrows as one types: tasks, commands, keys, themes."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from jobdash.tui.keyboard import keys
from jobdash.tui.looks.columns import Column
from jobdash.tui.looks.theme import BOLD, SOFT
from jobdash.tui.overlays.overlay import Overlay
from jobdash.tui.widgets.empty import Empty
from jobdash.tui.widgets.line_list import LineList
from jobdash.tui.widgets.row_list import RowList

T = TypeVar("T")


@dataclass(frozen=True)
class Offer(Generic[T]):
    """What can be picked: how the rows look, and in which text a typed word is looked for.

    Of what is typed exactly, one of a row's `names`, nothing else can be meant: it comes first.
    """

    title: str
    hint: str
    rows: Sequence[T]
    columns: Callable[[int], Sequence[Column[T, None]]]
    key: Callable[[T], Hashable]
    text: Callable[[T], str]
    nothing: Sequence[str] = ("Nothing is called like this.", "")
    names: Callable[[T], Sequence[str]] = lambda row: ()


class PickScreen(Overlay[T | None]):
    """Gives the chosen row, None if none was. `moved` is told where the cursor is."""

    HINTS = keys.CHOOSING
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up,ctrl+p", "move(-1)", show=False),
        Binding("pagedown", "move(8)", show=False),
        Binding("pageup", "move(-8)", show=False),
    ]
    DEFAULT_CSS = """
    PickScreen #box {
        width: 84; max-width: 100%; height: 22; padding: 1;
    }
    PickScreen Static { height: 1; }
    PickScreen Input, PickScreen Input:focus {
        height: 1; border: none; padding: 0 1; margin: 1 0; background: $rule;
    }
    PickScreen LineList { background: $raised; }
    """

    def __init__(
        self,
        offer: Offer[T],
        likely: Hashable = None,
        moved: Callable[[T], None] = lambda row: None,
    ) -> None:
        super().__init__()
        self._offer = offer
        self._likely = likely
        self._tell = moved
        self._empty = Empty()
        self._list = RowList[T, None](offer.columns, offer.key, None, id="pick-list")

    def compose(self) -> ComposeResult:
        """Make the box."""
        with Vertical(id="box"):
            told = Text.assemble((self._offer.title, BOLD), (f"   {self._offer.hint}", SOFT))
            yield Static(told, markup=False)
            yield Input(placeholder="type to find")
            yield self._list
            yield self._empty

    def on_mount(self) -> None:
        """Show all, the likely one under the cursor."""
        self._list.can_focus = False
        self._narrow("")
        keys = [self._offer.key(row) for row in self._list.rows]
        if self._likely in keys:
            self._list.cursor = keys.index(self._likely)
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

    @on(LineList.Moved)
    def _moved(self) -> None:
        if self._list.current is not None:
            self._tell(self._list.current)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.action_move(rows)

    def _narrow(self, typed: str) -> None:
        fitting = _fitting(self._offer, typed.strip())
        self._list.take(fitting, None)
        if typed:
            self._list.move_to(0)
        self._empty.show_if(not fitting, self._offer.nothing)
        self._list.set_class(not fitting, "-empty")


def _fitting(offer: Offer[T], typed: str) -> list[T]:
    """Return the rows that hold every typed word; first those that are or begin with the words."""
    words = typed.lower()
    texts = [(offer.text(row).lower(), row) for row in offer.rows]
    found = [(text, row) for text, row in texts if all(part in text for part in words.split())]
    found.sort(key=lambda one: (typed not in offer.names(one[1]), not one[0].startswith(words)))
    return [row for _, row in found]
