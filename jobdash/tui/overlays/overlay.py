"""What all boxes over the dashboard have in common."""

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key

T = TypeVar("T")


class Overlay(ModalScreen[T]):
    """A box over the dashboard, whose last line then tells the keys of the box: `HINTS`."""

    HINTS: ClassVar[Sequence[Key]] = (keys.CLOSE,)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", show=False)]
    DEFAULT_CSS = """
    Overlay { align: center middle; background: $background 55%; }
    Overlay #box {
        width: 64; max-width: 94%; height: auto; max-height: 90%;
        border: round $rule; background: $raised; padding: 1 2;
    }
    """
