"""What a forker is told at its start, and what it tells each child it forks."""

import json
from dataclasses import asdict, dataclass

from jobdash.pool import PoolOptions


@dataclass(frozen=True)
class Orders:
    """The forker's command line: options, its parent, and its ends of three pipes.

    `commands` is read, `reports` is written, and `stop` carries nothing: its end means that the
    children are to finish.
    """

    options: PoolOptions
    parent: int
    commands: int
    reports: int
    stop: int

    def as_json(self) -> str:
        """Return them as one argument for a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Orders":
        """Read what `as_json` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "options": PoolOptions(**fields["options"])})


@dataclass(frozen=True)
class Post:
    """A child's place: its name, its pool's worker id, when to stop."""

    name: str
    pool: int
    stop: int
    options: PoolOptions
