"""What the dashboard is told by whoever starts it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from jobdash.tui.clock import now_us

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
    `pool` is a pool that ends or stays with the dashboard; `start_pool` starts one that does, or
    returns None if the file has one by now, and is None if no app is known; `note` is shown beside
    the tabs. `ending` says in a few words what `q` ends besides the dashboard: it is asked once.
    `is_copy` if the file is a copy, as `note` says: nobody works on it.
    `theme` '' means the one that suits the terminal; `keys` are other keys for the ids of the key
    table. `environ` is what the app has to be told besides what we were. `state` is the folder in
    which the theme that was chosen is kept for the next time, None for nowhere. `clock` tells the
    present moment in microseconds since the epoch.
    """

    database: Path
    app: str | None = None
    queue: str | None = None
    pool: PoolHandle | None = None
    read_only: bool = False
    mouse: bool = True
    ascii: bool = False
    start_pool: Callable[[], PoolHandle | None] | None = None
    note: str = ""
    ending: str = ""
    is_copy: bool = False
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    state: Path | None = None
    clock: Callable[[], int] = now_us

    @property
    def only_looks(self) -> str:
        """Why nothing can be changed here, '' if it can."""
        if self.is_copy:
            return "This is a copy to look at: nothing can be changed in it."
        return "This dashboard was started to look only." if self.read_only else ""
