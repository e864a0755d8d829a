"""The metrics of a file: what is now, and what has been counted."""

from collections import defaultdict
from collections.abc import Sequence

from jobdash import measure
from jobdash.job import MICROSECONDS, State, Worker
from jobdash.metrics.exposition import Family
from jobdash.report import Report
from jobdash.report.measured import Measured

_MOST_PAUSES = 200


def families(report: Report, now: int) -> list[Family]:
    """Read all metrics of a file; `now` is in microseconds since the epoch."""
    queues = report.queues()
    return [
        *_jobs(report, queues, now),
        *_crew(report, queues),
        *_standing(report, now),
        *_counters(report.measures()),
        *_histograms(report.measures()),
        _counted_upto(report),
    ]


def _jobs(report: Report, queues: Sequence[str], now: int) -> list[Family]:
    jobs = Family("jobdash_jobs", "gauge", "Jobs that the file holds, by state.")
    depth = Family("jobdash_queue_depth", "gauge", "Jobs that are ready and wait for a worker.")
    oldest = Family(
        "jobdash_oldest_pending_age_seconds", "gauge",
        "How long the job that has been ready longest has waited, 0 if none is.",
    )  # fmt: skip
    for queue in queues:
        counts = report.counts(queue)
        for state in State:
            jobs.add(counts[state], queue=queue, state=str(state))
        depth.add(counts[State.PENDING], queue=queue)
        since = report.oldest_pending_at(queue)
        oldest.add(0 if since is None else max(0, now - since) / MICROSECONDS, queue=queue)
    return [jobs, depth, oldest]


def _crew(report: Report, queues: Sequence[str]) -> list[Family]:
    everybody = report.workers()
    pools = Family("jobdash_pools", "gauge", "Living pools.")
    workers = Family("jobdash_workers", "gauge", "Living workers.")
    busy = Family("jobdash_workers_busy", "gauge", "Living workers that run a job.")
    for queue in queues:
        here: list[Worker] = [one for one in everybody if one.queue == queue]
        runners = [one for one in here if one.kind != "pool"]
        pools.add(len(here) - len(runners), queue=queue)
        workers.add(len(runners), queue=queue)
        busy.add(sum(one.job is not None for one in runners), queue=queue)
    return [pools, workers, busy]


def _standing(report: Report, now: int) -> list[Family]:
    stalled = Family(
        "jobdash_stalled_jobs", "gauge", "Running jobs that are silent for longer than usual."
    )
    stalled.add(len(report.stalled(now)))
    paused = Family("jobdash_paused", "gauge", "1 for a task that is paused; for a queue, task ''.")
    for queue, task in report.pauses()[:_MOST_PAUSES]:
        paused.add(1, queue=queue, task=task)
    alerts = Family("jobdash_alert", "gauge", "Alerts that are on: 1 a warning, 2 critical.")
    for alert in report.firing():
        alerts.add(alert.level, queue=alert.queue, alert=alert.name)
    facts = report.file_facts()
    size = Family("jobdash_database_bytes", "gauge", "Size of the database file.")
    size.add(facts.size)
    log = Family("jobdash_wal_bytes", "gauge", "Size of the write-ahead log.")
    log.add(facts.wal_size)
    return [stalled, paused, alerts, size, log]


def _counters(found: Sequence[Measured]) -> list[Family]:
    ended = Family(
        "jobdash_jobs_finished_total", "counter", "Jobs that have ended, by what became of them."
    )
    dead = Family("jobdash_dead_letters_total", "counter", "Jobs that have failed for good.")
    retries = Family("jobdash_retries_total", "counter", "Runs that failed and were tried again.")
    rescues = Family("jobdash_rescues_total", "counter", "Runs that ended with their worker.")
    simple = {measure.RETRIES: retries, measure.RESCUES: rescues}
    for one in found:
        if one.name == measure.ENDED:
            ended.add(one.amount, queue=one.queue, task=one.task, outcome=one.label)
            if one.label == State.FAILED:
                dead.add(one.amount, queue=one.queue, task=one.task)
        elif one.name in simple:
            simple[one.name].add(one.amount, queue=one.queue, task=one.task)
    return [ended, dead, retries, rescues]


def _histograms(found: Sequence[Measured]) -> list[Family]:
    families = {
        measure.RUN: Family("jobdash_run_seconds", "histogram", "How long runs took."),
        measure.WAIT: Family(
            "jobdash_wait_seconds", "histogram", "How long jobs waited from ready to started."
        ),
    }
    counts = defaultdict[tuple[str, str, str], dict[int, int]](dict)
    totals: dict[tuple[str, str, str], float] = {}
    for one in found:
        name = one.name.removesuffix(measure.SUM)
        if name in families and name == one.name:
            counts[name, one.queue, one.task][int(one.label)] = one.amount
        elif name in families:
            totals[name, one.queue, one.task] = one.amount / MICROSECONDS
    for (name, queue, task), buckets in counts.items():
        total = totals.get((name, queue, task), 0.0)
        families[name].add_histogram(measure.BOUNDS, buckets, total, queue=queue, task=task)
    return list(families.values())


def _counted_upto(report: Report) -> Family:
    upto = Family(
        "jobdash_counted_until_timestamp_seconds", "gauge",
        "Up to when the pool has counted: the counters and histograms lag some seconds.",
    )  # fmt: skip
    for queue, at in report.measured_upto().items():
        upto.add(at / MICROSECONDS, queue=queue)
    return upto
