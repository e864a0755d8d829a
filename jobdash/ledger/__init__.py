"""Every write to the database, one method per event of a job's life.

Nothing here reads for display, formats for people or knows huey; callers pass the time. The parts
of a `Ledger` are named after who calls them: `intake` takes jobs in, `attempts` is what workers
do, `decisions` is what people decide, `crew` is who works, `keys` is what huey stores, `locks` and
`work` are what tasks hold and do once, `progress` is how far they say they have come.
"""

from jobdash.ledger.ledger import Ledger
from jobdash.ledger.locks import Holder
from jobdash.ledger.records import Entry, NewChord, NewJob, NextStep, Present, Settled, Settlement
from jobdash.ledger.rescue import Death
from jobdash.ledger.timing import Timing
from jobdash.ledger.undo import Undo
from jobdash.ledger.work import Standing

__all__ = [
    "Death",
    "Entry",
    "Holder",
    "Ledger",
    "NewChord",
    "NewJob",
    "NextStep",
    "Present",
    "Settled",
    "Settlement",
    "Standing",
    "Timing",
    "Undo",
]
