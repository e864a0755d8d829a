"""Why a job does not run: everything in the file that keeps it from its turn, foremost first."""

from collections.abc import Iterator, Sequence

from jobdash.database import statements
from jobdash.job import Job, State, Worker
from jobdash.report.reasons import Cause, Reason
from jobdash.report.silence import SilenceReads
from jobdash.report.why_lanes import held_by_lane
from jobdash.text import format_age

SQL = statements("why")

MOST_COUNTED = 10_000
_MOST_NAMED = 3
_MOST_LOCKS = 1_000
# Huey's words, with which jobdash's own message begins too.
_LOCKED = "unable to acquire lock "


class WhyReads(SilenceReads):
    """One question, and all that it takes to answer it."""

    def why(self, job: Job, now: int) -> list[Reason]:
        """Return why the job does not run, foremost first; never nothing.

        For one that runs or has ended a single reason says so.
        """
        if job.is_final:
            return [self._ended(job)]
        if job.state is State.RUNNING:
            return [*self._stalled(job, now), self._running(job, now)]
        reasons = [*self._own_time(job, now), *self._obstacles(job, now)]
        if job.state is not State.WAITING:
            reasons += self._crew(job, now)
        return reasons or [Reason(Cause.NEXT, "nothing is in its way: a worker takes it next")]

    # -- runs, or has ended ----------------------------------------------------------------------

    def _ended(self, job: Job) -> Reason:
        before = None if job.after is None else self.job_by_seq(job.after)
        blamed = before if before is not None and _spoils(before.state) else None
        culprit = None if blamed is None or job.state is not State.CANCELLED else blamed.seq
        error = ": ".join(filter(None, (job.error_type, job.error_message)))
        said, because = f"it has ended: it is {job.state}", job.reason or error
        return Reason(Cause.ENDED, said, since=job.finished_at, job=culprit, detail=because)

    def _stalled(self, job: Job, now: int) -> Iterator[Reason]:
        since = self.stalled(now).get(job.seq)
        if since is not None:
            yield Reason(Cause.STALLED, "it is stalled: nothing has come from it", since=since)

    def _running(self, job: Job, now: int) -> Reason:
        worker = next((one for one in self.workers() if one.id == job.worker), None)
        if worker is None:
            said = f"worker {job.worker}, which ran it, is dead: the next pool frees it"
            return Reason(Cause.WORKER_LOST, said)
        said = f"it is running, on {worker.name}"
        if job.cancel_requested_at is not None:
            said += ", and is being stopped"
        turn = self.turn(job, now)
        ends = "" if turn is None else f"it ends {turn.ends.when()}"
        return Reason(Cause.RUNNING, said, since=job.started_at, detail=ends)

    # -- its own time ----------------------------------------------------------------------------

    def _own_time(self, job: Job, now: int) -> Iterator[Reason]:
        if job.state is State.WAITING:
            yield from self._turn(job)
        if job.state in (State.SCHEDULED, State.RETRYING):
            yield _delay(job, now)
        if job.error_type == "TaskLockedException":
            yield from self._lock(job)
        if job.expires is not None:
            yield _expiry(job, job.expires, now)

    def _turn(self, job: Job) -> Iterator[Reason]:
        if job.after is not None:
            yield self._predecessor(job.after)
        ((members, ended),) = self._reader.rows(SQL["chord_progress"], {"seq": job.seq})
        if members:
            yield self._chord(job, members, ended)
        for (batch,) in self._reader.rows(SQL["followed_batch"], {"seq": job.seq}):
            yield Reason(Cause.BATCH_END, f"it waits for the end of batch {batch}")

    def _predecessor(self, seq: int) -> Reason:
        before = self.job_by_seq(seq)
        if before is None:
            return Reason(Cause.PREDECESSOR, f"it waits for #{seq} before it, which is gone")
        said = f"it waits for #{seq} {before.task}, which is {before.state}"
        return Reason(Cause.PREDECESSOR, said, job=seq, task=before.task)

    def _chord(self, job: Job, members: int, ended: int) -> Reason:
        rows = self._reader.rows(SQL["chord_missing"], {"seq": job.seq, "most": _MOST_NAMED})
        named = ", ".join(f"#{seq} {state}" for seq, state in rows)
        more = members - ended - len(rows)
        tail = f": {named}{f' and {more:,} more' if more > 0 else ''}" if named else ""
        said = f"its chord waits for {members - ended:,} of {members:,} members{tail}"
        return Reason(Cause.CHORD, said, job=rows[0][0] if rows else None)

    def _lock(self, job: Job) -> Iterator[Reason]:
        wanted = (job.error_message or "").removeprefix(_LOCKED)
        rows = self._reader.rows(SQL["locks_of_queue"], {"queue": job.queue, "most": _MOST_LOCKS})
        held = [row for row in rows if wanted == row[0] or wanted.startswith(f"{row[0]}: ")]
        if not held:
            yield Reason(Cause.LOCKED, "the lock that it did not get last time is free again")
        for name, seq, pid, at in held[:1]:
            holder = f"#{seq}" if seq else f"process {pid}" if pid else "somebody unknown"
            said = f"the lock '{name}' that it needs is held by {holder}"
            yield Reason(Cause.LOCKED, said, since=at, job=seq)

    # -- what people or the app have decided -----------------------------------------------------

    def _obstacles(self, job: Job, now: int) -> Iterator[Reason]:
        if job.revoked:
            yield Reason(Cause.REVOKED, "it is revoked: its turn will only cancel it")
        names = {"queue": job.queue, "task": job.task}
        if self._reader.rows(SQL["is_task_revoked"], names):
            said = f"{job.task} is revoked: its turn may only cancel it"
            yield Reason(Cause.TASK_REVOKED, said, task=job.task)
        yield from self._pauses(job)
        if job.limited:
            yield from held_by_lane(self._reader, job, now)
        ((known, here),) = self._reader.rows(SQL["registered"], names)
        if known and not here and job.task:
            said = f"no pool knows the task {job.task}: its turn will only fail"
            yield Reason(Cause.NOT_REGISTERED, said, task=job.task)

    def _pauses(self, job: Job) -> Iterator[Reason]:
        rows = self._reader.rows(SQL["pauses_of_job"], {"queue": job.queue, "task": job.task})
        for task, since, why in rows:
            if task:
                said = f"{task} is paused by its breaker: {why}" if why else f"{task} is paused"
                yield Reason(Cause.TASK_PAUSED, said, since=since, task=task)
            else:
                yield Reason(Cause.PAUSED, f"all of {job.queue} is paused", since=since)
        if job.held and not any(task for task, *_ in rows):
            yield Reason(Cause.HELD, "it is held back by a pause that is just being lifted")

    # -- those who would run it ------------------------------------------------------------------

    def _crew(self, job: Job, now: int) -> Iterator[Reason]:
        crew = [worker for worker in self.workers() if worker.queue == job.queue]
        runners = [worker for worker in crew if worker.kind != "pool" and worker.wish is None]
        if not any(worker.kind == "worker" for worker in runners):
            yield _nobody(crew, job.queue)
        if job.state is State.PENDING and runners and not (job.held or job.limited):
            yield from self._queue_of(job, runners, len(_leaving(crew)), now)

    def _queue_of(
        self, job: Job, runners: Sequence[Worker], leaving: int, now: int
    ) -> Iterator[Reason]:
        idle = sum(worker.job is None for worker in runners)
        if not idle:
            yield _busy(runners, leaving, now)
        where = {"queue": job.queue, "seq": job.seq, "most": MOST_COUNTED}
        ((ahead,),) = self._reader.rows(SQL["ahead"], where)
        if ahead or not idle:
            turn = self.turn(job, now)
            yield _ahead(ahead, f": its turn comes {turn.starts.when()}" if turn else "")


