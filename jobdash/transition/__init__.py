"""One line of the transition log: what happened to which job, when, by whom and why.

The ledger stores only what no row tells by itself: rescues, requests, people's decisions. That a
job was enqueued, started or ended is told by its row and its attempts, so a transition is derived
from these whenever somebody asks, and costs the work nothing.
"""

from jobdash.transition.derived import transitions_of
from jobdash.transition.records import NOTHING_BEFORE, By, Line, Past, Run, Step, Transition
from jobdash.transition.stored import CANCELLED_BY_APP, stored

__all__ = [
    "CANCELLED_BY_APP",
    "NOTHING_BEFORE",
    "By",
    "Line",
    "Past",
    "Run",
    "Step",
    "Transition",
    "stored",
    "transitions_of",
]
