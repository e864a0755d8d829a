"""A job's life as one bar: waiting, each attempt, the pauses between them, in proportion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rich.color import Color, blend_rgb
from rich.style import Style

from jobdash.job import Attempt, Job, State
from jobdash.text import cell_len, format_duration
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import GROUND, LOOKS, RAISED, SOFT

_LEAST_CELLS = 3
_TINT = 0.28
# A run that was given back has done nothing wrong: its job was pending again.
_STATES = {str(state): state for state in State} | {"returned": State.PENDING}
# Colours of the theme alone: others stay as they are when it is another one.
_WAIT = SOFT + Style(bgcolor=RAISED)
_GAP = LOOKS[State.RETRYING].style + Style(bgcolor=RAISED)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One piece of the bar; `micros` is how long it took."""

    micros: int
    glyph: str
    style: Style


def timeline(job: Job, attempts: Sequence[Attempt], now: int, width: int) -> Spans:
    """Return the bar in at most `width` cells."""
    stretches = list(_stretches(job, attempts, now))
    most = width // (_LEAST_CELLS + 1)
    if len(stretches) > most:
        stretches = stretches[-most:]
    cells = _shares([stretch.micros for stretch in stretches], width)
    spans: list[Span] = []
    for stretch, room in zip(stretches, cells, strict=True):
        spans.append((_label(stretch, room), stretch.style))
    return tuple(spans)


def _stretches(job: Job, attempts: Sequence[Attempt], now: int) -> Iterator[Stretch]:
    at, waiting = job.created_at, True
    for attempt in attempts:
        yield _pause(attempt.started_at - at, first=waiting)
        at, waiting = attempt.ended_at or now, False
        yield _run(attempt, at)
    if not job.is_final and job.state is not State.RUNNING:
        yield _pause(now - at, first=waiting)


def _pause(micros: int, *, first: bool) -> Stretch:
    state = State.PENDING if first else State.RETRYING
    return Stretch(max(0, micros), LOOKS[state].glyph, _WAIT if first else _GAP)


def _run(attempt: Attempt, end: int) -> Stretch:
    look = LOOKS[outcome_state(attempt.outcome)]
    style = look.style + _tinted(look.style)
    return Stretch(max(0, end - attempt.started_at), look.glyph, style)


@cache
def _tinted(style: Style) -> Style:
    """Return the ground that a piece in this colour stands on: the same colour, much darker."""
    if style.color is None:
        return Style()
    mixed = blend_rgb(Color.parse(GROUND).get_truecolor(), style.color.get_truecolor(), _TINT)
    return Style(bgcolor=Color.from_triplet(mixed))


def outcome_state(outcome: str | None) -> State:
    """Return the state whose look tells how an attempt ended, None if it has not."""
    if outcome is None:
        return State.RUNNING
    return _STATES.get(outcome, State.FAILED)


def _shares(parts: Sequence[int], width: int) -> list[int]:
    """Divide the width in proportion, but give each part enough cells to be seen."""
    if not parts:
        return []
    spare = width - _LEAST_CELLS * len(parts)
    total = sum(parts) or 1
    return [_LEAST_CELLS + spare * part // total for part in parts]


def _label(stretch: Stretch, room: int) -> str:
    full = f" {stretch.glyph} {format_duration(stretch.micros / 1e6)} "
    text = full if cell_len(full) <= room else f" {stretch.glyph} "
    return text[:room].ljust(room)