def _spoils(state: State) -> bool:
    return state.is_final and state is not State.SUCCEEDED


def _delay(job: Job, now: int) -> Reason:
    if job.eta is not None and job.eta <= now:
        return Reason(Cause.DUE, "its time has come: the next look at the schedule takes it up")
    if job.error_type == "RateLimitExceeded":
        # With a retry_delay of its own it is tried before the limit's window ends.
        return Reason(
            Cause.RATE_LIMIT, "a rate limit has turned it away; it is tried again at",
            until=job.eta, detail=job.error_message or "",
        )  # fmt: skip
    if job.state is State.RETRYING:
        return Reason(Cause.RETRY_DELAY, "it failed and is tried again at", until=job.eta)
    return Reason(Cause.ETA, "it is scheduled for", until=job.eta)


def _expiry(job: Job, expires: int, now: int) -> Reason:
    if expires <= now:
        return Reason(Cause.EXPIRED, "it has expired: its turn will only say so")
    if job.eta is not None and expires < job.eta:
        return Reason(Cause.EXPIRES, "it expires before its time comes, at", until=expires)
    return Reason(Cause.EXPIRES, "it expires unless it starts before", until=expires)


def _nobody(crew: Sequence[Worker], queue: str) -> Reason:
    drained = _leaving(crew)
    if drained:
        more = f" and {len(drained) - _MOST_NAMED} more" if len(drained) > _MOST_NAMED else ""
        take = f"{', '.join(drained[:_MOST_NAMED])}{more} take{'s' * (len(drained) == 1)}"
        return Reason(Cause.DRAINING, f"{take} no more jobs: drained, or on the way out")
    if any(worker.kind == "pool" for worker in crew):
        said = f"the pool of {queue} has no live worker: it starts, or stops"
        return Reason(Cause.NO_WORKER, said)
    if crew:
        said = f"no pool works on {queue}: only {crew[0].name} may take it"
        return Reason(Cause.ONLY_GUESTS, said)
    return Reason(Cause.NO_POOL, f"nobody works on {queue}: no pool is live")


def _leaving(crew: Sequence[Worker]) -> list[str]:
    """Return the names of those that take no more jobs."""
    return [worker.name for worker in crew if worker.wish is not None]


def _busy(runners: Sequence[Worker], leaving: int, now: int) -> Reason:
    named = ", ".join(_doing(worker, now) for worker in runners[:_MOST_NAMED])
    more = f" and {len(runners) - _MOST_NAMED} more" if len(runners) > _MOST_NAMED else ""
    drained = f"; {leaving} drained, or on the way out" if leaving else ""
    said = f"{_all_who_take(len(runners), leaving)} busy: {named}{more}{drained}"
    return Reason(Cause.BUSY, said, job=runners[0].job)


def _all_who_take(runners: int, leaving: int) -> str:
    if runners == 1:
        return "the one worker that takes jobs is" if leaving else "the one worker is"
    return f"all {runners} workers that take jobs are" if leaving else f"all {runners} workers are"


def _doing(worker: Worker, now: int) -> str:
    since = "" if worker.job_started_at is None else f" {format_age(now, worker.job_started_at)}"
    return f"#{worker.job} {worker.job_task}{since}"


def _ahead(ahead: int, time: str) -> Reason:
    if not ahead:
        return Reason(Cause.AHEAD, f"it is the next one{time}")
    many = f"{ahead:,} or more jobs are" if ahead >= MOST_COUNTED else f"{ahead:,} jobs are"
    many = "1 job is" if ahead == 1 else many
    return Reason(Cause.AHEAD, f"{many} ahead of it{time}")
