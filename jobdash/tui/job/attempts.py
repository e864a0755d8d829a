"""The attempts of a job, the newest first: how each ended, where, and its traceback."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from jobdash.job import Attempt, Job, State
from jobdash.postmortem import PostMortem
from jobdash.render import progress_text
from jobdash.render.failures import failure_lines
from jobdash.render.spent import spent_text
from jobdash.report.chaos import is_first_of_two
from jobdash.text import clock, format_duration
from jobdash.tui.asking.one_job import Detail, InFull
from jobdash.tui.looks.long_text import COLOURED_LINES, heading, plain_lines, traceback_lines
from jobdash.tui.looks.present import Present, words
from jobdash.tui.looks.theme import ALARM, FAINT, INK, LOOKS, SOFT, WARN
from jobdash.tui.looks.timeline import outcome_state

_NEWEST_ATTEMPTS = 50
# Of a traceback that is folded: the outermost frame, and where it happened.
_HEAD, _TAIL = 3, 14
# What earlier attempts show while folded: most fail like the last one.
_EARLIER_TAIL = 3


def all_attempts(detail: Detail, present: Present, whole: bool) -> list[Text]:
    """Every attempt with error and traceback; `whole` unfolds the long ones."""
    newest = detail.attempts[: -_NEWEST_ATTEMPTS - 1 : -1]
    lines = [*_deliveries(detail)]
    for place, attempt in enumerate(newest):
        if place == 1:
            lines += [heading("before that; < shows each in full"), Text()]
        lines.append(_title(attempt, present))
        if detail.failure is not None and attempt.number == detail.failed_attempt:
            lines += _in_full(detail.failure, detail.changed, whole=whole)
        else:
            lines += _error(attempt, is_newest=place == 0, whole=whole)
        lines.append(Text())
    hidden = len(detail.attempts) - len(newest)
    if hidden:
        lines.append(heading(f"… {hidden:,} earlier attempts"))
    return lines or [heading(_not_started(detail.job))]


def one_attempt(attempt: Attempt, found: InFull, present: Present) -> list[Text]:
    """Return an attempt with its failure in full: source, variables, the libraries' calls too."""
    if found.failure is None:
        return [_title(attempt, present), *_error(attempt, is_newest=True, whole=True)]
    return [_title(attempt, present), *_in_full(found.failure, found.changed, whole=True)]


def _deliveries(detail: Detail) -> Iterator[Text]:
    for delivery in detail.twice:
        told = f"delivered twice on purpose: {words(delivery.verdict)}"
        yield Text(told, WARN if delivery.is_different else SOFT)
    if detail.twice:
        yield Text()


def _title(attempt: Attempt, present: Present) -> Text:
    state, ended = outcome_state(attempt.outcome), attempt.outcome or "running"
    if is_first_of_two(attempt):
        state, ended = State.SUCCEEDED, "was delivered again"
    look = LOOKS[state]
    end = max(attempt.started_at, attempt.ended_at or present.now)
    where = words(present.workers.get(attempt.worker or 0, "")) or "a worker that ended"
    told = f"{look.glyph} attempt {attempt.number} {words(ended)}"
    began, ended = clock(attempt.started_at), clock(end)
    came_to = progress_text(attempt)
    until = "" if attempt.ended_at is None or ended == began else f" to {ended}"
    return Text.assemble(
        (told, look.style),
        (f"   {began}{until}", SOFT),
        (f"   {format_duration((end - attempt.started_at) / 1e6)}   on {where}", FAINT),
        (f"   {spent_text(attempt)}".rstrip(), FAINT),
        (f"   came to {words(came_to)}" if came_to else "", SOFT),
    )


def _in_full(failure: PostMortem, changed: Sequence[str], *, whole: bool) -> Iterator[Text]:
    if changed:
        yield Text(f"code changed since this failure: {words(', '.join(changed))}", WARN)
    for line in failure_lines(failure, brief=not whole):
        yield Text(line, INK if line[:1].isspace() else ALARM)
    if not whole:
        yield heading("  enter: with source, variables and libraries")


def _error(attempt: Attempt, *, is_newest: bool, whole: bool) -> Iterator[Text]:
    if attempt.traceback:
        yield from _traceback(attempt.traceback.rstrip("\n"), is_newest=is_newest, whole=whole)
    elif is_first_of_two(attempt):
        # It was well: that it is recorded with an error is chaos.
        yield from plain_lines(attempt.error_message or "")
    elif attempt.error_type or attempt.error_message:
        said = ": ".join(filter(None, (attempt.error_type, attempt.error_message)))
        yield from plain_lines(said)


def _traceback(text: str, *, is_newest: bool, whole: bool) -> Iterator[Text]:
    if not is_newest:
        lines = plain_lines(text)
        yield from lines if whole else _folded(lines, 0, _EARLIER_TAIL)
        return
    lines = traceback_lines(text)
    yield from lines if whole else _folded(lines, _HEAD, _TAIL)


def _folded(lines: list[Text], head: int, tail: int) -> Iterator[Text]:
    hidden = len(lines) - head - tail
    if hidden <= 1:
        yield from lines
        return
    yield from lines[:head]
    yield heading(f"  … {hidden:,} more lines: enter unfolds")
    # Colours end where a long text begins: what is shown gets them all the same.
    yield from lines[-tail:] if len(lines) <= COLOURED_LINES else _coloured_tail(lines, tail)


def _coloured_tail(lines: list[Text], tail: int) -> list[Text]:
    return traceback_lines("\n".join(line.plain for line in lines[-tail:]))


def _not_started(job: Job) -> str:
    if job.state is State.SUCCEEDED or not job.is_final:
        return f"No attempt yet: the job is {job.state}."
    return f"No attempt is known: the job was {job.state} before it ran."
