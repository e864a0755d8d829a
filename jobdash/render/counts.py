"""How far a number of jobs has come, in words and as a bar."""

from jobdash.counts import Counts
from jobdash.forecast import Range
from jobdash.render.progress import rate_text

_BAR_CELLS = 20
# Each kind has a sign of its own, so that a bar needs no colour.
_SIGNS = ("#", "x", ">", " ")


def count_shares(counts: Counts, cells: int) -> tuple[int, int, int, int]:
    """Return how many cells of a bar are for what succeeded, came to nothing, runs and is left.

    Whatever there is has a cell, if there are enough.
    """
    parts = (counts.succeeded, counts.failed + counts.stopped, counts.running, counts.left)
    total = sum(parts)
    if not total:
        return 0, 0, 0, cells
    shares = [max(1, part * cells // total) if part else 0 for part in parts]
    while (spare := cells - sum(shares)) != 0:
        # What rounding leaves over goes to the largest part, or comes from it.
        largest = max(range(len(parts)), key=lambda place: (shares[place], parts[place]))
        shares[largest] += 1 if spare > 0 else -1
    return shares[0], shares[1], shares[2], shares[3]


def counts_bar(counts: Counts, cells: int = _BAR_CELLS) -> str:
    """Return a bar in signs that every terminal has: `[#####xx>>           ]`."""
    shares = count_shares(counts, cells)
    return f"[{''.join(sign * share for sign, share in zip(_SIGNS, shares, strict=True))}]"


def counts_text(counts: Counts) -> str:
    """Return how far they have come: `512 of 1,000 ended  3 failed  4 running`."""
    parts = [f"{counts.ended:,} of {counts.total:,} ended"]
    for name in ("failed", "stopped", "running"):
        number = getattr(counts, name)
        if number:
            parts.append(f"{number:,} {name}")
    return "  ".join(parts)


def outcome_text(counts: Counts) -> str:
    """Return what became of jobs: `998 succeeded, 2 failed`."""
    names = ("succeeded", "failed", "stopped", "running", "left")
    parts = [f"{getattr(counts, name):,} {name}" for name in names if getattr(counts, name)]
    return ", ".join(parts) or "no jobs"


def headway_text(pace: float | None, left: Range | None) -> str:
    """Return how fast they end and how long the rest takes: `12/s, 2-4 min left`."""
    parts = (rate_text(pace) if pace else "", f"{left.text()} left" if left else "")
    return ", ".join(filter(None, parts))


def counts_json(counts: Counts) -> dict[str, int]:
    """Return the document of counts."""
    return {
        "total": counts.total,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "stopped": counts.stopped,
        "running": counts.running,
        "left": counts.left,
    }
