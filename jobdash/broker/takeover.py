"""Taking over what a plain huey left in its own tables: queued and scheduled messages."""

from typing import Any

from huey.registry import Message

from jobdash.broker.log import logger
from jobdash.broker.times import now
from jobdash.ids import new_id
from jobdash.job import MICROSECONDS
from jobdash.ledger import NewJob
from jobdash.ledger.plain_huey import Adopted, Leftover


def take_over(huey: Any) -> int:
    """Turn the messages that plain huey queued and scheduled into jobs. Return how many."""
    leftovers = huey.ledger.plain_huey.leftovers()
    if not leftovers:
        return 0
    pairs = [(leftover, _read(huey, leftover)) for leftover in leftovers]
    moved: int = huey.ledger.plain_huey.adopt(pairs, now())
    logger.info("Took over %s messages of a plain huey.", moved)
    return moved


def _read(huey: Any, leftover: Leftover) -> Adopted:
    try:
        message = huey.serializer.deserialize(leftover.data)
        return _describe(huey, message, leftover)
    except Exception:
        # It may be readable once the app is fully imported: a worker tries again.
        logger.warning("A queued message cannot be read yet; it is kept.", exc_info=True)
        return Adopted(_unread(leftover))


def _describe(huey: Any, message: Message, leftover: Leftover) -> Adopted:
    config = _chord_config(message)
    if config is None:
        return Adopted(huey.messages.describe_message(message, leftover.data))
    cid, size, position, callback = config
    job = huey.messages.describe_message(message, leftover.data, member_of=(cid, position))
    data = huey.serializer.serialize(callback)
    return Adopted(job, huey.messages.describe_message(callback, data), size)


def _chord_config(message: Message) -> Any:
    while message.on_complete is not None:
        message = message.on_complete
    return message.chord_config


def _unread(leftover: Leftover) -> NewJob:
    eta = None if leftover.timestamp is None else int(leftover.timestamp * MICROSECONDS)
    return NewJob(id=new_id(), task="", data=leftover.data, priority=leftover.priority, eta=eta)
