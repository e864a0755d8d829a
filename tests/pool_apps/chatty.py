"""Tasks that print, by every means there is. The database is POOL_DB."""

import ctypes
import faulthandler
import io
import logging
import os
import signal
import subprocess
import sys
import warnings

from notes import wait_at, write

from jobdash import SqliteHuey, current_job

huey = SqliteHuey("pool", filename=os.environ["POOL_DB"])
logger = logging.getLogger("shop.mail")
libc = ctypes.CDLL(None)


@huey.task()
def every_way() -> None:
    """Prints by all means; the numbers tell the order."""
    print("1 print")
    os.write(1, b"2 write\n")
    libc.puts(b"3 C")
    logger.info("4 info\nwith a second line")
    subprocess.run(["/bin/sh", "-c", "echo 5 child; echo 6 child error >&2"], check=True)
    print("7 standard error", file=sys.stderr)
    logger.warning("8 warning")
    logger.debug("never shown")
    warnings.warn("9 warned", stacklevel=1)
    libc.printf(b"10 C without an end")
    print("11 without an end", end="")


@huey.task()
def silent() -> None:
    """Prints nothing."""


@huey.task()
def say(text: str) -> None:
    print(text)


@huey.task(retries=1)
def fails_first(text: str) -> None:
    attempt = current_job().attempt
    print(f"{text} {attempt}")
    if attempt == 1:
        raise ValueError("once")


@huey.task(max_rescues=1)
def last_words(how: str) -> None:
    print("last words")
    if how == "segfault":
        libc.puts(b"and of C")
        faulthandler._sigsegv()
    os.kill(os.getpid(), signal.SIGKILL)


@huey.task()
def held(book: str, gate: str, text: str) -> None:
    print(f"{text} begins")
    write(book, f"begin {text} {os.getpid()}")
    wait_at(gate)
    print(f"{text} ends")


@huey.task()
def flood(lines: int, book: str = "", gate: str = "") -> None:
    """Prints so many lines of a hundred bytes."""
    block = 1000
    for start in range(0, lines, block):
        print(*(f"{number:099}" for number in range(start, start + block)), sep="\n")
    if gate:
        write(book, "begin flood")
        wait_at(gate)


@huey.task()
def closes_and_moves() -> None:
    """Leaves its worker's descriptors closed and its streams changed."""
    print("before")
    os.close(1)
    os.close(2)
    sys.stdout = None


@huey.task()
def puts_something_else_there() -> None:
    sys.stdout = io.StringIO()
    print("for itself")
