"""One batch in a few lines: its jobs, its pace, its limits, where it comes from, what holds it."""

from jobdash.batch import Batch
from jobdash.job import MICROSECONDS, State
from jobdash.render import limits_text, rate_text
from jobdash.text import format_count, format_duration
from jobdash.tui.job.facts import labelled
from jobdash.tui.looks.present import Present, rough_age, short_task, words
from jobdash.tui.looks.rule import ruled
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import BOLD, GOOD, INK, LOOKS, PLAIN, SOFT, WARN

_FAILED, _RUNNING = LOOKS[State.FAILED], LOOKS[State.RUNNING]


def batch_title(batch: Batch, width: int) -> Spans:
    """Return a rule that names the batch."""
    return ruled(((" ", PLAIN), (f"{words(batch.name)} ", BOLD)), width)


def batch_facts(batch: Batch, present: Present) -> tuple[Spans, ...]:
    """Return what else is to know of it, at most six lines."""
    lines = (_counts(batch), _pace(batch), _limits(batch), _source(batch), _why(batch, present))
    return tuple(line for line in lines if line)


def _counts(batch: Batch) -> Spans:
    counts = batch.counts
    told: list[Span] = [(f"{format_count(counts.succeeded)} succeeded", GOOD)]
    for name, style in (
        ("failed", _FAILED.style),
        ("stopped", WARN),
        ("running", _RUNNING.style),
        ("left", SOFT),
    ):
        number = getattr(counts, name)
        if number:
            told.append((f"   {format_count(number)} {name}", style))
    return labelled("jobs", *told)


def _pace(batch: Batch) -> Spans:
    if batch.took is not None:
        return labelled("took", (format_duration(batch.took / MICROSECONDS), INK))
    if batch.pace is None:
        return ()
    left = "" if batch.left is None else f", {batch.left.text()} left"
    return labelled("pace", (f"{rate_text(batch.pace)}{left}", INK))


def _limits(batch: Batch) -> Spans:
    told = limits_text(batch)
    return labelled("limits", (told, SOFT)) if told else ()


def _source(batch: Batch) -> Spans:
    inputs = "" if batch.total is None else f"{format_count(batch.total)} inputs"
    tags = f"tags {words(', '.join(batch.tags))}" if batch.tags else ""
    told = ", ".join(filter(None, (short_task(batch.task), inputs, tags)))
    return labelled("of", (told, SOFT)) if told else ()


def _why(batch: Batch, present: Present) -> Spans:
    if batch.cancelled_why:
        return labelled("stopped", (words(batch.cancelled_why), WARN))
    if batch.state == "paused":
        ago = rough_age(present.now, batch.paused_at or present.now)
        return labelled("paused", (f"{ago} ago; P lets it go on", WARN))
    if batch.after_job is not None:
        return labelled("waits", (f"begins when #{batch.after_job} has succeeded", SOFT))
    if batch.state == "filling":
        return labelled("filling", ("its producer is at work, or died: --resume goes on", WARN))
    return ()
