"""What a key does about workers: asks if need be, writes the wish down, tells what will happen."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from textual.app import App

from jobdash.control.crew import CrewControl
from jobdash.errors import JobdashError
from jobdash.job import Wish, Worker
from jobdash.report import Report
from jobdash.tui.acting.operations import DEADLINE
from jobdash.tui.looks.present import short_task, words
from jobdash.tui.looks.spans import Spans
from jobdash.tui.looks.theme import INK, SOFT
from jobdash.tui.overlays.choice import LEAVE, Choice, ChoiceScreen


class Starter(Protocol):
    """Starts a pool for the dashboard."""

    def start(self) -> str:
        """Start it; return why it cannot be, '' if it was. Runs in a worker thread."""


class CrewActs:
    """Its methods must run in one of the app's workers."""

    def __init__(
        self, app: App[Any], path: Path, tell: Callable[..., None], starter: Starter
    ) -> None:
        self._app = app
        self._path = path
        self._tell = tell
        self._starter = starter

    async def run(self, what: str, worker: Worker | None) -> None:
        """Do what a key stands for: `add`, `remove`, `restart`, `drain`."""
        try:
            if what == "add":
                await self._add(worker)
            elif worker is None:
                self._tell("There is no worker.", "warning")
            else:
                await {"remove": self._remove, "restart": self._restart, "drain": self._drain}[
                    what
                ](worker)
        except JobdashError as error:
            self._tell(f"Nothing was changed: {error}", "error")

    async def _add(self, near: Worker | None) -> None:
        pool = await asyncio.to_thread(_pool_of, self._path, near)
        if pool is None:
            self._tell("Starting a pool.")
            trouble = await asyncio.to_thread(self._starter.start)
            if trouble:
                self._tell(trouble, "error")
            return
        size = await self._do(lambda control: control.add(pool))
        self._tell(f"One worker more: {_some(size)}.")

    async def _remove(self, worker: Worker) -> None:
        if await self._is_last(worker) and not await self._last_is_meant():
            return
        if worker.kind == "pool":
            size, names = await self._do(lambda control: control.remove_some(worker, 1))
            who = words(names[0]) if names else "One worker"
            stay = "stays" if size == 1 else "stay"
            self._tell(f"{who} goes, idle ones first: {_some(size)} {stay}.")
            return
        is_busy = worker.job is not None and worker.kind == "worker"
        if is_busy and not await self._meant(worker):
            return
        if await self._do(lambda control: control.remove(worker)):
            self._tell(f"{words(worker.name)} goes{_after(worker)}.")
        else:
            self._tell(f"{words(worker.name)} is going already.")

    async def _is_last(self, worker: Worker) -> bool:
        """Return whether no worker stays in the pool if this one goes, or one of this pool."""
        pool = await asyncio.to_thread(_pool_of, self._path, worker)
        if pool is None:
            return False
        staying = [one.id for one in await asyncio.to_thread(_staying, self._path, pool)]
        return len(staying) == 1 and worker.id in (pool.id, *staying)

    async def _last_is_meant(self) -> bool:
        lines: list[Spans] = [(("No job begins then until + adds a worker.", SOFT),)]
        yes = Choice("y", "Remove it, and have none", "yes")
        screen = ChoiceScreen("Remove the last worker?", lines, [LEAVE, yes])
        return await self._app.push_screen_wait(screen) == "yes"

    async def _restart(self, worker: Worker) -> None:
        if worker.kind == "pool":
            await self._restart_all(worker)
        elif await self._do(lambda control: control.restart(worker)):
            self._tell(f"{words(worker.name)} starts afresh{_after(worker)}.")
        else:
            self._tell(f"{words(worker.name)} is being restarted already.")

    async def _restart_all(self, pool: Worker) -> None:
        yes = Choice("y", "Restart all, each after its job", "yes")
        screen = ChoiceScreen("Restart every worker of this pool?", (), [LEAVE, yes])
        if await self._app.push_screen_wait(screen) != "yes":
            return
        own = await asyncio.to_thread(_workers_of, self._path, pool)
        await self._do(lambda control: [control.restart(one) for one in own if one.wish is None])
        self._tell(f"{_some(len(own))} start afresh, each after its job.")

    async def _drain(self, worker: Worker) -> None:
        name = words(worker.name)
        if worker.wish is Wish.DRAIN:
            await self._do(lambda control: control.resume(worker))
            self._tell(f"{name} takes jobs again.")
        elif await self._do(lambda control: control.drain(worker)):
            then = "stays, but takes no more jobs"
            self._tell(f"{name} {then}{_after(worker)}. The same key lets it take some again.")

    async def _meant(self, worker: Worker) -> bool:
        name = words(worker.name)
        task = short_task(worker.job_task or "")
        lines: list[Spans] = [
            ((f"It runs #{worker.job} ", SOFT), (task, INK)),
            (("It finishes that first, and takes no more.", SOFT),),
        ]
        yes = Choice("y", f"Remove {name} after its job", "yes")
        screen = ChoiceScreen(f"Remove {name}?", lines, [LEAVE, yes])
        return await self._app.push_screen_wait(screen) == "yes"

    async def _do(self, act: Callable[[CrewControl], Any]) -> Any:
        return await asyncio.to_thread(_carry_out, self._path, act)


def _carry_out(path: Path, act: Callable[[CrewControl], Any]) -> Any:
    control = CrewControl(path, deadline=DEADLINE)
    try:
        return act(control)
    finally:
        control.close()


def _pool_of(path: Path, near: Worker | None) -> Worker | None:
    """Return the living pool that a worker belongs to or is, else any of its queue, or of all."""
    with Report(path) as report:
        pools = [one for one in report.workers() if one.kind == "pool"]
    if near is not None:
        own = [pool for pool in pools if pool.id in (near.id, near.pool)]
        return next(iter([*own, *(pool for pool in pools if pool.queue == near.queue)]), None)
    return next(iter(pools), None)


def _workers_of(path: Path, pool: Worker) -> list[Worker]:
    with Report(path) as report:
        return [one for one in report.workers() if one.pool == pool.id]


def _staying(path: Path, pool: Worker) -> list[Worker]:
    return [one for one in _workers_of(path, pool) if one.wish is not Wish.REMOVE]


def _after(worker: Worker) -> str:
    return "" if worker.job is None else f" after its job #{worker.job}"


def _some(count: int) -> str:
    return "1 worker" if count == 1 else f"{count} workers"
