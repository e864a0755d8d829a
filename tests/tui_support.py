"""What tests of the dashboard share: a file with jobs in every state, and a screen to read."""

import asyncio
import os
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import textual.screen
from css_once import parse_css_once
from textual._wait import wait_for_idle
from textual.color import Color
from textual.events import Key, Paste
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot
from waiting import PATIENCE, eventually

from jobdash import liveness
from jobdash.database import open_database
from jobdash.job import State
from jobdash.report import Report
from jobdash.signature import signature
from jobdash.tui import DashboardOptions
from jobdash.tui.app import DashboardApp

parse_css_once()
# Ten paints a second, not sixty: a test looks at what has come to rest.
textual.screen.UPDATE_PERIOD = 0.1  # type: ignore[misc]

wait_for = eventually

SECOND = 1_000_000
LOOK_EVERY = 0.02

TRACEBACK = """Traceback (most recent call last):
  File "/srv/mail.py", line 88, in send
    reply = client.post(url, json=body)
TimeoutError: upstream did not answer
"""


def now() -> int:
    """The present moment in microseconds."""
    return time.time_ns() // 1000


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
        self._seen: list[str] | None = None
        self._is_waiting = False
        self._notice_paints()

    @property
    def lines(self) -> list[str]:
        """The screen as text, line by line."""
        if self._seen is None:
            self._seen = self._drawn()
            asyncio.get_running_loop().call_soon(self._look_anew)
        return self._seen

    def _drawn(self) -> list[str]:
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
        """Press keys and let each take effect; one that is held has its effect at the end."""
        await self.hit(*keys)
        # Some wait until what they are for has been read.
        await self.until(lambda: not self.app._held)
        await self.app.animator.wait_until_complete()

    async def hit(self, *keys: str) -> None:
        """Press keys, whether anybody hears them or not."""
        for key, following in pairwise((*keys, None)):
            self._send(key)
            await (self._settle() if key == following else self._rest())

    async def type(self, text: str) -> None:
        """Type a text."""
        for char in text:
            self._send(char)
            await self._settle()
        await self._rest()

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
        looks = (lambda: wanted in self.text) if isinstance(wanted, str) else wanted
        if looks():
            return
        try:
            while not looks():
                assert time.monotonic() < deadline, f"{wanted!r} never came:\n{self.text}"
                await self._next_look()
        finally:
            self._is_waiting, self._seen = False, None
        await self._settle()

    async def gone(self, text: str) -> None:
        """Wait until a text is not on the screen any more."""
        await self.until(lambda: text not in self.text)

    async def _next_look(self) -> None:
        self._is_waiting = True
        await asyncio.sleep(LOOK_EVERY)

    def _look_anew(self) -> None:
        """Forget what was seen; who waits has nothing new to see until the dashboard paints."""
        if not self._is_waiting:
            self._seen = None

    def _send(self, key: str) -> None:
        name = _character_to_key(key) if len(key) == 1 else key
        event = Key(name, key_to_character(name))
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)

    def _notice_paints(self) -> None:
        display = self.app._display

        def paint(*args: Any) -> None:
            self._seen = None
            display(*args)

        self.app._display = paint  # type: ignore[method-assign]

    async def _settle(self) -> None:
        """Let all that is under way in this thread come to its end, and be painted."""
        await _nothing_is_ready()
        self.app.screen._on_timer_update()
        await _nothing_is_ready()

    async def _rest(self) -> None:
        """Settle, and let other threads come to their end too, which is less sure."""
        await self._settle()
        await wait_for_idle(0)
        await self._settle()


async def _nothing_is_ready() -> None:
    """Let others run until all of them wait: for a time, a file or another thread."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0)
    while loop._ready:  # type: ignore[attr-defined]
        await asyncio.sleep(0)


def contrast_of(style: Any) -> float:
    """Return how well a text can be read on its ground, from 1 to 21 (WCAG 2.1)."""
    colours = [Color.from_rich_color(part) for part in (style.color, style.bgcolor)]
    darker, lighter = sorted(map(_luminance, colours))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    weighted = zip((0.2126, 0.7152, 0.0722), colour.normalized, strict=True)
    return sum(
        weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for weight, part in weighted
    )


@asynccontextmanager
async def dashboard(
    path: Path, size: tuple[int, int] = (120, 36), **options: Any
) -> AsyncIterator[Screen]:
    """Show a dashboard on a file; what has been read at its start is on the screen."""
    app = DashboardApp(DashboardOptions(path, **options))
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Screen(app, pilot)
        marks = ("copy ",) if app.options.is_copy else ("live ", " paused ")
        await screen.until(
            lambda: any(mark in screen.lines[0] for mark in marks) and screen.table.loaded
        )
        await pilot.pause()
        yield screen
