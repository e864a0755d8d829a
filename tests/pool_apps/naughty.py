"""Tasks that do to their process what no task should. The database is POOL_DB."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import get_context
from typing import Any

from notes import wait_at, write

from jobdash import SqliteHuey

huey = SqliteHuey("naughty", filename=os.environ["POOL_DB"])

LEFT_BEHIND: list[Any] = []


@huey.task()
def probe() -> dict[str, Any]:
    """Tell how the process is that a task finds itself in."""
    umask = os.umask(0o077)
    os.umask(umask)
    return {
        "folder": os.getcwd(),
        "umask": umask,
        "masked": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "handlers": [_name(signal.getsignal(number)) for number in _USED],
        "streams": [os.fstat(number).st_rdev for number in range(3)],
        "closed": [stream.closed for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "said": print("a line for the log", flush=True),
    }


_USED = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD)


def _name(handler: Any) -> str:
    return getattr(handler, "__qualname__", None) or str(handler)


# How a body ends


@huey.task()
def exits() -> None:
    sys.exit(3)


@huey.task()
def quits() -> None:
    quit()


@huey.task()
def is_interrupted() -> None:
    raise KeyboardInterrupt


@huey.task()
def is_out_of_memory() -> int:
    return len(bytearray(1 << 62))


@huey.task()
def recurses(depth: int = 0) -> int:
    return recurses.call_local(depth + 1) + 1


@huey.task()
def returns_a_lambda() -> Any:
    return lambda: None


# What a body leaves behind


@huey.task()
def leaves_a_thread() -> None:
    thread = threading.Thread(target=threading.Event().wait)
    thread.start()
    LEFT_BEHIND.append(thread)


@huey.task()
def leaves_a_child(book: str, gate: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", f"open({gate!r}).read()"])
    LEFT_BEHIND.append(child)
    write(book, f"child {child.pid}")


@huey.task()
def leaves_a_daemon(book: str, gate: str) -> None:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 256)
            write(book, f"daemon {os.getpid()}")
            with contextlib.suppress(BaseException):
                wait_at(gate)
        os._exit(0)
    os.wait()


@huey.task()
def forks(how: str) -> None:
    """Forks, and does something in the child that would be its own end elsewhere."""
    if os.fork():
        os.wait()
    elif how == "raises":
        raise ValueError("in the child")
    elif how == "exits":
        sys.exit(1)
    elif how == "closes all":
        os.closerange(0, 256)


@huey.task(hard_timeout=5)
def terminates_what_it_has_just_forked() -> None:
    for _ in range(30):
        child = os.fork()
        if child == 0:
            signal.pause()
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)


@huey.task()
def uses_processes() -> int:
    with get_context("fork").Pool(2) as pool:
        return sum(pool.map(abs, range(-3, 1)))


@huey.task()
def closes_streams(how: str) -> None:
    if how == "descriptors":
        os.closerange(0, 3)
    for stream in (sys.stdin, sys.stdout, sys.stderr) if how == "files" else ():
        stream.close()


@huey.task()
def closes_everything() -> None:
    os.closerange(0, 51)


@huey.task()
def goes_away(folder: str, how: str) -> None:
    os.chdir(folder)
    if how == "removes":
        os.rmdir(folder)


@huey.task()
def changes_signals(how: str) -> None:
    if how == "masks":
        signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    else:
        handler = signal.SIG_IGN if how == "ignores" else signal.SIG_DFL
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, handler)


@huey.task()
def leaves_an_alarm() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.05)


@huey.task()
def changes_umask() -> None:
    os.umask(0o777)


@huey.task()
def copies_the_database(target: str) -> None:
    """Closing any descriptor of it drops SQLite's locks in this process."""
    shutil.copy(huey.storage.database.path, target)


# What does not end by itself


def _spin(book: str, gate: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", f"open({gate!r}).read()"])
    write(book, f"child {child.pid}")


@huey.task(hard_timeout=0.3, retries=1)
def never_ends(book: str, gate: str, how: str) -> None:
    """Has a child and goes on for ever, in different ways."""
    _spin(book, gate)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    if how == "in C":
        sum(range(10**12))
    while how == "in Python":
        time.sleep(0.005)
    while True:
        with contextlib.suppress(BaseException):
            wait_at(gate)


@huey.task(timeout=0.1, hard_timeout=0.4)
def swallows_its_timeout(gate: str) -> None:
    while True:
        with contextlib.suppress(Exception):
            wait_at(gate)


@huey.task(timeout=0.1, retries=1)
def is_too_slow() -> None:
    while True:
        pass


@huey.task()
def leaks(size: int) -> int:
    LEFT_BEHIND.append(bytearray(os.urandom(1)) * (size * 1024 * 1024))
    return os.getpid()


@huey.task()
def waits(gate: str) -> None:
    wait_at(gate)


@huey.task()
def goes_on(book: str, gate: str, how: str) -> None:
    never_ends.call_local(book, gate, how)
