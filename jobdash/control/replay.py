"""Replay with changed arguments. Needs the app's huey: only it can read and write messages."""

from collections.abc import Iterable
from typing import Any

from jobdash.broker.changes import Changes
from jobdash.broker.recorded import recorded_task
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
        now,
        lambda decisions, seq, within: decisions.replay_as(seq, described[seq], now, within),
    )
    for seq in outcome.changed:
        huey.announce_enqueued(tasks[seq])
    return outcome + Outcome(refused=tuple(refused))


def _changed(huey: Any, seq: int, changes: Changes) -> Any:
    task = recorded_task(huey, seq)
    task.args, task.kwargs = changes.apply(type(task), task.args, task.kwargs)
    return task
