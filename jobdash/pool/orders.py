"""What a forker is told at its start, and what it tells each child it forks."""

from dataclasses import asdict, dataclass

from jobdash.pool import PoolOptions
from jobdash.pool.messages import Message


@dataclass(frozen=True)
class Orders:
    """The first thing a forker reads: options, its parent, and its ends of three pipes.

    `commands` is read, `reports` is written, and `stop` carries nothing: its end means that the
    children are to finish.
    """

    options: PoolOptions
    parent: int
    commands: int
    reports: int
    stop: int

    def as_message(self) -> Message:
        """Return them as something to send."""
        return asdict(self)

    @classmethod
    def from_message(cls, message: Message) -> "Orders":
        """Read what `as_message` made."""
        return cls(**{**message, "options": PoolOptions(**message["options"])})


@dataclass(frozen=True)
class Post:
    """What a child is for: its name, its pool's worker id, when to stop.

    The end of its `own` pipe means that it is to finish alone; what is written there tells it to
    take no jobs, as `is_drained` does from the start.
    `minute`, counted since the epoch, is for the child that enqueues periodic tasks; `is_first` is
    true unless the pool has served before with older code.
    """

    name: str
    pool: int
    stop: int
    own: int
    options: PoolOptions
    minute: int = 0
    is_first: bool = False
    is_drained: bool = False
