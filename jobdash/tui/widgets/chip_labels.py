"""How much each chip says: all words whole if they fit, else what matters most first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobdash.job import State
from jobdash.text import compact_count, format_count

_BY_WEIGHT = (
    State.FAILED, State.RUNNING, State.PENDING, State.RETRYING, State.SUCCEEDED,
    State.SCHEDULED, State.WAITING, State.CANCELLED, State.EXPIRED, State.DISCARDED,
)  # fmt: skip
_SHORT = {
    State.WAITING: "wait", State.SCHEDULED: "sched", State.PENDING: "pend", State.RUNNING: "run",
    State.RETRYING: "retry", State.SUCCEEDED: "ok", State.FAILED: "fail",
    State.CANCELLED: "canc", State.EXPIRED: "exp", State.DISCARDED: "disc",
}  # fmt: skip
# Space, glyph, space before the word, and a space at the end.
_FRAME = 4
# Two cells at least, so that the chips stand still while small numbers change.
_LEAST_NUMBER = 2


@dataclass(slots=True)
class Label:
    """A chip's word, '' if there is no room for one, and its number."""

    word: str
    number: str

    @property
    def cells(self) -> int:
        """How wide the chip is."""
        return _FRAME + len(self.word) + bool(self.word) + max(_LEAST_NUMBER, len(self.number))


def labels(states: Sequence[State], counts: Mapping[State, int], room: int) -> dict[State, Label]:
    """Return a label for each state, together at most `room` cells wide if that can be."""
    made = {state: Label("", compact_count(counts.get(state, 0))) for state in states}
    in_words = {state: Label(str(state), label.number) for state, label in made.items()}
    if sum(label.cells for label in in_words.values()) <= room:
        made = in_words
    for state in _BY_WEIGHT:
        if state in made and not made[state].word:
            _lengthen(made, state, room, word=_SHORT[state])
    for state in _BY_WEIGHT:
        if state in made:
            _lengthen(made, state, room, number=format_count(counts.get(state, 0)))
    for state in _BY_WEIGHT:
        if state in made and made[state].word:
            _lengthen(made, state, room, word=str(state))
    return made


def _lengthen(
    made: dict[State, Label], state: State, room: int, *, word: str = "", number: str = ""
) -> None:
    longer = Label(word or made[state].word, number or made[state].number)
    if sum(label.cells for label in made.values()) + longer.cells - made[state].cells <= room:
        made[state] = longer
