"""What a job is: its states, the events that move it, and the records others pass around.

All of this is pure data. It opens nothing, imports nothing else of jobdash and does no I/O.
Times are integers, microseconds since the epoch in UTC.
"""

from jobdash.job.claim import FIRST_RETURNED, ON_PURPOSE, Claim
from jobdash.job.moves import MOVES, Event, Move
from jobdash.job.records import Attempt, Job, JobEvent, TaskType
from jobdash.job.states import ACTIVE, FINAL, State
from jobdash.job.units import CHUNK, MICROSECONDS, Amount
from jobdash.job.workers import MOST_WORKERS, PARTING, Wish, Worker

__all__ = [
    "ACTIVE",
    "CHUNK",
    "FINAL",
    "FIRST_RETURNED",
    "MICROSECONDS",
    "MOST_WORKERS",
    "MOVES",
    "ON_PURPOSE",
    "PARTING",
    "Amount",
    "Attempt",
    "Claim",
    "Event",
    "Job",
    "JobEvent",
    "Move",
    "State",
    "TaskType",
    "Wish",
    "Worker",
]
