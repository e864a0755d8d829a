"""A power cut at any moment loses no accepted job and no decision, at the default durability.

Only when asked for, a minute or two each: pytest -m powercut -n 0
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from book import assert_sound
from powercut.recording import record
from powercut.replay import Promises, Replay

from jobdash.database import open_database

pytestmark = [
    pytest.mark.powercut,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace records the writes"),
]

JOBS = 120
CUTS = 400
SEED = 5


Cuts = Callable[[str], list[int]]


@pytest.fixture
def broken_promises(tmp_path: Path, record_property: Callable[[str, object], None]) -> Cuts:
    """Cuts a recording many times; returns how many promises each cut has broken."""

    def cut(durability: str) -> list[int]:
        recording = record(tmp_path, durability, JOBS)
        replay = Replay(recording, str(tmp_path / "acks"))
        accepted = replay.promised(recording.length).accepted
        assert len(accepted) > JOBS
        random = Random(SEED)
        broken = [_broken_by(replay, random, recording.length, tmp_path / "x") for _ in range(CUTS)]
        record_property(
            "summary",
            f"{durability}: {len(accepted)} jobs accepted, {CUTS} cuts, {sum(map(bool, broken))}"
            f" of them broke promises, up to {max(broken)}",
        )
        return broken

    return cut


def _broken_by(replay: Replay, random: Random, length: int, folder: Path) -> int:
    cut = random.randrange(length)
    folder.mkdir()
    for file, data in replay.files(cut, random).items():
        (folder / Path(file).name).write_bytes(data)
    broken = _count_broken(folder / "jobs.db", replay.promised(cut))
    shutil.rmtree(folder)
    return broken


def _count_broken(path: Path, promised: Promises) -> int:
    database = open_database(path)
    try:
        assert_sound(database)
        states = dict(database.rows("SELECT id, state FROM job"))
    finally:
        database.close()
    lost = promised.accepted - set(states)
    undone = [id_ for id_ in promised.cancelled if states.get(id_) != "cancelled"]
    return len(lost) + len(undone)


def test_no_accepted_job_and_no_decision_is_lost(broken_promises: Cuts) -> None:
    assert sum(broken_promises("default")) == 0


def test_the_replay_shows_what_fast_durability_loses(broken_promises: Cuts) -> None:
    assert sum(map(bool, broken_promises("fast"))) > CUTS / 10
