"""The parts of the job view: their names and keys, and those that are plain text.

A part that reads and draws by itself is a `LivePart`: give it a line in `LIVE`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from jobdash.job import Job, State
from jobdash.tui.asking.one_job import Detail
from jobdash.tui.job.attempts_part import AttemptsPart
from jobdash.tui.job.call import LARGEST, call_source, defaults_left, losses, value_source
from jobdash.tui.job.kin_part import KinPart
from jobdash.tui.job.story import INDENT, timeline_part
from jobdash.tui.log_view.part import LogPart
from jobdash.tui.looks.long_text import heading, plain_lines, python_lines
from jobdash.tui.looks.present import Present, words
from jobdash.tui.stack_view.part import StackPart
from jobdash.tui.widgets.live_part import LivePart


@dataclass(frozen=True, slots=True)
class PartName:
    """A part, and the letter of its name that opens it."""

    name: str
    letter: str


NAMES = (
    PartName("Arguments", "a"),
    PartName("Attempts", "t"),
    PartName("Result", "s"),
    PartName("Logs", "l"),
    PartName("Workflow", "w"),
    PartName("Timeline", "i"),
    PartName("Stack", "S"),
)


def arguments_part(detail: Detail, _: Present) -> list[Text]:
    """The call, with the names of its parameters."""
    job = detail.job
    args, kwargs = _read(job.args), _read(job.kwargs)
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        return [*plain_lines(f"{job.args}\n{job.kwargs}"), *_notes(job.args, job.kwargs)]
    try:
        source = call_source(job.task or "unknown_task", args, kwargs, detail.parameters)
    except RecursionError:
        return plain_lines(f"{job.args}\n{job.kwargs}")
    left = defaults_left(args, kwargs, detail.parameters)
    by_default = [Text(), heading(f"by default: {words(', '.join(left))}")] if left else []
    return [*python_lines(source), *by_default, *_notes(job.args, job.kwargs)]


def result_part(detail: Detail, _: Present) -> list[Text]:
    """What the job returned."""
    job = detail.job
    if job.state is not State.SUCCEEDED:
        return [heading(f"No result{_yet(job)}: the job is {job.state}.")]
    if job.result is None:
        return [heading("The job returned nothing that was kept.")]
    value = _read(job.result)
    if isinstance(value, str):
        return [*plain_lines(value), *_notes(job.result)]
    try:
        lines = plain_lines(job.result) if value is _UNREAD else python_lines(value_source(value))
    except RecursionError:
        lines = plain_lines(job.result)
    return [*lines, *_notes(job.result)]


PARTS: Mapping[str, Callable[[Detail, Present], list[Text]]] = {
    "Arguments": arguments_part,
    "Result": result_part,
    "Timeline": timeline_part,
}
# Where the long lines of a part go on, if not at its edge.
INDENTS = {"Timeline": INDENT}
LIVE: Mapping[str, type[LivePart]] = {
    "Attempts": AttemptsPart,
    "Logs": LogPart,
    "Workflow": KinPart,
    "Stack": StackPart,
}
SHOWN = tuple(part for part in NAMES if part.name in PARTS or part.name in LIVE)


def first_part(job: Job) -> str:
    """Return the part that a person wants to see first."""
    if job.state in (State.FAILED, State.RETRYING, State.DISCARDED):
        return "Attempts"
    if job.state is State.RUNNING and "Logs" in LIVE:
        return "Logs"
    if job.state is State.SUCCEEDED and job.result not in (None, "null"):
        return "Result"
    return "Attempts" if job.error_type and job.state is not State.SUCCEEDED else "Arguments"


_UNREAD = object()


def _read(preview: str) -> Any:
    """Return what a preview holds, `_UNREAD` for what is no JSON or no preview at all."""
    if len(preview) > LARGEST:
        return _UNREAD
    try:
        return json.loads(preview)
    except (ValueError, RecursionError):
        return _UNREAD


def _notes(*previews: str) -> list[Text]:
    lost = losses(*previews)
    return [Text(), heading(f"{lost[:1].upper()}{lost[1:]}: this is a preview.")] if lost else []


def _yet(job: Job) -> str:
    return "" if job.is_final else " yet"
