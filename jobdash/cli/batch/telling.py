"""What `jobdash batch` says: what it would do, what it has done."""

from typing import TYPE_CHECKING

from jobdash.cli.batch.checking import Tally
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json, say

if TYPE_CHECKING:
    from jobdash.cli.batch.order import Order, Resumed
    from jobdash.ledger.batches import Made

_SAMPLES = 3


def show(order: "Order", tally: Tally, *, as_json: bool) -> int:
    """Print what would be enqueued."""
    calls = [order.written(call) for call in order.first(_SAMPLES)]
    if as_json:
        print_json({"rows": tally.good, "skipped": tally.bad, "calls": calls})
        return DONE
    more = ["..."] if tally.good > _SAMPLES else []
    say("\n".join([*calls, *more]))
    note(f"it would be {_rows(tally)}; nothing was enqueued")
    return DONE


def tell_made(made: "Made", tally: Tally, *, as_json: bool, quiet: bool) -> None:
    """Print what batch was made."""
    if as_json:
        print_json({"batch": made.name, "id": made.id, "total": tally.good, "skipped": tally.bad})
        return
    say(made.name)
    if not quiet:
        note(f"batch {made.name}: enqueued {_rows(tally)}")


def tell_resumed(resumed: "Resumed", tally: Tally, *, as_json: bool, quiet: bool) -> None:
    """Print with what a batch goes on."""
    if as_json:
        counts = {"total": tally.good, "skipped": tally.bad}
        print_json({"batch": resumed.name, "id": resumed.id, **counts, **_went_on(resumed)})
        return
    say(resumed.name)
    if not quiet:
        done = ", ".join(f"{count:,} {what}" for what, count in _went_on(resumed).items() if count)
        note(f"batch {resumed.name}: {done or 'nothing was missing, nothing is to be retried'}")


def _went_on(resumed: "Resumed") -> dict[str, int]:
    return {"enqueued": resumed.enqueued, "retried": resumed.retried}


def _rows(tally: Tally) -> str:
    rows = "1 row" if tally.good == 1 else f"{tally.good:,} rows"
    return f"{rows}, {tally.bad:,} left out" if tally.bad else rows
