"""Which pool or worker is meant, and what is done about it."""

from collections.abc import Sequence

from jobdash.errors import NotFound, UsageError
from jobdash.job import Worker
from jobdash.report import Report
from jobdash.text import clean, shorten


def meant_pool(report: Report, pid: int | None) -> Worker:
    """Return the living pool with this pid, or the only one. Raises `NotFound`, `UsageError`."""
    pools = [one for one in report.workers() if one.kind == "pool"]
    found = [one for one in pools if pid in (None, one.pid)]
    if not pools:
        raise NotFound("no pool serves this file: start one with `jobdash worker -w N`")
    if not found:
        raise NotFound(f"no pool has pid {pid}: there is {_listed(pools)}")
    if len(found) > 1:
        raise UsageError(f"say which pool with --pool PID: {_listed(pools)}")
    return found[0]


def meant_worker(report: Report, word: str, pool: int | None) -> Worker:
    """Return the living worker of this name or pid, of one pool if that is named.

    Raises `NotFound`, or `UsageError` if several pools have a worker of that name.
    """
    workers = living_workers(report, pool)
    found = [one for one in workers if word in (one.name, str(one.pid))]
    if not found:
        names = ", ".join(one.name for one in workers)
        there = f"there are {names}" if names else "there are none"
        raise NotFound(f"no worker is called '{shorten(clean(word), 80)}': {there}")
    if len(found) > 1:
        pids = ", ".join(str(one.pid) for one in found)
        raise UsageError(f"several workers are called {found[0].name}: name one by its pid: {pids}")
    return found[0]


def living_workers(report: Report, pool: int | None) -> list[Worker]:
    """Return the living workers, those of huey_consumer included, or those of one pool."""
    workers = [one for one in report.workers() if one.kind != "pool"]
    if pool is None:
        return workers
    boss = meant_pool(report, pool)
    return [one for one in workers if one.pool == boss.id]


def is_count(report: Report, word: str) -> bool:
    """Whether a word is a number of workers and not one's pid. Raises `UsageError` if both."""
    if not word.isdecimal():
        return False
    workers = [one for one in report.workers() if one.kind != "pool"]
    named = [one for one in workers if str(one.pid) == word]
    if named and int(word) <= len(workers):
        raise UsageError(
            f"{word} is a number of workers and a pid: say {named[0].name} for the one"
        )
    return not named


def _listed(pools: Sequence[Worker]) -> str:
    return ", ".join(f"{one.pid} (queue {clean(one.queue)})" for one in pools)
