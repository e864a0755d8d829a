"""Waking idle workers: a ring reaches who listens, and never troubles the one who rings."""

import os
import select
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jobdash import wake
from jobdash.errors import DatabaseError
from jobdash.wake import Listener, fifo_path, ring


def is_ringing(listener: Listener) -> bool:
    return bool(select.select([listener], [], [], 0)[0])


@pytest.fixture
def listener(path: Path) -> Listener:
    wake.create(path)
    return Listener(path)


def test_a_ring_is_heard_until_it_is_taken(path: Path, listener: Listener) -> None:
    assert not is_ringing(listener)
    ring(path)
    ring(path)
    assert is_ringing(listener)
    assert listener.drain() == 2
    assert not is_ringing(listener)
    assert listener.drain() == 0


def test_every_listener_hears_the_same_bell(path: Path, listener: Listener) -> None:
    other = Listener(path)
    ring(path)
    assert is_ringing(listener)
    assert is_ringing(other)
    other.drain()
    assert not is_ringing(listener)


def test_each_queue_has_its_own_bell(path: Path) -> None:
    for queue in ("mail", "../../etc/passwd\ud800"):
        wake.create(path, queue)
        heard = Listener(path, queue)
        ring(path, "another")
        ring(path)
        assert not is_ringing(heard)
        ring(path, queue)
        assert is_ringing(heard)
        assert Path(fifo_path(path, queue)).parent == path.parent


def test_ringing_for_nobody_does_nothing(path: Path) -> None:
    ring(path)
    ring(path / "no" / "such" / "folder")
    wake.create(path)
    ring(path)
    assert not is_ringing(Listener(path)), "a ring that nobody was there to hear"


def test_a_full_bell_keeps_nobody_waiting(path: Path, listener: Listener) -> None:
    for _ in range(70_000):
        ring(path)
    assert listener.drain() > 60_000


def test_a_ring_finds_a_bell_that_was_made_anew(path: Path, listener: Listener) -> None:
    ring(path)
    wake.remove(path)
    ring(path)
    wake.create(path)
    again = Listener(path)
    assert not is_ringing(again)
    ring(path)
    assert is_ringing(again)


def test_what_is_no_fifo_is_left_alone(path: Path) -> None:
    other = Path(fifo_path(path))
    other.write_text("precious")
    with pytest.raises(DatabaseError, match="in the way"):
        wake.create(path)
    ring(path)
    wake.remove(path)
    assert other.read_text() == "precious"
    assert not Listener(path).can_hear


def test_a_symlink_is_not_followed(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    os.mkfifo(target)
    reader = os.open(target, os.O_RDWR | os.O_NONBLOCK)
    os.symlink(target, fifo_path(path))
    ring(path)
    assert not select.select([reader], [], [], 0)[0]
    os.close(reader)


def test_the_bell_is_private(path: Path) -> None:
    before = os.umask(0)
    try:
        wake.create(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(fifo_path(path)).st_mode) == 0o600


def test_a_producer_never_dies_of_a_bell_without_a_listener(path: Path) -> None:
    wake.create(path)
    rings = (
        "import signal, sys; from jobdash.wake import ring\n"
        "signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
        "for _ in range(1000): ring(sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", rings, str(path)], check=False)
    assert done.returncode == 0, signal.Signals(-done.returncode)


def test_where_there_is_no_bell_listeners_know_it(path: Path) -> None:
    assert not Listener(path).can_hear


def test_a_closed_listener_hears_nothing(path: Path, listener: Listener) -> None:
    listener.close()
    listener.close()
    assert not listener.can_hear
    ring(path)
    assert listener.drain() == 0
