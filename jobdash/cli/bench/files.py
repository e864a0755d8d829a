"""The files of a benchmark: made in a scratch folder, or the one that the user has named."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jobdash.bench.history import QUEUE, Waiting, make_history, size_of
from jobdash.bench.tui import Files
from jobdash.cli.clock import now
from jobdash.cli.ends import ends_that_unwind
from jobdash.errors import UsageError
from jobdash.report import Report


@contextmanager
def bench_files(
    named: Path | None, jobs: int, wait: Waiting, keep: bool, tell: Callable[[str], object]
) -> Iterator[tuple[Files, int]]:
    """Make what is not there; yield the files and how many jobs the full one holds.

    Raises `UsageError` for a file of somebody's jobs: the benchmark enqueues and runs some of its
    own.
    """
    with ends_that_unwind(), _scratch_folder(keep, tell) as folder:
        full = folder / "full.db" if named is None else named.absolute()
        _prepare(full, jobs, wait, tell)
        yield Files(full, folder), size_of(full)


@contextmanager
def _scratch_folder(keep: bool, tell: Callable[[str], object]) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jobdash-bench-"))
    try:
        yield folder
    finally:
        if keep:
            tell(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _prepare(full: Path, jobs: int, wait: Waiting, tell: Callable[[str], object]) -> None:
    if not full.exists():
        tell(f"making a file of {jobs:,} jobs")
        tell(f"made in {make_history(full, jobs, now(), wait):.1f} s: {full}")
        return
    with Report(full) as report:
        others = {*report.queues()} - {QUEUE}
    if others:
        raise UsageError(
            f"{full} holds jobs that are no benchmark's ({', '.join(sorted(others))}), which runs"
            " and adds some of its own: name a file that is not there"
        )
