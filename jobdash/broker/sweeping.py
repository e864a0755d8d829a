"""Finding the dead by their locks and freeing what they held. Imports no huey."""

from pathlib import Path

from jobdash import liveness
from jobdash.broker.times import now
from jobdash.ledger import Death, Ledger, Present
from jobdash.ledger.attempts import Run


def settle(
    ledger: Ledger,
    lost: Present,
    how: str,
    death: Death = Death.CRASH,
    *,
    meant: Run | None = None,
) -> list[int]:
    """End what a dead worker has left running, free its jobs and return their numbers.

    If some of it cannot be ended yet, nothing is freed: the next sweep tries again.
    """
    if not liveness.end_group(lost.identity):
        return []
    freed = ledger.attempts.rescue(lost.id, how, now(), death, meant=meant)
    held = ", ".join(f"#{seq}" for seq in freed)
    ledger.crew.retire(lost.id, f"{how}; it held {held}" if held else how, now())
    return freed


def sweep(
    ledger: Ledger, path: Path, own: int, watched: frozenset[int] = frozenset()
) -> list[tuple[Present, list[int]]]:
    """Settle everyone whose lock is free, and return who and which jobs.

    Except ourselves, `own`; our children, `watched` by pid; and the workers of another living
    pool, which knows better how they died. Workers whose pool is dead are to die too and may be
    about to; they are helped along.
    """
    swept = []
    for one in ledger.crew.present():
        if one.id == own or (one.pool == own and one.identity.pid in watched):
            continue
        if one.pool not in (None, own):
            if liveness.is_alive(path, one.pool):
                continue
            liveness.end_group(one.identity)
        if not liveness.is_alive(path, one.id):
            swept.append((one, settle(ledger, one, "died unseen")))
    return swept
