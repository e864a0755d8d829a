"""What is said of an act: before it, and of what came of it."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from jobdash.job import Job, State
from jobdash.render.calls import summary
from jobdash.text import cell_len, format_count, shorten
from jobdash.tui.acting.bulk import MOST_UNDOABLE, Bulk
from jobdash.tui.acting.operations import Plan
from jobdash.tui.acting.undo import HINT, OPENS
from jobdash.tui.looks.present import short_task, words
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import FAINT, INK, LOOKS, SOFT, WARN

# For a task and its call, in a box of the usual width.
_CELLS = 36


class Told(NamedTuple):
    """A passing note and how grave it is."""

    text: str
    severity: str = "information"


def jobs_text(count: int) -> str:
    """Return `1 job`, `1.2k jobs`."""
    return "1 job" if count == 1 else f"{count:,} jobs"


def facts(plan: Plan, about: str, is_sure: bool) -> list[Spans]:
    """Return the lines of the question whether an act is meant."""
    lines: list[Spans] = [((words(about), SOFT),)] if about else []
    if not is_sure:
        lines.append((("The list has just moved: is this what you mean?", WARN),))
    lines += [_line(job) for job in plan.samples]
    if plan.ready > len(plan.samples):
        lines.append(((f"and {plan.ready - len(plan.samples):,} more", FAINT),))
    if plan.stops:
        lines.append(((_stopping(plan), WARN),))
    if plan.others:
        lines.append(((f"{plan.others:,} more cannot be: their state does not allow it.", FAINT),))
    if plan.ready > MOST_UNDOABLE:
        lines.append((("These are too many to be undone.", WARN),))
    return lines


def _stopping(plan: Plan) -> str:
    if plan.ready == 1:
        return "It is running and will be stopped."
    verb = "are" if plan.stops > 1 else "is"
    return f"{plan.stops:,} of them {verb} running and will be stopped."


def _line(job: Job) -> Spans:
    look, task = LOOKS[job.state], short_task(job.task)
    call = summary(job.args, job.kwargs)
    return (
        (f"#{job.seq} ".rjust(9), SOFT),
        (f"{look.glyph} {job.state}  ", look.style),
        (task, INK),
        (f"  {shorten(words(call), max(0, _CELLS - cell_len(task)))}" if call else "", FAINT),
    )


def outcome(plan: Plan, bulk: Bulk) -> list[Told]:
    """Return what came of an act."""
    told = []
    if bulk.done:
        text = f"{_beginning(plan, bulk.done)}{_made(bulk)}{_still(plan)}."
        hints = [OPENS] * (len(bulk.created) == 1) + [HINT] * bool(bulk.undos)
        told.append(Told(f"{text} {', '.join(hints)}." if hints else text))
    return told + shortfall(bulk)


def done_words(plan: Plan, count: int) -> str:
    """Return what was done: `Cancelled 214 jobs`, `Cancelled #12`."""
    which = f"#{plan.samples[0].seq}" if plan.ready == 1 and plan.samples else jobs_text(count)
    return f"{plan.operation.done.capitalize()} {which}"


def shortfall(bulk: Bulk) -> list[Told]:
    """Return why not all was done, if it was not."""
    told = []
    left = bulk.total - bulk.done - bulk.refused
    if bulk.trouble is not None:
        begun = "It went no further" if bulk.done else "Nothing was changed"
        told.append(Told(f"{begun}: {bulk.trouble}", "error"))
    elif bulk.is_stopped and left > 0:
        told.append(Told(f"Stopped: the other {left:,} are as they were.", "warning"))
    elif left > 0:
        told.append(Told(f"{left:,} others had moved on, or went along with these.", "warning"))
    if bulk.first_refusal is not None:
        more = f" ({bulk.refused - 1:,} more)" if bulk.refused > 1 else ""
        told.append(Told(f"{bulk.first_refusal}{more}", "warning"))
    return told


def undone(told: str, bulk: Bulk) -> list[Told]:
    """Return what came of an undo."""
    if not bulk.done:
        return shortfall(bulk)
    some = "" if bulk.done == bulk.total else f" ({bulk.done:,} of {bulk.total:,})"
    return [Told(f"Undone: {told[0].lower()}{told[1:]}{some}."), *shortfall(bulk)]


def gone_on(told: str, states: Sequence[State], hint: str = "") -> Told:
    """Return what has become of jobs since: `Retried 3 jobs: now 2 failed, 1 running`."""
    if len(states) == 1:
        now = str(states[0])
    else:
        counted = Counter(states).most_common()
        now = ", ".join(f"{count:,} {state}" for state, count in counted)
    text = f"{told}: now {now}. {hint}.".removesuffix(" .")
    return Told(text, "warning" if State.FAILED in states else "information")


def _made(bulk: Bulk) -> str:
    if len(bulk.created) == 1:
        return f" as the new job #{bulk.created[0]}"
    return " as new jobs" if bulk.created else ""


def _beginning(plan: Plan, count: int) -> str:
    """Return what was done; of one that runs only the stop has begun."""
    is_one = plan.stops and plan.ready == 1 and plan.samples
    return f"Stopping #{plan.samples[0].seq}" if is_one else done_words(plan, count)


def _still(plan: Plan) -> str:
    if not plan.stops:
        return ""
    if plan.ready == 1:
        return ": that cannot be undone"
    return f" ({plan.stops:,} being stopped: that cannot be undone)"


def sizes(text: str) -> str:
    """Return how long a text is, if that is worth telling."""
    return f" ({format_count(len(text))} characters)" if len(text) > 10_000 else ""
