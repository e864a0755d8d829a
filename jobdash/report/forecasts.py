"""When what is there will begin and end: of a job, of each task, of a queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from jobdash.database import statements
from jobdash.forecast import Range, Turn, time_left
from jobdash.job import MICROSECONDS, Job, State, Worker
from jobdash.report.crew import CrewReads
from jobdash.report.life_records import call_of, life_of
from jobdash.report.lives import Call, Past
from jobdash.report.lookup import LookupReads
from jobdash.report.play import Busy
from jobdash.report.playing import Line, following
from jobdash.report.run_times import most_of
from jobdash.report.task_reads import TaskReads

SQL = statements("forecast")

MOST_IN_LINE = 5_000
# What the places that show all tasks look at; what is behind it is known by number only.
FEW_IN_LINE = 1_000
_RUNS_SPAN, _MOST_RUNS = 1_000, 1_000
_MOST_BEFORE = 5


@dataclass(frozen=True, slots=True)
class Outlook:
    """When all that is ready in a queue will have run: in all, and by task; None: nobody knows.

    Seconds from now.
    """

    all_done: Range | None = None
    tasks: Mapping[str, Range] = field(default_factory=dict)


class ForecastReads(LookupReads, CrewReads, TaskReads):
    """Reads that look ahead. As if nothing new came and nothing failed."""

    def turn(self, job: Job, now: int) -> Turn | None:
        """Return when a job will begin and end, None if that cannot be told.

        One that runs begins at once. What somebody has paused or nobody works on has no turn.
        """
        return self._turn_of(job, now, _MOST_BEFORE)

    def outlook(self, queue: str, now: int, most: int = FEW_IN_LINE) -> Outlook:
        """Return what a queue will come to; only so many jobs of it are looked at one by one."""
        seqs, calls = self._in_line(queue, most)
        line = self._line(queue, self._past(queue), now, len(calls)) if calls else None
        if line is None or self._is_paused(queue):
            return Outlook()
        lasts = {call.task: place for place, call in enumerate(calls)}
        turns = line.turns(calls, set(lasts.values()))
        ends = {task: turns[place].ends for task, place in lasts.items()}
        behind = self._behind(queue, calls) if len(seqs) == most else {}
        done = line.after(behind)
        return Outlook(done, ends | dict.fromkeys(behind, done))

    def _turn_of(self, job: Job, now: int, depth: int) -> Turn | None:
        if job.is_final or job.held or job.limited or job.revoked or not depth:
            return None
        if job.state is State.WAITING:
            return self._turn_after(job, now, depth)
        past = self._past(job.queue)
        if job.state is State.RUNNING:
            rests = _rests(job, past, now)
            return Turn(Range(0.0, 0.0), most_of(rests)) if rests else None
        return None if self._is_paused(job.queue) else self._turn_in_line(job, past, now)

    def _turn_after(self, job: Job, now: int, depth: int) -> Turn | None:
        """Return the turn of a later step: it begins when the one before it has ended."""
        before = None if job.after is None else self.job_by_seq(job.after)
        turn = None if before is None else self._turn_of(before, now, depth - 1)
        past = self._past(job.queue)
        if turn is None or not past.is_enough:
            return None
        return following(turn.ends, past.usual(call_of(job)))

    def _turn_in_line(self, job: Job, past: Past, now: int) -> Turn | None:
        seqs, calls = self._in_line(job.queue, MOST_IN_LINE)
        is_seen = job.seq in seqs
        ahead = calls[: seqs.index(job.seq)] if is_seen else calls
        line = self._line(job.queue, past, now, len(ahead))
        if line is None or not past.knows(call.task for call in ahead):
            return None
        line.turns(ahead, ())
        turn = line.turn(call_of(job))
        if is_seen:
            return turn
        if job.state is State.PENDING:
            done = line.after(self._behind(job.queue, calls))
            return Turn(Range(turn.starts.least, done.most), Range(turn.ends.least, done.most))
        return _later(turn, max(0, (job.eta or now) - now) / MICROSECONDS)

    def _in_line(self, queue: str, most: int) -> tuple[list[int], list[Call]]:
        """Return the numbers of the jobs that are ready, in their order, and what they call."""
        rows = self._reader.rows(SQL["line"], {"queue": queue, "most": most})
        return [seq for seq, *_ in rows], [Call(task, arguments) for _, task, arguments in rows]

    def _past(self, queue: str) -> Past:
        where = {"queue": queue, "span": _RUNS_SPAN, "most": _MOST_RUNS}
        return Past(map(life_of, self._reader.rows(SQL["recent_runs"], where)))

    def _runners(self, queue: str) -> list[Worker]:
        return [
            worker
            for worker in self.workers()
            if worker.queue == queue and worker.kind != "pool" and worker.wish is None
        ]

    def _line(
        self, queue: str, past: Past, now: int, length: int, wanted: Container[int] = ()
    ) -> Line | None:
        """Return the queue's workers, before so many jobs; None if nobody can tell anything."""
        runners = self._runners(queue)
        if not past.is_enough or not runners:
            return None
        jobs = self._numbered([worker.job for worker in runners if worker.job is not None])
        if len(jobs) == len(runners) and not any(_is_foreseen(job, past, now) for job in jobs):
            return None
        busy = [
            Busy(_rests(job, past, now) or _guess(job, past, now), job.seq in wanted)
            for job in jobs
        ]
        return Line(busy, len(runners) - len(busy), past, length)

    def _is_paused(self, queue: str) -> bool:
        return bool(self._reader.rows(SQL["is_queue_paused"], {"queue": queue}))

    def _behind(self, queue: str, calls: Sequence[Call]) -> dict[str, int]:
        """Return how many more jobs of each task are ready than these."""
        counts, seen = self.task_counts(queue), Counter(call.task for call in calls)
        more = {
            task: states.get(State.PENDING, 0) - seen[task] for (_, task), states in counts.items()
        }
        return {task: jobs for task, jobs in more.items() if jobs > 0}


def _rests(job: Job, past: Past, now: int) -> list[float]:
    """Return what a running job may take yet, as it tells or as others took; none if none did."""
    told = time_left(job, now)
    if told is not None:
        return [told.least, told.most]
    if job.started_at is None:
        return []
    return past.rests(call_of(job), max(0, now - job.started_at) / MICROSECONDS)


def _is_foreseen(job: Job, past: Past, now: int) -> bool:
    return past.knows([job.task]) or time_left(job, now) is not None


def _guess(job: Job, past: Past, now: int) -> list[float]:
    """Return the same for a job that has outlasted its like, or has none: up to as long again.

    And at least as long as others usually take.
    """
    so_far = 0.0 if job.started_at is None else max(0, now - job.started_at) / MICROSECONDS
    return [0.0, max(so_far, past.usual(call_of(job)).most)]


def _later(turn: Turn, delay: float) -> Turn:
    """Return the turn of a job whose time comes later, when the line may have gone by.

    What stands in line then nobody knows: what stands there now, at most.
    """
    usual = Range(turn.ends.least - turn.starts.least, turn.ends.most - turn.starts.most)
    return following(Range(delay, max(delay, turn.starts.most)), usual)
