"""A rule that carries a name, above what it names."""

from jobdash.tui.looks.spans import Spans, width_of
from jobdash.tui.looks.theme import FAINT


def ruled(left: Spans, width: int, right: Spans = ()) -> Spans:
    """Return a rule of `width` cells less one, with a text at its beginning and at its end."""
    room = width - 1 - width_of((*left, *right))
    return (*left, ("─" * max(1, room), FAINT), *right)
