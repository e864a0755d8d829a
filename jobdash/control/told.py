"""What people decide about jobs, told to who listens: see `jobdash.ledger.telling`."""

import json
from collections.abc import Iterable, Mapping

from jobdash.control.outcome import Outcome
from jobdash.database import Database, Transaction
from jobdash.job import Event
from jobdash.ledger import telling

_STANDING = "SELECT seq, task, state FROM json_each(:seqs) JOIN job ON job.seq = value"


def states(tx: Transaction, seqs: Iterable[int]) -> dict[int, str]:
    """Return how jobs stand, for the case that somebody listens."""
    if not telling.is_heard():
        return {}
    return {seq: state for seq, _, state in tx.run(_STANDING, {"seqs": json.dumps([*seqs])})}


def tell(
    database: Database,
    queue: str,
    now: int,
    outcome: Outcome,
    event: Event | None,
    before: Mapping[int, str],
    whys: Mapping[int, str],
) -> None:
    """Tell what has changed since the jobs stood as `before`; `whys` has the reasons."""
    if not telling.is_heard():
        return
    kind = str(event or ("replayed" if outcome.created else "undone"))
    copies = dict(zip(outcome.created, outcome.changed, strict=False))
    chosen = {"seqs": json.dumps(outcome.created or outcome.changed)}
    for seq, task, state in database.rows(_STANDING, chosen):
        why = f"a replay of #{copies[seq]}" if seq in copies else whys.get(seq, "")
        was, jobs = before.get(seq, ""), [(seq, task)]
        telling.tell(now, queue, kind, "person", jobs=jobs, before=was, to=state, why=why)
