"""A storm over a real pool: whatever is killed, stopped, cancelled or paused, nothing is lost.

A short storm by default. A long one: pytest -m soak -n 0 --soak-seconds=600 [--soak-seed=7]
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the storm finds its processes in /proc", allow_module_level=True)

from soak.judge import judge
from soak.storm import Storm

pytestmark = pytest.mark.soak


def test_a_storm_loses_nothing(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    seed, seconds = (request.config.getoption(name) for name in ("soak_seed", "soak_seconds"))
    judgement = judge(Storm(tmp_path, seed, seconds).run())
    record_property("summary", "\n".join(judgement.summary))
    assert judgement.is_good, f"\n{judgement.in_words()}\nall of it is in {tmp_path}"
