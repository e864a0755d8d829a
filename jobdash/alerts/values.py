"""What the rules look at, read from a file: a value in the unit of its kind, and in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from jobdash.alerts.rules import BREAKER, Rule
from jobdash.job import MICROSECONDS, State
from jobdash.report import Report
from jobdash.report.rates import NOTED_EVERY, axis, columns, joined
from jobdash.report.task_stats import Run, share_of
from jobdash.text import format_age, format_count, format_duration

_DELAYED = (State.SCHEDULED, State.RETRYING)
# Fewer runs than this have no slow end.
_ENOUGH_RUNS = 20
_COLUMNS = 10


class Value(NamedTuple):
    """What was seen: a number, None if nobody knows it, and words."""

    number: float | None
    what: str


def value_of(rule: Rule, report: Report, queue: str, now: int) -> Value:
    """Read what a rule looks at, in one queue. Raises `DatabaseError`."""
    return _READS[rule.kind](rule, report, queue, now)


def _no_worker(_: Rule, report: Report, queue: str, __: int) -> Value:
    workers = [one for one in report.workers() if one.queue == queue and one.kind != "pool"]
    if workers:
        return Value(0, f"{_some(len(workers), 'worker')}")
    counts = report.counts(queue)
    waiting = counts[State.PENDING] + sum(counts[state] for state in _DELAYED)
    return Value(1, f"no worker; {_some(waiting, 'job')} to do")


def _dead(rule: Rule, report: Report, queue: str, _: int) -> Value:
    count = _count(rule, report, queue, State.FAILED)
    return Value(count, f"{_some(count, 'dead letter')}{_of(rule)}")


def _depth(rule: Rule, report: Report, queue: str, _: int) -> Value:
    count = _count(rule, report, queue, State.PENDING)
    return Value(count, f"{_some(count, 'job')}{_of(rule)} ready")


def _failures(rule: Rule, report: Report, queue: str, now: int) -> Value:
    width = max(NOTED_EVERY, rule.over // _COLUMNS)
    over = axis(now, width, _COLUMNS)
    noted, points = report.noted_points(over, queue), report.points_now(now, queue)
    histories = [joined(noted.get(name, ()), [point]) for name, point in points.items()]
    found = columns(histories, over)
    ended, failed = sum(one.ended for one in found), sum(one.failed for one in found)
    if ended < rule.enough:
        return Value(None, f"{_some(ended, 'job')} ended: too few to tell")
    share = 100 * failed / ended
    return Value(share, f"{share:.1f}% of {_some(ended, 'job')} failed in {_long(rule.over)}")


def _stalled(_: Rule, report: Report, queue: str, now: int) -> Value:
    jobs = (report.job_by_seq(seq) for seq in sorted(report.stalled(now)))
    seqs = [job.seq for job in jobs if job is not None and job.queue == queue]
    if len(seqs) == 1:
        return Value(1, f"#{seqs[0]} is stalled")
    return Value(len(seqs), f"{_some(len(seqs), 'job')} stalled")


def _oldest(_: Rule, report: Report, queue: str, now: int) -> Value:
    since = report.oldest_pending_at(queue)
    if since is None:
        return Value(0, "no job is ready")
    waited = max(0, now - since) / MICROSECONDS
    return Value(waited, f"the oldest pending job has waited {format_age(now, since)}")


def _p95(rule: Rule, report: Report, queue: str, now: int) -> Value:
    slowest: tuple[float, str] | None = None
    for (_, task), runs in report.newest_runs(queue).items():
        found = _slow_end(runs, now - rule.over) if rule.task in ("", task) else None
        if found is not None and (slowest is None or found > slowest[0]):
            slowest = (found, task)
    if slowest is None:
        return Value(None, f"too few runs{_of(rule)} to tell")
    return Value(slowest[0], f"{slowest[1]}: p95 of its runs is {format_duration(slowest[0])}")


def _slow_end(runs: Sequence[Run], since: int) -> float | None:
    took = sorted(
        max(0, run.finished_at - run.started_at) / MICROSECONDS
        for run in runs
        if run.finished_at >= since
    )
    return share_of(took, 0.95) if len(took) >= _ENOUGH_RUNS else None


def _breaker(rule: Rule, report: Report, queue: str, _: int) -> Value:
    for one in report.broken():
        if (one.queue, one.task) == (queue, rule.task):
            return Value(1, f"{one.task} is paused: {one.why}")
    return Value(0, f"{rule.task} goes on")


_READS: Mapping[str, Callable[[Rule, Report, str, int], Value]] = {
    "no-worker": _no_worker,
    "dead": _dead,
    "depth": _depth,
    "failures": _failures,
    "stalled": _stalled,
    "oldest": _oldest,
    "p95": _p95,
    BREAKER: _breaker,
}


def _count(rule: Rule, report: Report, queue: str, state: State) -> int:
    if not rule.task:
        return report.counts(queue)[state]
    return report.task_counts(queue).get((queue, rule.task), {}).get(state, 0)


def _of(rule: Rule) -> str:
    return f" of {rule.task}" if rule.task else ""


def _some(count: int, noun: str) -> str:
    return f"{format_count(count)} {noun}" if count == 1 else f"{format_count(count)} {noun}s"


def _long(microseconds: int) -> str:
    return format_duration(microseconds / MICROSECONDS)
