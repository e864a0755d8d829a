"""The forker: imports the app once and forks workers from itself when the supervisor asks.

It never opens a connection to the database, closes those that the app opened while it was
imported, and stays single-threaded: what is forked from it starts clean.
"""

import os
import select
import signal
import sys
import threading
import traceback
from dataclasses import asdict
from typing import Any, NoReturn

from jobdash.errors import AppError, JobdashError
from jobdash.pool import process
from jobdash.pool.kid import Kid
from jobdash.pool.messages import Inbox, Message, send
from jobdash.pool.orders import Orders, Post


class Forker:
    """Carries out the supervisor's commands until their pipe ends."""

    def __init__(self, inbox: Inbox, orders: Orders) -> None:
        self._orders = orders
        self._inbox = inbox
        self._children: dict[int, Kid] = {}
        self._huey: Any = None
        self._bell, self._bell_end = os.pipe()

    def run(self) -> int:
        """Import the app, say what came of it, then serve."""
        process.die_with(self._orders.parent, self._orders.commands)
        process.shrug(process.STOP_SIGNALS + process.WORKER_SIGNALS)
        try:
            self._huey = _load(self._orders)
        except JobdashError as error:
            process.flush()
            self._report(_failure(error))
            return 1
        process.flush()
        self._report(_readiness(self._huey))
        if threading.active_count() > 1:
            self._report({"warning": _threads_in_the_way()})
        self._serve()
        return 0

    def _serve(self) -> None:
        self._hear_of_children()
        poller = select.poll()
        for descriptor in (self._inbox.descriptor, self._bell):
            poller.register(descriptor, select.POLLIN)
        while not self._inbox.is_closed:
            ready = {descriptor for descriptor, _ in poller.poll()}
            if self._bell in ready:
                os.read(self._bell, 4096)
            self._reap()
            if self._inbox.descriptor in ready:
                for command in self._inbox.read():
                    self._obey(command)

    def _hear_of_children(self) -> None:
        # Once more: the app may have set handlers of its own while it was imported.
        process.shrug(process.STOP_SIGNALS + process.WORKER_SIGNALS + (signal.SIGCHLD,))
        for descriptor in (self._bell, self._bell_end):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._bell_end, warn_on_full_buffer=False)

    def _reap(self) -> None:
        # Only our own children: the app may have started programs that it waits for itself.
        for pid in list(self._children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                kid = self._children.pop(pid)
                kid.let_go()
                self._report({"exited": kid.name, "pid": pid, "status": status})

    def _obey(self, command: Message) -> None:
        if "tell" not in command:
            self._fork(command)
        elif command["tell"] in self._children:
            self._children[command["tell"]].tell(command["wish"])

    def _fork(self, command: Message) -> None:
        process.flush()
        parent = os.getpid()
        kid = None
        try:
            kid = Kid(command["name"])
            pid = os.fork()
        except OSError as error:
            if kid is not None:
                kid.let_go()
                kid.take_leave()
            self._report({"unforked": command["name"], "why": error.strerror})
            return
        if pid == 0:
            self._be_child(parent, command, kid)
        kid.take_leave()
        self._children[pid] = kid
        self._report({"forked": command["name"], "pid": pid})

    def _be_child(self, parent: int, command: Message, kid: Kid) -> NoReturn:
        """Become what was asked for, and never return."""
        code = 1
        try:
            self._start_clean(parent)
            for one in (kid, *self._children.values()):
                one.let_go()
            role = command.pop("role")
            orders = self._orders
            post = Post(**command, stop=orders.stop, own=kid.own, options=orders.options)
            code = _role(role)(self._huey, post)
        except JobdashError as error:
            _tell(f"{post.name} ends: {error}")
        except BaseException:  # noqa: BLE001 - nothing may return into the forker's code
            traceback.print_exc()
        finally:
            process.leave(code)

    def _start_clean(self, parent: int) -> None:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # Held open by a child, this pipe would hide from the supervisor that we died.
        os.close(self._orders.reports)
        process.die_with(parent, self._orders.commands)

    def _report(self, message: Message) -> None:
        send(self._orders.reports, message)


def _load(orders: Orders) -> Any:
    from jobdash.broker.app import load_app
    from jobdash.pool import preparation, ticks, worker  # noqa: F401 - once, for all children
    from jobdash.pool.logs import set_up_logging

    huey = load_app(orders.options.app, orders.options.database)
    if huey.immediate:
        raise AppError(
            f"{orders.options.app} is in immediate mode, where the caller runs each job itself:"
            " set immediate=False to have a pool run them"
        )
    set_up_logging(orders.options)
    huey.storage.close()
    process.give_back_memory()
    return huey


def _tell(words: str) -> None:
    from jobdash.broker.log import trouble

    trouble.error("%s", words)


def _role(name: str) -> Any:
    from jobdash.pool import preparation, ticks, worker

    return {"prepare": preparation.prepare, "ticks": ticks.tick, "worker": worker.work}[name]


def _readiness(huey: Any) -> Message:
    from jobdash.pool.appfiles import app_files

    return {
        "ready": True,
        "retention": asdict(huey.storage.retention),
        "tasks": len(huey._registry._registry),
        "periodic": bool(huey._registry.periodic_tasks),
        "queue": huey.name,
        "filename": str(huey.storage.database.path),
        "files": app_files(),
    }


def _failure(error: JobdashError) -> Message:
    from jobdash.broker.app import blamed_line
    from jobdash.pool.appfiles import app_files

    cause = error.__cause__
    where = blamed_line(cause) if cause else ""
    trace = "".join(traceback.format_exception(cause)) if cause else ""
    files = sorted({*app_files(), where.rpartition(":")[0]} - {""})
    told = {"error": str(error), "kind": type(error).__name__}
    return {**told, "traceback": trace, "files": files}


def _threads_in_the_way() -> str:
    names = [thread.name for thread in threading.enumerate()][1:]
    return (
        f"the app starts threads while it is imported ({', '.join(names)}): they do not run in"
        " the workers, and what they lock may stay locked there; start them in an on_startup hook"
    )


def serve(orders: Orders, inbox: Inbox | None = None) -> int:
    """Be the forker in this process until the supervisor is done; return the exit code."""
    for descriptor in (orders.commands, orders.reports, orders.stop):
        os.set_inheritable(descriptor, False)
    # The app shall not see our arguments as its own.
    sys.argv[1:] = []
    return Forker(inbox or Inbox(orders.commands), orders).run()


def main() -> int:
    """Run as `python -m jobdash.pool.forker APP DESCRIPTOR`; APP is there for `ps` to show."""
    inbox = Inbox(int(sys.argv[2]))
    (message,) = inbox.read()
    return serve(Orders.from_message(message), inbox)


if __name__ == "__main__":
    sys.exit(main())
