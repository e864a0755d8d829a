"""Real pools for tests: started as processes, looked at from outside, and none left behind."""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from waiting import PATIENCE, eventually

from jobdash.job import Attempt, Job, State, Worker
from jobdash.ledger import Ledger
from jobdash.report import Report

APPS = Path(__file__).parent / "pool_apps"
ROOT = Path(__file__).parent.parent

_MAIN = """
import json, os, sys
if "POOL_CLOCK" in os.environ:
    import clock
from jobdash.errors import JobdashError
from jobdash.pool import PoolOptions, run_pool
try:
    sys.exit(run_pool(PoolOptions(**json.loads(sys.argv[1]))))
except JobdashError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


Sites = Callable[..., "Site"]


class Pool:
    """One pool process and what it says."""

    def __init__(self, site: "Site", app: str, options: dict[str, Any]) -> None:
        self._site = site
        self._said = site.folder / f"said-{len(site.pools)}"
        command = [sys.executable, "-c", _MAIN, json.dumps({"app": app, **options})]
        with open(self._said, "wb") as stderr:
            self.process = subprocess.Popen(
                command,
                cwd=site.code,
                env=site.environ,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
                preexec_fn=site.before_start,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        return self._said.read_text()

    def says(self, text: str) -> None:
        eventually(lambda: text in self.said() or self._site.complain(self, text))

    def is_serving(self) -> bool:
        return bool(self.workers())

    def workers(self) -> list[Worker]:
        """Its living workers."""
        everybody = self._site.workers()
        own = [one.id for one in everybody if one.kind == "pool" and one.pid == self.pid]
        return [one for one in everybody if one.pool in own]

    def worker_pids(self) -> set[int]:
        return {one.pid for one in self.workers()}

    def forker(self) -> int:
        """The process that its workers are forked from."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        (pid,) = map(int, children)
        return pid

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self) -> int:
        """Wait for its end and return its exit code."""
        return self.process.wait(PATIENCE)

    def stop(self) -> None:
        self.signal(signal.SIGTERM)
        assert self.ends() == 0, self.said()


class Site:
    """A folder with one database, the pools on it, and a producer's view."""

    def __init__(
        self,
        folder: Path,
        code: Path = APPS,
        app: str = "bodies",
        database: Path | None = None,
        **environ: str,
    ) -> None:
        self.folder = folder
        self.code = code
        self.app_name = app
        self.database = database or folder / "jobs.db"
        self.book = folder / "book"
        self.pools: list[Pool] = []
        self.before_start: Callable[[], None] | None = None
        self.environ = os.environ | {"POOL_DB": str(self.database), "PYTHONPATH": str(ROOT)}
        self.environ |= environ
        self._apps: dict[str, Any] = {}

    def start(self, app: str = "", **options: Any) -> Pool:
        pool = Pool(self, app or f"{self.app_name}:huey", options)
        self.pools.append(pool)
        return pool

    def serve(self, app: str = "", **options: Any) -> Pool:
        """Start a pool and wait until all its workers are there."""
        pool = self.start(app, **options)
        wanted = options.get("workers", 1)
        pool.says(" serves ")
        eventually(lambda: len(pool.workers()) == wanted or self.complain(pool, "workers"))
        return pool

    def complain(self, pool: Pool, missing: str) -> bool:
        assert pool.process.poll() is None, (
            f"{missing} is missing, and the pool ended: {pool.said()}"
        )
        return False

    def app(self, name: str = "") -> Any:
        """The app's module, imported here as a producer imports it, on this site's file."""
        name = name or self.app_name
        if name not in self._apps:
            os.environ["POOL_DB"] = str(self.database)
            sys.path.insert(0, str(self.code))
            try:
                sys.modules.pop(name, None)
                self._apps[name] = importlib.import_module(name)
            finally:
                sys.path.remove(str(self.code))
        return self._apps[name]

    def enqueue(self, task: str, *args: Any, **kwargs: Any) -> int:
        """Enqueue a call and return the job's number."""
        with_options = getattr(self.app(), task).s(*map(_plain, args), **kwargs)
        self.app().huey.enqueue(with_options)
        return self.job(with_options.id).seq

    def gate(self, name: str = "gate") -> Path:
        path = self.folder / name
        os.mkfifo(path)
        return path

    def lines(self) -> list[str]:
        return self.book.read_text().splitlines() if self.book.exists() else []

    def begun(self, count: int = 1) -> list[str]:
        """Wait until so many bodies have begun, and return those lines."""
        return eventually(lambda: lines if len(lines := _starting(self, "begin")) >= count else [])

    def read(self, question: Callable[[Report], Any]) -> Any:
        with Report(self.database) as report:
            return question(report)

    def job(self, ref: object) -> Job:
        found: Job = self.read(lambda report: report.job(str(ref)))
        return found

    def is_in(self, state: State, seq: int) -> bool:
        return self.job(seq).state is state

    def ends_as(self, state: State, seq: int) -> Job:
        eventually(lambda: self.is_in(state, seq))
        return self.job(seq)

    def latency(self, number: int) -> int:
        """Run a job that does nothing; return the microseconds from its creation to its start."""
        job = self.ends_as(State.SUCCEEDED, self.enqueue("note", self.book, f"job {number}"))
        assert job.started_at is not None
        return job.started_at - job.created_at

    def attempts(self, seq: int) -> list[Attempt]:
        found: list[Attempt] = self.read(lambda report: report.attempts(seq))
        return found

    def workers(self, everyone: bool = False) -> list[Worker]:
        if not self.database.exists():
            return []
        found: list[Worker] = self.read(lambda report: report.workers(everyone=everyone))
        return found

    def ledger(self) -> Ledger:
        found: Ledger = self.app().huey.ledger
        return found

    def processes(self) -> set[int]:
        """Every process that belongs to this site, however it got separated."""
        return {pid for pid in _all_pids() if self._owns(pid)} - {os.getpid()}

    def end(self) -> None:
        """End what is left; fail if a pool that has ended left something."""
        for app in self._apps.values():
            app.huey.storage.close()
        for pool in self.pools:
            if pool.process.poll() is None:
                pool.signal(signal.SIGKILL)
            pool.process.wait()
        eventually(lambda: not self.processes())

    def _owns(self, pid: int) -> bool:
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False
        return f"POOL_DB={self.database}\0".encode() in environ + b"\0"


def open_gate(gate: Path) -> None:
    """Let the body through that waits at the gate, or the next one that comes."""
    with open(gate, "w", encoding="utf-8"):
        pass


def is_gone(pid: int) -> bool:
    """Whether a process has ended, though its new parent may not have waited for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _starting(site: Site, word: str) -> list[str]:
    return [line for line in site.lines() if line.startswith(word)]


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _all_pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]
