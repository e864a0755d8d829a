"""What the command line's tests share: an app, its jobs, and ways to run commands."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from waiting import PATIENCE, eventually

from jobdash.cli.main import command_line

NOBODY_SAID = ("JOBDASH_APP", "JOBDASH_DB", "XDG_DATA_HOME", "NO_COLOR")

SOURCE = '''
"""A shop's tasks."""
import os
import time
from jobdash import SqliteHuey

huey = SqliteHuey("shop", filename=os.path.join(os.path.dirname(__file__), "shop.db"))


@huey.task()
def send(to: str, times: int = 1):
    """Sends a mail."""
    return f"sent to {to}"


@huey.task()
def fail(why="no such customer"):
    raise RuntimeError(why)


@huey.task(retries=2, retry_delay=60)
def flaky(why="busy"):
    raise OSError(why)


@huey.task()
def nap(seconds=0.0):
    time.sleep(seconds)
    return seconds


@huey.task()
def total(first, *more, currency="EUR", **rest):
    return first
'''


def run(*words: object, stdin: str | None = None) -> Result:
    """Run a command in this process; what it raises beyond an exit fails the test."""
    return CliRunner().invoke(
        command_line, [str(w) for w in words], input=stdin, catch_exceptions=False
    )


def run_json(*words: object) -> Any:
    """Run a command that must succeed, with --json; return its document."""
    place = words.index("--") if "--" in words else len(words)
    result = run(*words[:place], "--json", *words[place:])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(result: Result, code: int, *words: str) -> str:
    """Check that a command failed with this code and one line that has these words."""
    assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr)
    assert result.stdout == ""
    last = result.stderr.splitlines()[-1]
    assert last.startswith("jobdash: ")
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in last, (word, last)
    return last


def start(*words: object, **options: Any) -> subprocess.Popen[str]:
    """Start the program; its output is text."""
    return subprocess.Popen(
        [sys.executable, "-m", "jobdash", *map(str, words)],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options},
    )


def program(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    with start(*words, **options) as process:
        output, errors = process.communicate(timeout=2 * PATIENCE)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def wait_for(condition: Callable[[], Any], what: str = "") -> Any:
    """Return the first true value of a condition; fail if it takes too long."""
    try:
        return eventually(condition)
    except AssertionError as error:
        raise AssertionError(what or str(error)) from None


def processes_with(text: str) -> list[int]:
    """Return the living processes whose command line or environment has this text."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid() and _mentions(entry, text.encode()):
            found.append(int(entry))
    return found


def _mentions(pid: str, text: bytes) -> bool:
    try:
        return any(
            text in Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")
        )
    except OSError:
        return False


class Shop:
    """An app in a folder of its own, and its jobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.module = f"shop_{uuid4().hex[:12]}"
        self.source = folder / f"{self.module}.py"
        self.source.write_text(SOURCE)
        self.app = f"{self.module}:huey"
        self.db = folder / "shop.db"

    @property
    def huey(self) -> Any:
        """The app's huey, imported here."""
        from jobdash.broker.app import load_app

        return load_app(self.app)

    def task(self, name: str) -> Any:
        """The app's task as the app calls it."""
        assert self.huey is not None, "it is imported by now"
        return getattr(sys.modules[self.module], name)

    def enqueue(self, task: str, *args: object, **options: Any) -> int:
        """Enqueue a job and return its number."""
        from jobdash.control.enqueue import Options, enqueue

        id_ = enqueue(self.huey, task, args, {}, Options(**options)).id
        return int(self.huey.ledger.intake.find(id_))

    def register(self) -> None:
        """Let the file know the app's tasks, as a pool does."""
        from jobdash.pool.signatures import task_types

        self.huey.ledger.crew.record_tasks(task_types(self.huey, 1), 1)

    def work(self) -> None:
        """Run, here, everything that is ready."""
        huey = self.huey
        while (task := huey.dequeue()) is not None:
            huey.execute(task)

    def ended(self, task: str, *args: object) -> int:
        """Enqueue a job, run it, and return its number."""
        seq = self.enqueue(task, *args)
        self.work()
        return seq

    def state(self, seq: int) -> str:
        """Return the state that a job is in."""
        state: str = run_json("--db", self.db, "show", seq)["state"]
        return state

    def close(self) -> None:
        """Close the file and forget the module."""
        module = sys.modules.pop(self.module, None)
        if module is not None:
            module.huey.storage.close()  # type: ignore[attr-defined]


@contextmanager
def a_shop(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Make an app and stand in its folder, with nothing configured."""
    for name in NOBODY_SAID:
        patch.delenv(name, raising=False)
    patch.setenv("XDG_DATA_HOME", str(folder / "data"))
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    patch.setenv("COLUMNS", "200")
    patch.chdir(folder)
    patch.syspath_prepend(str(folder))
    shop = Shop(folder)
    try:
        yield shop
    finally:
        shop.close()
