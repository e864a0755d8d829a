"""What is to come: periodic tasks with their rules, and jobs that wait for their time."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobdash.job import Job, State
from jobdash.report.reads import SQL, Reads
from jobdash.rule import Rule, read

DELAYED = (State.SCHEDULED, State.RETRYING)
# How many of the newest jobs are looked through for runs that no schedule has started.
NEWEST = 5_000
# Where jobs of one state are that much rarer than the others, their own index is shorter.
_RARE = 8


@dataclass(frozen=True, slots=True)
class Periodic:
    """A periodic task: when it runs, and its newest job.

    `last` is the newest job that its schedule has started, or one that somebody else has if that
    is newer and among the 5,000 newest jobs of the file.
    """

    name: str
    queue: str
    rule: Rule
    paused: bool
    last: Job | None


class ScheduleReads(Reads):
    """Reads of what has its time ahead."""

    def periodic(self, queue: str | None = None) -> list[Periodic]:
        """Return the periodic tasks that pools have registered, by name."""
        rows = self._reader.rows(SQL["periodic"], {"most": NEWEST})
        mine = [row for row in rows if queue in (None, row[1])]
        jobs = {job.seq: job for job in self._numbered([row[4] for row in mine if row[4]])}
        return [
            Periodic(name, owner, read(rule), bool(paused), jobs.get(last))
            for name, owner, rule, paused, last in mine
        ]

    def delayed(
        self,
        states: Sequence[State] = DELAYED,
        queue: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Job]:
        """Return jobs that wait for their time or for a retry, the soonest first."""
        sql, parameters = self._walk(states, queue)
        page = f"{sql} ORDER BY eta, seq LIMIT :most OFFSET :skip"
        rows = self._reader.rows(page, {**parameters, "most": limit, "skip": offset})
        places = {seq: place for place, (seq, _) in enumerate(rows)}
        return sorted(self._numbered([*places]), key=lambda job: places[job.seq])

    def count_delayed(self, states: Sequence[State] = DELAYED, queue: str | None = None) -> int:
        """Return how many there are."""
        tally = self._tally()
        return sum(n for (owner, state), n in tally.items() if _fits(owner, state, queue, states))

    def etas_before(
        self, moment: int, states: Sequence[State], queue: str | None, limit: int
    ) -> list[int]:
        """Return the times of such jobs that come before a moment, the soonest `limit` of them."""
        sql, parameters = self._walk(states, queue)
        page = f"SELECT eta FROM ({sql}) WHERE eta < :moment ORDER BY eta LIMIT :most"
        rows = self._reader.rows(page, {**parameters, "moment": moment, "most": limit})
        return [eta for (eta,) in rows]

    def delayed_before(
        self, seq: int, states: Sequence[State] = DELAYED, queue: str | None = None
    ) -> int | None:
        """Return how many of these jobs come before this one, or None if it is not among them."""
        job = self._jobs(SQL["this_seq"], {"seq": seq})
        if not job or not _fits(job[0].queue, job[0].state, queue, states):
            return None
        sql, parameters = self._walk(states, queue)
        count = f"SELECT count(*) FROM ({sql}) WHERE (eta, seq) < (:eta, :seq)"
        ((found,),) = self._reader.rows(count, {**parameters, "eta": job[0].eta, "seq": seq})
        return int(found)

    def _walk(self, states: Sequence[State], queue: str | None) -> tuple[str, dict[str, str]]:
        """Return SQL for (seq, eta) of such jobs, and its parameters."""
        tally = self._tally()
        queues = {owner for (owner, state), n in tally.items() if n and state in DELAYED}
        chosen = sorted(queues) if queue is None else [queue]
        wanted = self.count_delayed(states, queue)
        is_rare = wanted * _RARE < self.count_delayed(DELAYED, queue)
        walk = SQL["delayed_by_state" if is_rare else "delayed_by_eta"]
        parts = [
            walk.format(queue=f":queue{place}", state=f"'{state}'")
            for place, _ in enumerate(chosen)
            for state in (states if is_rare else ["any"])
        ]
        if not is_rare and len(states) == 1:
            parts = [f"{part} AND +state = '{states[0]}'" for part in parts]
        parameters = {f"queue{place}": name for place, name in enumerate(chosen)}
        return " UNION ALL ".join(parts) or SQL["nothing_delayed"], parameters


def _fits(owner: str, state: str, queue: str | None, states: Sequence[State]) -> bool:
    return queue in (None, owner) and state in states
