"""What tests of the dashboard share: a file with jobs in every state, and a screen to read."""

import os
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from textual.events import Paste
from textual.pilot import Pilot

from jobdash import liveness
from jobdash.database import open_database
from jobdash.job import State
from jobdash.report import Report
from jobdash.signature import signature
from jobdash.tui import DashboardOptions
from jobdash.tui.app import DashboardApp

SECOND = 1_000_000
PATIENCE = 15.0

TRACEBACK = """Traceback (most recent call last):
  File "/srv/mail.py", line 88, in send
    reply = client.post(url, json=body)
TimeoutError: upstream did not answer
"""


def now() -> int:
    """The present moment in microseconds."""
    return time.time_ns() // 1000


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until a condition is true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.002)


class Stock:
    """A jobdash file whose rows a test writes by itself."""

    def __init__(self, path: Path, queue: str = "huey") -> None:
        self.path = path
        self.queue = queue
        self.database = open_database(path, durability="fast")
        self._worker: int | None = None

    def insert(self, table: str, **columns: Any) -> int:
        """Insert one row and return its integer key."""
        names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        with self.database.transaction() as tx:
            return tx.insert(f"INSERT INTO {table} ({names}) VALUES ({marks})", columns)

    def add(self, state: State | str = "pending", **columns: Any) -> int:
        """Insert a job in a state and return its number."""
        at = columns.get("created_at", now())
        row: dict[str, Any] = {
            "id": f"{time.time_ns():x}-{len(columns)}", "queue": self.queue, "task": "mail.send",
            "state": str(state), "place": 1, "created_at": at,
        }  # fmt: skip
        row |= self._state_columns(State(state), at)
        if "message" not in columns:
            row["message"] = self.insert("message", data=b"call", checksum=zlib.crc32(b"call"))
        return self.insert("job", **row | columns)

    def add_many(self, count: int, state: State | str = "succeeded", **columns: Any) -> None:
        """Insert many jobs in one transaction."""
        at = now()
        row = {
            "queue": self.queue, "task": "mail.send", "state": str(state), "place": 1,
            "created_at": at, **self._state_columns(State(state), at), **columns,
        }  # fmt: skip
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        sql = f"INSERT INTO job (id, {names}) VALUES (hex(randomblob(12)), {marks})"
        with self.database.transaction() as tx:
            for _ in range(count):
                tx.run(sql, row)

    def one_of_each(self) -> dict[State, int]:
        """Insert one job in each state; return their numbers."""
        return {state: self.add(state) for state in State}

    def fail(self, tries: int = 1, **columns: Any) -> int:
        """Insert a failed job with its attempts."""
        error = {"error_type": "TimeoutError", "error_message": "upstream did not answer"}
        row = error | columns
        row.setdefault("signature", signature(row["error_type"], row["error_message"], "mail.py"))
        text = row.pop("traceback", TRACEBACK)
        seq = self.add("failed", failures=tries, claims=tries, retries=tries - 1, **row)
        for number in range(1, tries + 1):
            at = now() - SECOND * (tries - number + 1)
            self.insert(
                "attempt", seq=seq, number=number, worker=self.worker, started_at=at,
                ended_at=at + 1000, outcome="failed", error_type=row["error_type"],
                error_message=row["error_message"], traceback=text,
            )  # fmt: skip
        return seq

    def update(self, seq: int, **columns: Any) -> None:
        """Change a job's row."""
        changes = ", ".join(f"{name} = :{name}" for name in columns)
        with self.database.transaction() as tx:
            tx.run(f"UPDATE job SET {changes} WHERE seq = :seq", {**columns, "seq": seq})

    def register(self, name: str, doc: str = "", parameters: str = "[]") -> None:
        """Write a task down as a pool does."""
        self.insert(
            "task_type", queue=self.queue, name=name, parameters=parameters, doc=doc, retries=2,
            retry_delay=1.0, priority=0.0, periodic=0, registered_at=now(),
        )  # fmt: skip

    @property
    def worker(self) -> int:
        """A worker that no process stands behind."""
        if self._worker is None:
            self._worker = self.insert(
                "worker", queue=self.queue, kind="worker", name="w1", pid=1, boot="b", born=1,
                started_at=now(),
            )  # fmt: skip
        return self._worker

    @contextmanager
    def crew(self, names: tuple[str, ...] = ("w1",)) -> Iterator[list[int]]:
        """Let a pool and its workers live, for as long as the block; this process is all of them.

        Gives their ids, the pool's first.
        """
        columns = {"queue": self.queue, "pid": os.getpid(), "boot": "b", "born": 1}
        pool = self.insert("worker", kind="pool", name="pool", started_at=now(), **columns)
        ids = [pool] + [
            self.insert("worker", kind="worker", name=n, pool=pool, started_at=now(), **columns)
            for n in names
        ]
        for worker in ids:
            liveness.hold(self.path, worker)
        try:
            yield ids
        finally:
            for worker in ids:
                liveness.let_go(self.path, worker)

    def state(self, seq: int) -> State:
        """Return a job's state as a reader sees it."""
        with Report(self.path) as report:
            job = report.job_by_seq(seq)
        assert job is not None
        return job.state

    def _state_columns(self, state: State, at: int) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        if state.is_final:
            columns = {"started_at": at, "finished_at": at + 5000}
        elif state is State.RUNNING:
            columns = {"worker": self.worker, "started_at": at, "claims": 1}
        elif state in (State.SCHEDULED, State.RETRYING):
            columns = {"eta": at + 3600 * SECOND}
        return columns


