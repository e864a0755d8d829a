"""The questions before an act on jobs. They must be asked in one of the app's workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.app import App

from jobdash.operations import OPERATIONS
from jobdash.tui.acting import told
from jobdash.tui.acting.operations import Plan
from jobdash.tui.acting.told import jobs_text
from jobdash.tui.looks.present import words
from jobdash.tui.overlays.choice import LEAVE, Choice, ChoiceScreen

if TYPE_CHECKING:
    from jobdash.control import Timing

# Above so many, no single key says yes.
MOST_AT_A_KEY = 1_000
_MENU_KEYS = {
    "cancel": "x", "retry": "r", "replay": "R", "discard": "D", "now": "g", "change": "E",
}  # fmt: skip


async def ask_what(app: App[Any], counts: Mapping[str, int], about: str) -> str | None:
    """Ask what to do to all that match; return the operation, nothing if it was given up."""
    choices = [
        Choice(_MENU_KEYS[name], operation.words(jobs_text(counts[name])), name)
        for name, operation in OPERATIONS.items()
        if counts[name]
    ]
    screen = ChoiceScreen(f"All that match: {words(about)}", (), [LEAVE, *choices])
    return await app.push_screen_wait(screen)


async def ask_for_timing(app: App[Any], plan: Plan) -> Timing | None:
    """Ask for another priority or time; return None if it was given up."""
    # Imported at its first use, as every form is.
    from jobdash.tui.overlays.timing import TimingScreen

    job = plan.samples[0] if plan.ready == 1 else None
    what = f"#{job.seq}" if job else jobs_text(plan.ready)
    return await app.push_screen_wait(TimingScreen(what, job))


async def ask_if_meant(app: App[Any], plan: Plan, about: str, is_sure: bool) -> bool:
    """Ask whether an act is meant; what is done to many wants more than a key."""
    phrase, lines = plan.operation.words(jobs_text(plan.ready)), told.facts(plan, about, is_sure)
    if plan.ready > MOST_AT_A_KEY:
        from jobdash.tui.overlays.typed_count import TypedCountScreen

        typed: bool | None = await app.push_screen_wait(TypedCountScreen(phrase, lines, plan.ready))
        return bool(typed)
    heavy = plan.operation.name in ("cancel", "discard")
    choices = [
        Choice("n", "Leave them as they are" if plan.ready > 1 else LEAVE.words, ""),
        Choice("y", phrase, "yes", heavy=heavy),
    ]
    return await app.push_screen_wait(ChoiceScreen(f"{phrase}?", lines, choices)) == "yes"
