"""What processes take, measured on real ones. About 1 s."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from waiting import eventually

from jobdash import usage
from jobdash.usage import Meter, resident_mb

_MB = 1024 * 1024


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[bytes]]:
    """A process that computes for ever and holds 64 MB."""
    code = "kept = b'x' * (64 << 20)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("has_proc", [True, False], ids=["proc", "ps"])
def test_a_busy_process_is_told_from_an_idle_one(
    busy: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, has_proc: bool
) -> None:
    if has_proc and sys.platform != "linux":
        pytest.skip("there is no /proc")
    monkeypatch.setattr(usage, "_HAS_PROC", has_proc)
    meter = Meter()
    eventually(lambda: meter.read([busy.pid])[busy.pid].memory > 64 * _MB)
    eventually(lambda: (meter.read([busy.pid])[busy.pid].cpu or 0) > 5)


def test_who_is_gone_is_left_out(busy: subprocess.Popen[bytes]) -> None:
    meter = Meter()
    assert set(meter.read([busy.pid, os.getpid()])) == {busy.pid, os.getpid()}
    busy.kill()
    busy.wait()
    assert set(meter.read([busy.pid, os.getpid()])) == {os.getpid()}
    assert meter.read([]) == {}


def test_cpu_is_unknown_at_the_first_look() -> None:
    meter = Meter()
    (first,) = meter.read([os.getpid()]).values()
    assert first.cpu is None
    assert abs(first.memory / _MB - resident_mb()) < 16