class Screen:
    """A running dashboard and what can be read on it."""

    def __init__(self, app: DashboardApp, pilot: Pilot[str]) -> None:
        self.app = app
        self._pilot = pilot

    @property
    def lines(self) -> list[str]:
        """The screen as text, line by line."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.lines)

    def line_with(self, text: str) -> str:
        """Return the first line that holds a text."""
        return next((line for line in self.lines if text in line), "")

    @property
    def table(self) -> Any:
        """The jobs list."""
        return self.app.board.jobs.table

    async def press(self, *keys: str) -> None:
        """Press keys and let them take effect."""
        await self._pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text."""
        await self._pilot.press(*(_KEYS.get(char, char) for char in text))

    async def paste(self, text: str) -> None:
        """Paste a text where the focus is."""
        assert self.app.focused is not None
        self.app.focused.post_message(Paste(text))
        await self._pilot.pause()

    async def click(self, text: str) -> None:
        """Click on the first place where a text stands."""
        y = next(index for index, line in enumerate(self.lines) if text in line)
        await self._pilot.click(offset=(self.lines[y].index(text) + 1, y))

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self._pilot.resize_terminal(width, height)

    async def until(self, wanted: str | Callable[[], object]) -> None:
        """Wait for a text on the screen, or for a condition."""
        deadline = time.monotonic() + PATIENCE
        while not (wanted in self.text if isinstance(wanted, str) else wanted()):
            assert time.monotonic() < deadline, f"{wanted!r} never came:\n{self.text}"
            await self._pilot.pause(0.02)

    async def gone(self, text: str) -> None:
        """Wait until a text is not on the screen any more."""
        await self.until(lambda: text not in self.text)


_KEYS = {
    ":": "colon", ".": "full_stop", "*": "asterisk", " ": "space", ",": "comma", "/": "slash",
    "[": "left_square_bracket", "]": "right_square_bracket", "_": "underscore", "-": "minus",
    "{": "left_curly_bracket", "}": "right_curly_bracket", '"': "quotation_mark",
}  # fmt: skip


@asynccontextmanager
async def dashboard(
    path: Path, size: tuple[int, int] = (120, 36), **options: Any
) -> AsyncIterator[Screen]:
    """Show a dashboard on a file; what has been read at its start is on the screen."""
    app = DashboardApp(DashboardOptions(path, **options))
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Screen(app, pilot)
        await screen.until(lambda: "live" in screen.lines[0] and screen.table.loaded)
        await pilot.pause()
        yield screen
