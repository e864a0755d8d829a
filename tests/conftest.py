"""Fixtures that several test files share. Every file that a test opens is a scratch one."""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports the samples, which open their database: never the user's.
_SCRATCH = tempfile.mkdtemp(prefix="jobdash-tests-")
os.environ["JOBDASH_DB"] = str(Path(_SCRATCH) / "samples.db")

from book import Book  # noqa: E402
from scene import Scene  # noqa: E402

from jobdash import SqliteHuey  # noqa: E402
from jobdash.ledger import Ledger  # noqa: E402

SHORT_STORM_SECONDS = 16.0
# What a storm may take beyond its own time: to start, to come to rest, to be judged.
STORM_MARGIN_SECONDS = 180.0


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("soak")
    group.addoption("--soak-seconds", type=float, default=SHORT_STORM_SECONDS, help="of storm")
    group.addoption("--soak-seed", type=int, default=int(time.time()), help="of what goes wrong")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
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
