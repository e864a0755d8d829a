"""huey's own test suite, which ships in its wheel, on `jobdash.SqliteHuey`.

huey's tests make a `MemoryHuey`; here that name means one of ours, on a file.
"""

import hashlib
import importlib
import inspect
import itertools
import os
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from book import assert_sound
from waiting import eventually

from jobdash import SqliteHuey

os.environ["HUEY_SLOW_TESTS"] = "1"  # read when huey.tests is imported

_MODULES = {
    name: importlib.import_module(f"huey.tests.{name}")
    for name in (
        "base",
        "test_api",
        "test_consumer",
        "test_immediate",
        "test_priority",
        "test_registry",
        "test_signals",
        "test_storage",
    )
}

_CASES = {
    "test_api": (
        "TestQueue TestAsyncTasks TestDecorators TestTaskHooks TestGroupPrimitive"
        " TestChordPrimitive TestTaskChaining TestTaskLocking TestRateLimit TestHueyAPIs"
        " TestMultipleHuey TestDisableResultStore TestStoreIntermediateErrors TestStorageWrappers"
        " TestDocstring TestCustomErrorMetadata"
    ),
    "test_consumer": "TestConsumerIntegration TestConsumerShutdown",
    "test_immediate": "TestImmediate",
    "test_priority": "TestPriority",
    "test_registry": "TestRegistry",
    "test_signals": "TestSignals",
}

# What huey tests and we do not do: the promise that it would break. At most ten.
EXCEPTIONS = {
    "TestChordPrimitive.test_chord_bookkeeping_cleared": (
        "P3: a chord is rows that commit with its members; the test reads the private counters of"
        " huey's memory storage, which huey.SqliteHuey lacks as well"
    ),
}

# Our attempt says in its own words what these say. If one changes, compare and follow.
RETOLD = {
    "execute": ("75062dcf4bc1ee23", "Attempt.run, SqliteHuey.execute"),
    "_execute": ("e07fb5674f29df7e", "Attempt._run_body and all that judges an error"),
    "_check_chord": ("ba438164b6216619", "ledger/workflow.py, SqliteHuey.chord_results"),
    "_abort_chord_member": ("d3f05badad752bf2", "ledger/workflow.py: abandon_steps"),
    "_requeue_task": ("6156663420b779e3", "Attempt._tried_again"),
    "enqueue": ("38be09a7abcda9c7", "SqliteHuey.enqueue, Batch.add"),
    "_enqueue_chord": ("d0c6d4505867f8b2", "Batch._add_chord, Batch._prepare"),
    "_enqueue_chord_member": ("071d68ecc5ede639", "Batch._prepare"),
    "is_revoked": (
        "9f4b213bb3330f92",
        "Attempt._refusal; `may_be_revoked` in sql/ledger.sql: claimable",
    ),
    "_check_revoked": (
        "3e4e28acc8738e80",
        "Attempt._refusal; `may_be_revoked` in sql/ledger.sql: claimable",
    ),
    "_revoke_keys": (
        "ba35abb68ae52d63",
        "the keys of `may_be_revoked` in sql/ledger.sql: claimable",
    ),
    "create_message": ("6d9b7a154e8cc72a", "Messages.describe, Messages._steps"),
    "create_task": ("70636105847d6bff", "Messages.revive"),
}


def _adopt(module: str, name: str) -> None:
    """Make one of huey's test cases a test case of this file."""
    case = getattr(_MODULES[module], name)
    own = type(name, (case,), {"__module__": __name__})
    for exception in EXCEPTIONS:
        owner, _, method = exception.partition(".")
        if owner == name:
            setattr(own, method, unittest.expectedFailure(getattr(case, method)))
    globals()[name] = own


for _module, _names in _CASES.items():
    for _name in _names.split():
        _adopt(_module, _name)


class TestStorage(_MODULES["test_storage"].StorageTests, _MODULES["base"].BaseTestCase):  # type: ignore[misc, name-defined]
    supports_ttl = False


class TestImmediateInTheFile(_MODULES["test_immediate"].TestImmediate):  # type: ignore[misc, name-defined]
    """huey's tests of the immediate mode, which it runs in memory only."""

    def get_huey(self) -> Any:
        made = _MODULES["base"].MemoryHuey
        return made(immediate=True, immediate_use_memory=False, utc=False)

    # Switching storages is what this test is about, and here there is only one.
    test_swap_immediate = None


_WINDOW, _LONGEST_TEST = 60, 3


@pytest.fixture(autouse=True)
def one_window(request: pytest.FixtureRequest) -> None:
    """Let a test of rate limits run within one of huey's windows, which begin with the minute."""
    if request.cls is globals()["TestRateLimit"]:
        eventually(lambda: time.time() % _WINDOW < _WINDOW - _LONGEST_TEST)


@pytest.fixture(autouse=True)
def swapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    made: list[SqliteHuey] = []
    numbers = itertools.count()

    class InFile(SqliteHuey):
        def __init__(self, name: str = "huey", **options: Any) -> None:
            file = tmp_path / f"{next(numbers)}.db"
            super().__init__(name, filename=str(file), durability="fast", **options)
            made.append(self)

    for module in _MODULES.values():
        if hasattr(module, "MemoryHuey"):
            monkeypatch.setattr(module, "MemoryHuey", InFile)
    yield
    for huey in made:
        if huey.is_on_ledger:
            assert_sound(huey.storage.database)
        huey.storage.close()


def test_few_exceptions_are_made() -> None:
    assert len(EXCEPTIONS) <= 10


@pytest.mark.parametrize("name", RETOLD)
def test_what_we_retell_of_huey_has_not_changed(name: str) -> None:
    from huey.api import Huey
    from huey.registry import Registry

    found = getattr(Huey, name, None) or getattr(Registry, name)
    known, ours = RETOLD[name]
    digest = hashlib.sha256(inspect.getsource(found).encode()).hexdigest()[:16]
    assert digest == known, (
        f"huey's {name} has changed: compare it with ours ({ours}), then note {digest!r} here"
    )
