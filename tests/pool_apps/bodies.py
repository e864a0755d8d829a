"""Tasks whose bodies write down when they begin and end, and end when a test lets them.

The database is POOL_DB.
"""

import contextlib
import os
import signal
import subprocess
import sys

from huey.api import group
from notes import wait_at, write

from jobdash import SqliteHuey, crontab

if "POOL_CLOCK" in os.environ:
    import clock
    from huey import api

    api.utcnow = clock.utcnow

huey = SqliteHuey("pool", filename=os.environ["POOL_DB"])


@huey.task()
def note(book: str, text: str) -> str:
    """Write one line."""
    write(book, text)
    return text


@huey.task()
def held(book: str, gate: str, name: str = "held") -> str:
    write(book, f"begin {name} {os.getpid()}")
    wait_at(gate)
    write(book, f"end {name} {os.getpid()}")
    return name


@huey.task()
@huey.lock_task("door")
def locked(book: str, gate: str) -> None:
    write(book, f"begin locked {os.getpid()}")
    if gate == "deaf":
        sum(range(10**12))
    wait_at(gate)


@huey.task()
def enqueues(book: str) -> None:
    """Enqueues a call, and calls in a group."""
    note(book, "alone")
    huey.enqueue(group([note.s(book, "together"), note.s(book, "too").then(note, book)]))


@huey.task()
def deaf(book: str, gate: str) -> None:
    """Ignores every polite request."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    write(book, f"begin deaf {os.getpid()}")
    wait_at(gate)


@huey.task()
def with_child(book: str, gate: str) -> None:
    """Has a child of its own, which outlives its parent unless somebody ends it."""
    child = subprocess.Popen([sys.executable, "-c", f"open({gate!r}).read()"])
    write(book, f"child {child.pid}")
    child.wait()


@huey.task()
def terminates_child(gate: str) -> int:
    child = subprocess.Popen([sys.executable, "-c", f"open({gate!r}).read()"])
    child.terminate()
    return child.wait()


@huey.task()
def dies(book: str, how: str) -> None:
    write(book, f"dies {os.getpid()}")
    if how == "exit":
        os._exit(3)
    os.kill(os.getpid(), getattr(signal, how))


@huey.task()
def forks(book: str) -> None:
    """Forks and lets the child return too."""
    pid = os.fork()
    write(book, f"forked {pid > 0}")
    if pid:
        os.waitpid(pid, 0)


@huey.task()
def slow_to_time_out(gate: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        wait_at(gate)


@huey.task()
def in_c() -> None:
    """Sits in C code, where no Python signal handler runs."""
    sum(range(10**12))


@huey.task(hard_timeout=0.2)
def in_c_for_so_long() -> None:
    sum(range(10**12))


@huey.task()
def big(book: str, gate: str, size: int) -> bytes:
    write(book, "begin big")
    wait_at(gate)
    return os.urandom(size)


@huey.task(hard_timeout=60)
def held_for_a_minute_at_most(book: str, gate: str) -> None:
    held.call_local(book, gate)


@huey.task(name="described", retries=2, retry_delay=1.5, priority=7, context=True)
def _described(number: int, /, *rest: str, password: str = "hunter2", task: object = None) -> None:
    """Does nothing.

    At length.
    """


@huey.on_startup()
def started() -> None:
    if "POOL_HOOKS" in os.environ:
        write(os.environ["POOL_HOOKS"], f"startup {os.getpid()}")


@huey.on_shutdown()
def ended() -> None:
    if "POOL_HOOKS" in os.environ:
        write(os.environ["POOL_HOOKS"], f"shutdown {os.getpid()}")


if "POOL_TICKS" in os.environ:

    @huey.periodic_task(crontab())
    def minutely() -> None:
        write(os.environ["POOL_TICKS"], "tick")
