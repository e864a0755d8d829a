"""Tasks that are somewhere: in a sleep, in C, in a loop, in other threads.

The database is POOL_DB.
"""

import ctypes
import os
import socket
import threading
import time
from contextlib import suppress

from notes import wait_at, write

from jobdash import SqliteHuey

huey = SqliteHuey("pool", filename=os.environ["POOL_DB"])
libc = ctypes.CDLL(None)
holding = ctypes.PyDLL(None)


@huey.task()
def sleeps(book: str, seconds: float) -> float:
    write(book, f"begin sleeps {os.getpid()}")
    start = time.monotonic()
    time.sleep(seconds)
    return time.monotonic() - start


@huey.task()
def computes(book: str, flag: str) -> None:
    write(book, f"begin computes {os.getpid()}")
    while not os.path.exists(flag):
        sum(range(1000))


@huey.task()
def in_c(book: str, gate: str) -> int:
    """Waits in C, with the interpreter's lock held all the time."""
    write(book, f"begin in_c {os.getpid()}")
    descriptor: int = holding.open(gate.encode(), os.O_RDONLY)
    return descriptor


@huey.task()
def reads(book: str, port: int) -> str:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        write(book, f"begin reads {os.getpid()}")
        return connection.recv(100).decode()


@huey.task()
def threads(book: str, gate: str) -> None:
    helper = threading.Thread(target=wait_at, args=(gate,))
    helper.start()
    write(book, f"begin threads {os.getpid()}")
    helper.join()


@huey.task()
def crowd(book: str, gate: str, count: int) -> None:
    """Has so many threads that an answer takes a while to write."""
    ended = threading.Event()
    helpers = [threading.Thread(target=ended.wait) for _ in range(count)]
    for helper in helpers:
        helper.start()
    write(book, f"begin crowd {os.getpid()}")
    wait_at(gate)
    ended.set()


@huey.task()
def closes(book: str, gate: str) -> None:
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{name}").startswith("/memfd:"):
                os.close(int(name))
    write(book, f"begin closes {os.getpid()}")
    wait_at(gate)


@huey.task()
def recurses(book: str, gate: str, depth: int = 150) -> None:
    if depth:
        recurses.call_local(book, gate, depth - 1)
        return
    write(book, f"begin recurses {os.getpid()}")
    wait_at(gate)
