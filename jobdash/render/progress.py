"""How far a job has come, in words and as a bar."""

from jobdash.forecast import Range, Turn, rate, share_done, time_left
from jobdash.job import Amount, Attempt, Job
from jobdash.text import clean

_BAR_CELLS = 20


def amount_text(amount: Amount, comma: str = "") -> str:
    """Return a number of units: what is whole has no decimals, the rest has two at most."""
    whole = isinstance(amount, int) or amount.is_integer()
    return f"{amount:{comma}.0f}" if whole else f"{amount:{comma}.2f}".rstrip("0").rstrip(".")


def progress_text(job: Job | Attempt) -> str:
    """Return how far a job, or one run of it, has come, `page 41 of 118  34%`, or ''."""
    done, total = job.progress_done, job.progress_total
    if done is None:
        return clean(job.progress_note or "")
    counted = f"{amount_text(done)} of {amount_text(total)}" if total else amount_text(done)
    percent = f"{100 * done // total:.0f}%" if total else ""
    return clean("  ".join(filter(None, (job.progress_note or counted, percent))))


def pace_text(job: Job, now: int) -> str:
    """Return how fast a running job goes on and how long it will take yet: `12/s, 2-4 min left`."""
    pace, left = rate(job), time_left(job, now)
    return ", ".join(
        filter(None, (rate_text(pace) if pace else "", f"{left.text()} left" if left else ""))
    )


def turn_text(turn: Turn, *, runs: bool) -> str:
    """Return when a job will begin and end: `starts in 2-4 min, ends in 3-5 min`."""
    ends = f"ends {turn.ends.when()}"
    return ends if runs else f"starts {turn.starts.when()}, {ends}"


def turn_json(turn: Turn | None) -> dict[str, list[float] | None] | None:
    """Return the document of what is expected of a job, in seconds from now."""
    if turn is None:
        return None
    return {"starts_in": range_json(turn.starts), "ends_in": range_json(turn.ends)}


def range_json(found: Range | None) -> list[float] | None:
    """Return at least and at most how many seconds, or nothing."""
    return None if found is None else [round(found.least, 3), round(found.most, 3)]


def rate_text(pace: float) -> str:
    """Return units per second, or per minute or hour where they are few: `12/s`, `3.5/min`."""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        if pace * seconds >= 1 or unit == "h":
            break
    many = pace * seconds
    return f"{many:,.0f}/{unit}" if many >= 10 else f"{many:.1f}/{unit}"


def bar_text(job: Job, cells: int = _BAR_CELLS) -> str:
    """Return a bar in signs that every terminal has, `[#####     ]`, or ''."""
    share = share_done(job)
    if share is None:
        return ""
    full = int(share * cells)
    return f"[{'#' * full}{' ' * (cells - full)}]"
