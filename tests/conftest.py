"""Fixtures that several test files share. Every file that a test opens is a scratch one."""

import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports the samples, which open their database: never the user's.
_SCRATCH = tempfile.mkdtemp(prefix="jobdash-tests-")
os.environ["JOBDASH_DB"] = str(Path(_SCRATCH) / "samples.db")
# Hundreds of processes are started: without this each would compile the whole program by itself.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell lets what it starts in the background ignore Ctrl-C, and so all that it starts itself.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The tests make thousands of databases, and a disk may take 10 ms for each that it has to keep:
# what is lost with the power anyway is not for it. Where memory is short the disk is used.
_MEMORY, _ROOM = Path("/dev/shm"), 2 << 30
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

from book import Book  # noqa: E402
from scene import Scene  # noqa: E402

from jobdash import SqliteHuey  # noqa: E402
from jobdash.ledger import Ledger  # noqa: E402

SHORT_STORM_SECONDS = 10.0
# What a storm may take beyond its own time: to start, to come to rest, to be judged.
STORM_MARGIN_SECONDS = 180.0


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("soak")
    group.addoption("--soak-seconds", type=float, default=SHORT_STORM_SECONDS, help="of storm")
    group.addoption("--soak-seed", type=int, default=int(time.time()), help="of what goes wrong")
    golden = parser.getgroup("golden")
    golden.addoption("--golden-update", action="store_true", help="write the screens anew")


# What takes long in one piece, or waits most of its time, begins first: no core is idle at the end.
LONG = (
    "test_bench.py", "test_soak.py", "test_demo.py", "test_bad_surroundings.py",
    "test_tui_checks.py",
)  # fmt: skip


def dealt(items: list[pytest.Item], hands: int) -> list[pytest.Item]:
    """Put some long ones at the front of each piece that a process of xdist begins with."""
    long = sorted((one for one in items if one.path.name in LONG), key=_rank)
    short = [one for one in items if one.path.name not in LONG]
    cards: list[pytest.Item] = []
    for hand in range(hands):
        size = (len(items) - len(cards)) // (hands - hand)
        mine = long[hand::hands]
        others = max(0, size - len(mine))
        cards += mine + short[:others]
        del short[:others]
    return cards + short


def _rank(item: pytest.Item) -> int:
    return LONG.index(item.path.name)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = dealt(items, getattr(config, "workerinput", {}).get("workercount", 1))
    limit = config.getoption("soak_seconds") + STORM_MARGIN_SECONDS
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.timeout(limit))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests have to tell although they passed."""
    for report in terminalreporter.getreports("passed"):
        for name, told in report.user_properties:
            if name == "summary":
                terminalreporter.section(report.nodeid)
                terminalreporter.write_line(told)


# The same examples in every run, so that what is red here is red for everybody; `nightly` goes
# further: `pytest -n0 --hypothesis-profile=nightly tests/test_ledger_properties.py`.
settings.register_profile(
    "everyday",
    derandomize=True, database=None, deadline=None, print_blob=True,
    max_examples=100, stateful_step_count=40,
)  # fmt: skip
settings.register_profile(
    "nightly", deadline=None, print_blob=True, max_examples=5_000, stateful_step_count=100
)
settings.load_profile("everyday")


def pytest_unconfigure() -> None:
    shutil.rmtree(_SCRATCH, ignore_errors=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test's database is going to be."""
    return tmp_path / "jobs.db"


@pytest.fixture
def scene(path: Path) -> Iterator[Scene]:
    """Makes hueys on one file and looks at their jobs; at the end the file must be sound."""
    made = Scene(path)
    yield made
    made.end()


@pytest.fixture
def huey(scene: Scene) -> SqliteHuey:
    """A huey on the test's file."""
    return scene.huey()


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Let huey keep to itself that a task has failed on purpose."""
    caplog.set_level(logging.CRITICAL, logger="huey")


@pytest.fixture
def book(path: Path) -> Iterator[Book]:
    """A ledger without any huey; at the end the file must be sound."""
    made = Book(path)
    yield made
    made.end()


@pytest.fixture
def ledger(book: Book) -> Ledger:
    """The ledger of the book's queue."""
    return book.ledger
