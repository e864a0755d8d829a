"""The first pass over a source: every row is checked before the first is enqueued."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from jobdash.cli.batch.lines import BadRow
from jobdash.cli.batch.rows import Row, Rows
from jobdash.cli.output import note
from jobdash.errors import UsageError

if TYPE_CHECKING:
    from jobdash.cli.batch.calls import Call, Calls

MOST_TOLD = 20


@dataclass(slots=True)
class Tally:
    """How many rows are good, and how many are bad."""

    good: int = 0
    bad: int = 0


def calls_in(rows: Rows, calls: "Calls", on_bad: Callable[[Row, BadRow], None]) -> "Iterator[Call]":
    """Yield the calls that good rows stand for; hand over the others."""
    for row in rows:
        try:
            call = calls.of(row)
        except BadRow as error:
            on_bad(row, error)
            continue
        yield call


def check(name: str, rows: Rows, calls: "Calls", skipped: BinaryIO | None) -> Tally:
    """Look at every row, tell what is wrong with the first bad ones, and count.

    Bad rows are written to `skipped`. Without that any of them raises `UsageError`, as does a
    source without a good one.
    """
    tally = Tally()

    def on_bad(row: Row, error: BadRow) -> None:
        tally.bad += 1
        if tally.bad <= MOST_TOLD:
            note(f"{name}:{row.line}: {error}")
        if skipped is not None:
            skipped.write((rows.header if tally.bad == 1 else b"") + _line(row.raw))

    for _ in calls_in(rows, calls, on_bad):
        tally.good += 1
    if tally.bad > MOST_TOLD:
        note(f"{name}: and {tally.bad - MOST_TOLD:,} more")
    _judge(name, tally, is_skipping=skipped is not None)
    return tally


@contextmanager
def skip_file(path: str | None, source: str, *, dry: bool) -> Iterator[BinaryIO | None]:
    """Open the file for bad rows; in a `dry` run they go nowhere.

    Raises `UsageError` rather than write over another file.
    """
    if path is None:
        yield None
        return
    if dry:
        with open(os.devnull, "wb") as nowhere:
            yield nowhere
        return
    try:
        file = open(path, "xb")  # noqa: SIM115 - it is closed below
    except FileExistsError:
        same = os.path.exists(source) and os.path.samefile(path, source)
        why = "it is what is read" if same else "it exists: remove it, or name another"
        raise UsageError(f"--skip-bad {path}: {why}") from None
    with file:
        yield file
    if not os.path.getsize(path):
        os.unlink(path)


def _judge(name: str, tally: Tally, *, is_skipping: bool) -> None:
    rows = "1 row" if tally.good + tally.bad == 1 else f"{tally.good + tally.bad:,} rows"
    if not tally.good and not tally.bad:
        raise UsageError(f"{name} has no row: there is nothing to do")
    if not tally.good:
        raise UsageError(f"{name}: not one of {rows} is good: nothing was enqueued")
    if tally.bad and not is_skipping:
        many = "1 is" if tally.bad == 1 else f"{tally.bad:,} are"
        raise UsageError(
            f"{name}: {many} bad of {rows}, nothing was enqueued: correct it, or leave them out"
            " with --skip-bad FILE"
        )


def _line(raw: bytes) -> bytes:
    return raw if raw.endswith(b"\n") else raw + b"\n"
