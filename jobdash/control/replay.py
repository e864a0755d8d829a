"""Replay with changed arguments. Needs the app's huey: only it can read and write messages."""

from collections.abc import Iterable
from typing import Any

from jobdash.broker.changes import Changes
from jobdash.control.control import Control
from jobdash.control.outcome import Outcome, Refusal
from jobdash.errors import Refused

__all__ = ["Changes", "replay_changed"]


def replay_changed(
    control: Control, huey: Any, seqs: Iterable[int], changes: Changes, now: int
) -> Outcome:
    """Make new jobs from finished ones with changed arguments; `created` has their numbers.

    Raises `UsageError` before anything is written if the changes do not fit one of the tasks.
    """
    tasks: dict[int, Any] = {}
    refused = []
    for seq in seqs:
        try:
            tasks[seq] = _changed(huey, seq, changes)
        except Refused as error:
            refused.append(Refusal(seq, error))
    described = {seq: huey.messages.describe(task) for seq, task in tasks.items()}
    outcome = control.each(
        tasks,
        lambda decisions, seq, within: decisions.replay_as(seq, described[seq], now, within),
    )
    for seq in outcome.changed:
        huey.announce_enqueued(tasks[seq])
    return outcome + Outcome(refused=tuple(refused))


def _changed(huey: Any, seq: int, changes: Changes) -> Any:
    task = _recorded(huey, seq)
    task.args, task.kwargs = changes.apply(type(task), task.args, task.kwargs)
    return task


def _recorded(huey: Any, seq: int) -> Any:
    """Return the task as its message has it, free of what belonged to the old job."""
    claim = huey.ledger.queued.job(seq)
    if claim is None:
        raise Refused(f"there is no job #{seq} in the queue {huey.name}, which this app serves")
    if claim.data is None:
        raise Refused(f"job #{seq} never had its turn, so its arguments are not known")
    try:
        return huey.messages.alone(claim)
    except Exception as error:
        raise Refused(f"job #{seq} cannot be read by this app: {error}") from error
