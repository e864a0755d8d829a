"""A job's call as it is recorded, to be made once more."""

from typing import Any

from huey.exceptions import HueyException

from jobdash.errors import Refused


def recorded_task(huey: Any, seq: int) -> Any:
    """Return the task as its message has it, free of what belonged to the old job.

    Raises `Refused` if this app cannot read it.
    """
    claim = huey.ledger.queued.job(seq)
    if claim is None:
        raise Refused(f"there is no job #{seq} in the queue {huey.name}, which this app serves")
    if claim.data is None:
        raise Refused(f"job #{seq} never had its turn, so its arguments are not known")
    try:
        return huey.messages.alone(claim)
    except HueyException as error:
        raise Refused(f"{_unread(seq)}, where {claim.task} is missing: {error}") from error
    except Exception as error:
        raise Refused(f"{_unread(seq)}: {type(error).__name__}: {error}") from error


def _unread(seq: int) -> str:
    return f"job #{seq} cannot be read by this app"
