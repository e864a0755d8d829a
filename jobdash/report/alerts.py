"""What a person should look at now. Pure: it is given the facts, and it knows no file.

The limits are fixed. Each alert has a short name by which a program can know it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from jobdash.job import MICROSECONDS
from jobdash.text import format_age, format_count

LONG_WAIT = 120 * MICROSECONDS
MUCH_FAILS = 0.1
# Below so many ended jobs a share of failures says little.
ENOUGH_ENDED = 20


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at: its name, what is the matter, and what to do about it."""

    name: str
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the alerts look at. `ended` and `failed` count what a past stretch of time has seen.

    `paused` has (queue, task), task '' for a whole queue; `span` says in words how long the
    stretch was. `stalled` are the jobs that are silent for longer than usual.
    """

    pending: int = 0
    delayed: int = 0
    oldest_pending_at: int | None = None
    workers: int = 0
    pools: int = 0
    paused: Sequence[tuple[str, str]] = ()
    plain_messages: int = 0
    ended: int = 0
    failed: int = 0
    span: str = "1 h"
    stalled: Collection[int] = ()


def alerts(facts: Facts, now: int) -> tuple[Alert, ...]:
    """Return what is the matter, the worst first."""
    rules = (_nobody_works, _is_stalled, _waits_long, _much_fails, _is_paused, _plain_huey)
    return tuple(alert for rule in rules for alert in rule(facts, now))


def _nobody_works(facts: Facts, _: int) -> Iterator[Alert]:
    if facts.workers:
        return
    if facts.pending:
        jobs = _jobs(facts.pending)
        yield Alert("no-worker", f"no worker while {jobs} ready", _start(facts))
    elif facts.delayed:
        jobs = _jobs(facts.delayed)
        yield Alert("no-worker", f"no worker, and {jobs} due later", _start(facts))


def _start(facts: Facts) -> str:
    return "add one: jobdash workers add" if facts.pools else "start one: jobdash worker"


def _is_stalled(facts: Facts, _: int) -> Iterator[Alert]:
    if facts.stalled:
        first, many = min(facts.stalled), len(facts.stalled)
        told = f"#{first} is stalled" if many == 1 else f"{format_count(many)} jobs are stalled"
        yield Alert("stalled", told, "silent for longer than usual: filter is:stalled")


def _waits_long(facts: Facts, now: int) -> Iterator[Alert]:
    oldest = facts.oldest_pending_at
    if oldest is not None and now - oldest > LONG_WAIT:
        told = f"the oldest pending job has waited {format_age(now, oldest)}"
        advice = "more workers, or look what holds it up" if facts.workers else ""
        yield Alert("long-wait", told, advice)


def _much_fails(facts: Facts, _: int) -> Iterator[Alert]:
    share = facts.failed / facts.ended if facts.ended else 0.0
    if facts.ended >= ENOUGH_ENDED and share >= MUCH_FAILS:
        told = f"{share:.0%} of {format_count(facts.ended)} jobs failed in the last {facts.span}"
        yield Alert("many-failures", told, "see the dead letters")


def _is_paused(facts: Facts, _: int) -> Iterator[Alert]:
    if not facts.paused:
        return
    names = [task or f"everything in {queue}" for queue, task in facts.paused]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    yield Alert("paused", f"paused: {', '.join(names[:3])}{more}", "resume with P")


def _plain_huey(facts: Facts, _: int) -> Iterator[Alert]:
    if facts.plain_messages:
        are = "message comes" if facts.plain_messages == 1 else "messages come"
        told = f"{format_count(facts.plain_messages)} {are} from a producer that imports plain huey"
        yield Alert("plain-huey", told, "change its import to jobdash")


def _jobs(count: int) -> str:
    return "1 job is" if count == 1 else f"{format_count(count)} jobs are"
