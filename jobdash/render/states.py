"""How each state looks: sign, word, colours. Colour is never the only sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobdash.job import State


@dataclass(frozen=True, slots=True)
class StateStyle:
    """How a state looks: a sign one cell wide everywhere, its ASCII stand-in, and colours."""

    glyph: str
    ascii: str
    dark: str
    light: str
    bold: bool = False


STATE_STYLE: Mapping[State, StateStyle] = MappingProxyType(
    {
        State.WAITING: StateStyle("⋯", ":", "#9fb3c8", "#4a6075"),
        State.SCHEDULED: StateStyle("◷", "@", "#b39ddb", "#5e3fa8"),
        State.PENDING: StateStyle("◌", ".", "#c8c8c8", "#404040"),
        State.RUNNING: StateStyle("»", ">", "#56b4e9", "#0060a0", bold=True),
        State.RETRYING: StateStyle("↻", "~", "#f0e442", "#7a5c00"),
        State.SUCCEEDED: StateStyle("✓", "+", "#2fbf8f", "#00694d"),
        State.FAILED: StateStyle("✗", "x", "#ff6b4a", "#b3200c", bold=True),
        State.CANCELLED: StateStyle("⊘", "-", "#8a8a8a", "#6b6b6b"),
        State.EXPIRED: StateStyle("◕", "%", "#e69f00", "#a04a00"),
        State.DISCARDED: StateStyle("⌫", "#", "#b08f8f", "#7a5252"),
    }
)
