"""From a key to its result: look, ask if need be, act in a thread, tell how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from jobdash.errors import JobdashError
from jobdash.job import Job
from jobdash.report import JobFilter
from jobdash.text import clean, format_count
from jobdash.tui.operations import (
    Chosen,
    Plan,
    find,
    make_plan,
    perform,
    read_pauses,
    set_pause,
)
from jobdash.tui.overlays.choice import Choice, ChoiceScreen
from jobdash.tui.present import words
from jobdash.tui.spans import Spans
from jobdash.tui.theme import FAINT, INK, LOOKS, SOFT, WARN

if TYPE_CHECKING:
    from jobdash.control import Outcome


class Acts:
    """Carries operations out for the app. Its methods must run in one of the app's workers."""

    def __init__(self, app: App[Any], path: Path, *, read_only: bool) -> None:
        self._app = app
        self._path = path
        self._read_only = read_only

    async def act(self, name: str, chosen: Sequence[Chosen]) -> bool:
        """Do one of the operations on jobs; return whether it was carried out."""
        if self._refused_read_only():
            return False
        try:
            plan = await asyncio.to_thread(make_plan, self._path, name, chosen)
            if plan.asks and not await self._confirmed(plan):
                return False
            outcome = await asyncio.to_thread(perform, self._path, name, plan.seqs)
        except JobdashError as error:
            self.tell(f"Nothing was changed: {error}", "error")
            return False
        self._tell_outcome(plan, outcome)
        return bool(outcome.changed or outcome.created)

    async def find(self, wanted: JobFilter) -> Sequence[int]:
        """Return the numbers of all matching jobs; none, and say why, if there are too many."""
        try:
            return await asyncio.to_thread(find, self._path, wanted)
        except JobdashError as error:
            self.tell(str(error), "warning")
            return ()

    async def pause(self, queue: str, task: str) -> None:
        """Ask what to pause or resume, and do it."""
        if self._refused_read_only():
            return
        try:
            pauses = await asyncio.to_thread(read_pauses, self._path)
        except JobdashError as error:
            self.tell(str(error), "error")
            return
        choices = [Choice("n", "Leave it as it is", "")]
        if task:
            choices.append(_pause_choice("t", words(task), "task", (queue, task) in pauses))
        choices.append(_pause_choice("a", f"all of {words(queue)}", "all", (queue, "") in pauses))
        value = await self._app.push_screen_wait(ChoiceScreen("Pause or resume", (), choices))
        if value:
            what = task if value == "task" else ""
            await self._set_pause(queue, what, paused=(queue, what) not in pauses)

    async def _set_pause(self, queue: str, task: str, *, paused: bool) -> None:
        name = words(task) if task else f"all of {words(queue)}"
        try:
            await asyncio.to_thread(set_pause, self._path, queue, task, paused=paused)
        except JobdashError as error:
            self.tell(f"Nothing was changed: {error}", "error")
        else:
            self.tell(f"Paused {name}: running jobs go on." if paused else f"Resumed {name}.")

    async def _confirmed(self, plan: Plan) -> bool:
        count, verb = len(plan.ready), plan.operation.name
        jobs = _jobs(count)
        choices = [
            Choice("n", "Leave them as they are" if count > 1 else "Leave it as it is", ""),
            Choice("y", f"{verb.capitalize()} {jobs}", "yes", heavy=verb in ("cancel", "discard")),
        ]
        screen = ChoiceScreen(f"{verb.capitalize()} {jobs}?", _sample(plan), choices)
        return await self._app.push_screen_wait(screen) == "yes"

    def _tell_outcome(self, plan: Plan, outcome: Outcome) -> None:
        done = len(outcome.created) or len(outcome.changed)
        verb = plan.operation.done.capitalize()
        if done:
            self.tell(f"{verb} {_named(plan, done)}{_made(outcome)}{_running_note(plan)}.")
        for refusal in outcome.refused[:1]:
            more = f" ({len(outcome.refused) - 1} more)" if len(outcome.refused) > 1 else ""
            self.tell(f"{refusal.error}{more}", "warning")

    def _refused_read_only(self) -> bool:
        if self._read_only:
            self.tell("This dashboard was started to look only.", "warning")
        return self._read_only

    def tell(self, text: str, severity: str = "information") -> None:
        """Show a passing note; whatever is in the text is shown as text."""
        level: Any = severity
        self._app.notify(clean(text), severity=level, markup=False)


def _pause_choice(key: str, name: str, value: str, paused: bool) -> Choice:
    return Choice(key, f"{'Resume' if paused else 'Pause'} {name}", value)


def _sample(plan: Plan) -> list[Spans]:
    lines = [_line(job) for job in plan.samples]
    if len(plan.ready) > len(lines):
        lines.append(((f"and {format_count(len(plan.ready) - len(lines))} more", FAINT),))
    if plan.operation.name == "cancel" and plan.running:
        count = "It is" if len(plan.ready) == 1 else f"{format_count(plan.running)} of them"
        verb = "" if len(plan.ready) == 1 else " are" if plan.running > 1 else " is"
        lines.append(((f"{count}{verb} running and will be stopped.", WARN),))
    if plan.others:
        left = format_count(len(plan.others))
        lines.append(((f"{left} more cannot be: their state does not allow it.", FAINT),))
    return lines


def _line(job: Job) -> Spans:
    look = LOOKS[job.state]
    return (
        (f"#{job.seq} ".rjust(9), SOFT),
        (f"{look.glyph} {job.state}  ", look.style),
        (words(job.task), INK),
    )


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{format_count(count)} jobs"


def _named(plan: Plan, done: int) -> str:
    if done == 1 and len(plan.seqs) == 1:
        return f"#{plan.seqs[0]}"
    return _jobs(done)


def _made(outcome: Outcome) -> str:
    if len(outcome.created) == 1:
        return f" as the new job #{outcome.created[0]}"
    return " as new jobs" if outcome.created else ""


def _running_note(plan: Plan) -> str:
    if plan.operation.name != "cancel" or not plan.running:
        return ""
    return " (it is being stopped)" if plan.running == 1 else f" ({plan.running} being stopped)"
