"""What a chord's callback was given, against what became of the members."""

import json
from collections.abc import Iterator
from typing import Any

from jobdash.job import State
from soak.evidence import Evidence, Row, Unit
from soak.lines import PLACEHOLDER
from soak.weather import Trouble


def findings(evidence: Evidence, unit: Unit, callback: Row) -> Iterator[str]:
    """Yield what is wrong with the runs of a chord's callback."""
    runs = [line for line in evidence.lines.get(callback.id, ()) if line.word == "start"]
    if callback.state is State.SUCCEEDED and not runs:
        yield f"#{callback.seq}: the callback succeeded without a run"
    for run in runs:
        ((values,),) = (json.loads(run.rest[0]),)
        if len(values) != len(unit.members):
            yield f"#{callback.seq}: {len(values)} values of {len(unit.members)} members"
            continue
        for index, (member, value) in enumerate(zip(unit.members, values, strict=True)):
            if not _is_right(evidence, unit, evidence.rows[member], index, value):
                yield f"#{callback.seq}: position {index} is {value!r}"
    if runs and not _was_retried(evidence, unit):
        yield from _came_early(evidence, unit, callback, runs[0].clock)


def _is_right(evidence: Evidence, unit: Unit, member: Row, index: int, value: Any) -> bool:
    """Whether a position holds its own member's value, or a placeholder if there is none."""
    if value == PLACEHOLDER:
        # A retry may have made it succeed after the callback's turn.
        return member.state is not State.SUCCEEDED or _was_retried(evidence, unit)
    return bool(value == index) and member.state is State.SUCCEEDED


def _came_early(evidence: Evidence, unit: Unit, callback: Row, began: int) -> Iterator[str]:
    for member in (evidence.rows[id_] for id_ in unit.members):
        # The end of a member's last step counts, whatever the steps before that still do.
        cause = evidence.by_seq.get(member.cancelled_because or 0, member)
        lines = evidence.lines.get(cause.id)
        if lines and lines[-1].clock > began:
            yield f"#{callback.seq}: the callback began before #{cause.seq} had ended"


def _was_retried(evidence: Evidence, unit: Unit) -> bool:
    retried = evidence.targets(Trouble.RETRY)
    return any(evidence.rows[id_].seq in retried for id_ in unit.ids)
