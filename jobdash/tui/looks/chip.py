"""A word with its number, one of several of which one is chosen."""

from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import BOLD, FAINT, PLAIN, RULE_GROUND, SOFT


def chip_spans(word: str, number: str, *, chosen: bool) -> Spans:
    """Return a chip; the chosen one stands out, and in brackets where there are no colours."""
    ground = RULE_GROUND if chosen else PLAIN
    ink = BOLD if chosen else FAINT if number == "0" else SOFT
    before, after = "[]" if chosen else "  "
    return ((f"{before}{word}", ink + ground), (f" {number}{after}", FAINT + ground))
