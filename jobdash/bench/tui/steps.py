"""The keys that are measured, and which figures they make."""

from dataclasses import dataclass

from jobdash.tui.place_table import PLACES

_ESCAPE = b"\x1b"
# The keys that show only the failed jobs, and all of them again. Not from the table of keys, which
# would import Textual: a benchmark adds as little as it can to what it measures.
FAILED, EVERY_STATE = b"!", b"0"


@dataclass(frozen=True, slots=True)
class Step:
    """One key. `before` puts the dashboard where it is pressed and `after` takes it back."""

    name: str
    meaning: str
    keys: bytes
    before: bytes = b""
    after: bytes = b""
    needs_jobs: bool = True


STEPS = (
    Step("down", "j: next line", b"j"),
    Step("page-down", "a page down", b"\x1b[6~"),
    Step("last", "G: the last of all", b"G", after=b"g"),
    Step("first", "g: the first of all", b"g", before=b"G"),
    Step("next-state", "]: next state", b"]", needs_jobs=False),
    Step("previous-state", "[: previous state", b"[", needs_jobs=False),
    Step("filter", "/: type a filter", b"/", after=_ESCAPE, needs_jobs=False),
    Step("open", "enter: open a job", b"\r", after=_ESCAPE),
)

JOBS = next(place for place in PLACES if place.name == "jobs")
OTHER_PLACES = tuple(place for place in PLACES if place is not JOBS)


def go(name: str) -> str:
    """Return the name of the readings of going to a place."""
    return f"go-{name}"
