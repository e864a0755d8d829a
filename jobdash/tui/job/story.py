"""The timeline of a job: every change of its state, from what to what, by whom and why."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.text import Text

from jobdash.job import MICROSECONDS, JobEvent, State
from jobdash.text import clock, format_duration
from jobdash.transition import Transition
from jobdash.tui.asking.one_job import Detail
from jobdash.tui.looks.long_text import heading
from jobdash.tui.looks.present import Present, day_and_clock, words
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import FAINT, INK, LOOKS, SOFT

_NEWEST_LINES = 1_000
_STATE_CELLS = 13
_TITLES = "time          after    from           to           by         what"
# Where a long line goes on: the moments stand alone, and the words have room on a small screen.
INDENT = _TITLES.index("from")
_STATES = {str(state): state for state in State}


class _Line(NamedTuple):
    """A move, or something else that is known of the past: one without states."""

    at: int
    before: str
    after: str
    who: str
    kind: str
    why: str


def timeline_part(detail: Detail, present: Present) -> list[Text]:
    """Return the story, oldest first; of a very long one the newest part."""
    lines = sorted((*map(_moved, detail.history), *map(_noted, detail.notes)), key=_moment)
    story = lines[-_NEWEST_LINES:]
    hidden = len(lines) - len(story)
    return [heading(_TITLES), *([heading(f"… {hidden:,} earlier lines")] if hidden else []),
            *_told(story, present.now)]  # fmt: skip


def _moment(line: _Line) -> int:
    return line.at


def _moved(line: Transition) -> _Line:
    return _Line(line.at, line.before, line.after, line.who or str(line.by), line.kind, line.why)


def _noted(event: JobEvent) -> _Line:
    return _Line(event.at, "", "", "", event.kind, event.detail)


def _told(story: list[_Line], now: int) -> Iterator[Text]:
    before = story[0].at if story else 0
    for line in story:
        passed = max(0, line.at - before) / MICROSECONDS
        before = line.at
        yield Text.assemble(
            (_time(line.at, now), SOFT),
            (f"  {'+' + format_duration(passed):<8} ", FAINT),
            *_move(line),
            (f"{words(line.who)[:10]:<11}", SOFT),
            (words(line.kind), INK),
            (f"  {words(line.why)}", SOFT),
        )


def _time(at: int, now: int) -> str:
    moment = day_and_clock(at, now)
    return f"{moment}.{at % MICROSECONDS // 1000:03}" if moment == clock(at) else moment


def _move(line: _Line) -> Spans:
    if not line.after:
        return (("".ljust(2 * _STATE_CELLS + 2), FAINT),)
    return _state(line.before), ("→ " if line.before else "  ", FAINT), _state(line.after)


def _state(name: str) -> Span:
    state = _STATES.get(name)
    if state is None:
        return words(name).ljust(_STATE_CELLS), FAINT
    return f"{LOOKS[state].glyph} {state}".ljust(_STATE_CELLS), LOOKS[state].style
