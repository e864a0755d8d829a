"""The parts of the job view as lines of text: arguments, attempts, result, history."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.text import Text

from jobdash.job import Attempt, Job, State
from jobdash.render import standing
from jobdash.text import clock, format_duration
from jobdash.tui.long_text import heading, json_lines, plain_lines, traceback_lines, value_lines
from jobdash.tui.present import Present, words
from jobdash.tui.questions import Detail
from jobdash.tui.theme import FAINT, INK, LOOKS, SOFT
from jobdash.tui.timeline import outcome_state

_NEWEST_ATTEMPTS = 50


def arguments_part(detail: Detail, _: Present) -> list[Text]:
    """Positional and named arguments."""
    job = detail.job
    return [
        *_section("Arguments", _items(job.args)),
        *_section("Named arguments", _items(job.kwargs)),
        heading("These are previews: secrets are left out, long values are cut."),
    ]


def attempts_part(detail: Detail, present: Present) -> list[Text]:
    """Every attempt, the newest first, with error and traceback."""
    newest = detail.attempts[: -_NEWEST_ATTEMPTS - 1 : -1]
    lines: list[Text] = []
    for attempt in newest:
        lines += _attempt(attempt, present)
    hidden = len(detail.attempts) - len(newest)
    if hidden:
        lines.append(heading(f"… {hidden:,} earlier attempts"))
    return lines or [heading(_not_started(detail.job))]


def result_part(detail: Detail, _: Present) -> list[Text]:
    """What the job returned."""
    job = detail.job
    if job.state is not State.SUCCEEDED:
        return [heading(f"No result: the job is {job.state}.")]
    if job.result is None:
        return [heading("The job returned nothing that was kept.")]
    return json_lines(job.result)


def history_part(detail: Detail, present: Present) -> list[Text]:
    """The log of the job, and the jobs that belong to it."""
    lines = [
        Text.assemble(
            (clock(event.at), SOFT), "  ", (words(event.kind).ljust(16), INK),
            (words(event.detail), SOFT),
        )
        for event in detail.history
    ]  # fmt: skip
    if detail.related:
        lines += [Text(), heading("Related jobs")]
        lines += [_related(job, present.now) for job in detail.related]
    return lines


PARTS: Mapping[str, Callable[[Detail, Present], list[Text]]] = {
    "Arguments": arguments_part,
    "Attempts": attempts_part,
    "Result": result_part,
    "History": history_part,
}


def first_part(job: Job) -> str:
    """Return the part that a person wants to see first."""
    if job.error_type or job.state in (State.FAILED, State.RETRYING):
        return "Attempts"
    return "Result" if job.state is State.SUCCEEDED and job.result else "Arguments"


def _section(name: str, items: list[Text]) -> list[Text]:
    return [heading(name), *items, Text()] if items else []


def _items(preview: str) -> list[Text]:
    try:
        value: Any = json.loads(preview)
    except (ValueError, RecursionError):
        return plain_lines(preview)
    return value_lines(value) if value not in ([], {}, None) else []


def _attempt(attempt: Attempt, present: Present) -> Iterator[Text]:
    look = LOOKS[outcome_state(attempt.outcome)]
    end = max(attempt.started_at, attempt.ended_at or present.now)
    where = "" if attempt.worker is None else present.workers.get(attempt.worker, "")
    name = words(where) or f"worker {attempt.worker}"
    told = f"{look.glyph} attempt {attempt.number} {words(attempt.outcome or 'running')}"
    yield Text.assemble(
        (told, look.style),
        (f"   {clock(attempt.started_at)}", SOFT),
        (f"   {format_duration((end - attempt.started_at) / 1e6)}   on {name}", FAINT),
    )
    if attempt.traceback:
        yield from traceback_lines(attempt.traceback.rstrip("\n"))
    elif attempt.error_type or attempt.error_message:
        said = ": ".join(filter(None, (attempt.error_type, attempt.error_message)))
        yield from plain_lines(said)
    yield Text()


def _related(job: Job, now: int) -> Text:
    look = LOOKS[job.state]
    return Text.assemble(
        (f"#{job.seq}".rjust(8), INK), "  ", (f"{look.glyph} {job.state}".ljust(12), look.style),
        (words(job.task), INK), (f"   {words(standing(job, now))}", SOFT),
    )  # fmt: skip


def _not_started(job: Job) -> str:
    if job.state is State.SUCCEEDED or not job.is_final:
        return f"No attempt yet: the job is {job.state}."
    return f"No attempt is known: the job was {job.state} before it ran."
