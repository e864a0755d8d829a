"""Which generation serves: the first, its successor after a reload or a loss, old ones ending."""

import time
from collections.abc import Callable, Iterator

from jobdash import errors
from jobdash.errors import AppError
from jobdash.job import PARTING, Wish
from jobdash.ledger.wishes import Wanted
from jobdash.pool import PoolOptions
from jobdash.pool.backoff import BackOff
from jobdash.pool.generation import Child, Generation
from jobdash.pool.messages import Message
from jobdash.pool.muster import Muster
from jobdash.pool.service import Service
from jobdash.pool.sources import Sources
from jobdash.pool.voice import Voice


class Succession:
    """Starts generations and takes in what their forkers report.

    `enter` is called once, when the app is known to import; it opens the pool's service. Until
    then an app that does not import raises `AppError`; later it only delays a successor.
    """

    def __init__(
        self, options: PoolOptions, voice: Voice, enter: Callable[[Message], Service]
    ) -> None:
        self._options = options
        self._voice = voice
        self._enter = enter
        self._service: Service | None = None
        self._coming: Generation | None = None
        self._serving: Generation | None = None
        self._leaving: list[Generation] = []
        self._start_at: float | None = 0.0
        self._backoff = BackOff()
        self._muster = Muster(options.workers)
        self._sources = Sources(())
        self._is_draining = False

    def generations(self) -> Iterator[Generation]:
        """Every generation whose forker lives."""
        yield from [one for one in (self._coming, self._serving, *self._leaving) if one]

    def children(self) -> dict[int, Child]:
        """Every forked process, by pid."""
        return {pid: child for one in self.generations() for pid, child in one.children.items()}

    # As time goes by

    def fill(self) -> None:
        """Start what is due: a forker, workers."""
        if self._start_at is not None and self._start_at <= time.monotonic():
            self._start_at = None
            self._coming = Generation(self._options, self._muster, is_first=self._service is None)
        if self._serving is not None and self._service is not None:
            self._serving.fill_places(self._service.roster.id)
        for one in [one for one in self._leaving if not one.children]:
            self._leaving.remove(one)
            one.end()

    def reload_if_changed(self) -> None:
        """Start a new generation if the app's files have changed."""
        changed = self._sources.take_changes()
        if not changed or self._service is None:
            return
        self._voice.say(f"{changed[0]} has changed: reloading")
        if self._coming is not None:
            self._coming.end(at_once=True)
        self._start_at = None
        self._coming = Generation(self._options, self._muster, is_first=False)

    def carry_out(self, wanted: Wanted) -> None:
        """Tell everyone what is wanted of them, and have as many workers as are wanted."""
        for one in self.generations():
            for child in one.children.values():
                wish = wanted.wishes.get(child.pid)
                if self._muster.note(child.name, child.wish, wish):
                    self._tell(one, child, wish)
        if wanted.size is not None:
            self._resize(wanted.size)
        if self._serving is not None:
            self._serving.places.follow()

    def _resize(self, size: int) -> None:
        manned = {child.name for child in self.children().values()}
        self._muster.grow(size, manned)
        struck = self._muster.shrink(size, manned)
        for one in self.generations() if struck else ():
            for child in one.children.values():
                if child.name in struck and child.wish not in PARTING:
                    self._tell(one, child, Wish.REMOVE)

    def _tell(self, generation: Generation, child: Child, wish: Wish | None) -> None:
        generation.tell(child, wish)
        self._voice.say(f"worker {child.name} (pid {child.pid}) is to {wish or 'resume'}")

    def drain(self) -> None:
        """Let everybody finish; start nothing any more."""
        self._start_at, self._is_draining = None, True
        if self._coming is not None:
            self._coming.end(at_once=True)
            self._coming = None
        for one in self.generations():
            one.drain()

    def end(self) -> None:
        """End the forkers, and with them every child that is left."""
        self.drain()
        for one in list(self.generations()):
            one.end()
        self._serving, self._leaving = None, []

    # What forkers report

    def hear(self, generation: Generation) -> None:
        """Take in what a forker has reported, or that it is gone."""
        for message in generation.inbox.read():
            self._take(generation, message)
        if generation.inbox.is_closed and generation in self.generations():
            self._lose(generation)

    def _take(self, generation: Generation, message: Message) -> None:
        if "forked" in message:
            generation.children[message["pid"]] = Child(message["forked"], message["pid"])
        elif "exited" in message:
            self._child_ended(generation, message)
        elif "ready" in message:
            self._take_over(generation, message)
        elif "error" in message:
            self._refuse(generation, message)
        elif "unforked" in message:
            self._voice.complain(f"cannot fork {message['unforked']}: {message['why']}")
            generation.places.postpone(message["unforked"], 1.0)
        elif "warning" in message:
            self._voice.warn(message["warning"])

    def _child_ended(self, generation: Generation, message: Message) -> None:
        if self._service is not None and not self._is_draining:
            # What was wanted of it a moment ago holds for its place.
            self.carry_out(self._service.wanted_now())
        child = generation.children.pop(message["pid"])
        how, failed = child.ending(message["status"]), message["status"] != 0
        freed = self._service.child_ended(child, how) if self._service else []
        is_meant = child.wish is not None or self._options.renews_workers
        has_worked = bool(freed) or (not failed and is_meant)
        delay = generation.places.vacate(child.name, child.lifetime, has_worked=has_worked)
        if delay:
            self._voice.warn(f"{child.name} keeps ending early ({how}): again in {delay:g} s")

    def _take_over(self, generation: Generation, message: Message) -> None:
        if self._service is None:
            self._service = self._enter(message)
        elif not _serves(self._service, message):
            self._voice.warn("the app uses another file or queue now: restart the pool")
            self._do_without(generation)
            return
        self._service.keep(message["retention"])
        before, self._serving, self._coming = self._serving, generation, None
        if before is not None:
            before.drain()
            self._leaving.append(before)
            self._voice.say(f"reloaded: {message['tasks']} tasks")
        generation.serve(is_periodic=message["periodic"])
        self._watch(message["files"])

    def _refuse(self, generation: Generation, message: Message) -> None:
        if self._options.verbose and message["traceback"]:
            self._voice.warn(message["traceback"])
        if self._service is None:
            raise getattr(errors, message["kind"])(message["error"])
        self._voice.warn(message["error"])
        self._watch([*self._sources.files, *message["files"]])
        self._do_without(generation)

    def _watch(self, files: list[str]) -> None:
        if self._options.reload:
            self._sources = Sources(files)

    def _lose(self, generation: Generation) -> None:
        how = generation.end()
        died_importing = f"the app ended the process that imported it: {how}"
        if self._service is None:
            raise AppError(died_importing)
        if generation is self._coming:
            self._voice.warn(died_importing)
            self._do_without(generation)
            return
        self._voice.warn(f"the process that forks workers (pid {generation.pid}) is lost: {how}")
        orphans = list(generation.children.values())
        self._forget(generation)
        self._service.orphaned(orphans)

    def _forget(self, generation: Generation) -> None:
        if generation in self._leaving:
            self._leaving.remove(generation)
            return
        self._serving = None
        if not self._is_draining:
            self._start_later(generation)

    def _do_without(self, generation: Generation) -> None:
        """Let the old generation go on instead of a new one, or try again later."""
        generation.end(at_once=True)
        self._coming = None
        if self._serving is None:
            self._start_later(generation)
        else:
            self._voice.warn("the workers go on with the code they have")

    def _start_later(self, lost: Generation) -> None:
        delay = self._backoff.after(lost.lifetime, has_worked=False)
        self._start_at = time.monotonic() + delay


def _serves(service: Service, message: Message) -> bool:
    ledger = service.roster.ledger
    return (message["filename"], message["queue"]) == (str(ledger.database.path), ledger.queue)
