"""What the dashboard is told by whoever starts it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

StopHow = Literal["finish", "now"]


class PoolHandle(Protocol):
    """The pool process that the dashboard's starter has started, if any."""

    def alive(self) -> bool:
        """Whether the process is still there. Called once a second, so it must be cheap."""

    def restart(self) -> None:
        """Start it again after it died."""

    def stop(self, how: StopHow) -> None:
        """End it: `finish` lets running jobs end first, `now` interrupts them."""


@dataclass(frozen=True, slots=True)
class DashboardOptions:
    """One dashboard: which file, which app, and what it may do.

    `app` is the name for `-A`, needed to enqueue; `queue` None shows every queue of the file;
    `pool` is a pool that ends or stays with the dashboard; `note` is shown beside the tabs.
    """

    database: Path
    app: str | None = None
    queue: str | None = None
    pool: PoolHandle | None = None
    read_only: bool = False
    mouse: bool = True
    ascii: bool = False
    note: str = ""
