"""Each screen as text, as it is meant to look, at three sizes.

`pytest tests/test_tui_golden.py --golden-update` writes the files anew: look at what has changed.
"""

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from gallery import NOW, gallery, some_batches
from tui_support import PATIENCE, Screen, dashboard

GOLDEN = Path(__file__).parent / "golden"
# Only for writing: a busy machine may paint as slowly.
_REST = 1.5
_SIZE = re.compile(r"\d[\d.]*(?= [kM]?B\b)")
SIZES = ((80, 24), (120, 36), (200, 50))
# The keys that lead to a screen from the jobs, and a text that tells that it is there.
SCREENS: dict[str, tuple[Sequence[str], str]] = {
    "jobs": ((), "all 36"),
    "overview": (("2",), "latest failures"),
    "dead": (("3",), "2 groups"),
    "tasks": (("4", "see:2.5s"), "4 tasks"),
    "workers": (("5",), "w2"),
    "schedule": (("6",), "webhooks"),
    "events": (("7",), "enqueued"),
    "batches": (("8",), "night"),
    "job": (("exclamation_mark", "see:4 match", "enter"), "esc back"),
    "new-job": (("n", "see:webhooks.deliver", "enter"), "enqueues"),
    "confirm": (("exclamation_mark", "see:4 match", "a", "see:4 marked", "D"), "Discard 4 jobs"),
    "help": (("question_mark",), "Keys"),
    "palette": (("colon",), "Commands"),
}


@pytest.fixture
def local_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.usefixtures("local_time")
@pytest.mark.parametrize("name", SCREENS)
async def test_the_screen_looks_as_it_did(
    path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    keys, sign = SCREENS[name]
    writes = request.config.getoption("--golden-update")
    with gallery(path) as stock:
        if name == "batches":
            some_batches(stock)
        async with dashboard(path, SIZES[0], clock=lambda: NOW, app="shop:huey") as screen:
            await _go(screen, keys)
            for width, height in SIZES:
                await screen.resize(width, height)
                await screen.until(sign)
                file = GOLDEN / f"{name}-{width}x{height}.txt"
                if writes:
                    file.write_text(await _at_rest(screen), encoding="utf-8")
                await _comes_to(screen, file.read_text(encoding="utf-8"))


async def _comes_to(screen: Screen, wanted: str) -> None:
    """Wait until the screen is as wanted, whatever it shows on the way there."""
    deadline = time.monotonic() + PATIENCE
    while (seen := _text(screen)) != wanted and time.monotonic() < deadline:
        await screen._pilot.pause(0.05)
    assert seen == wanted


async def _go(screen: Screen, keys: Sequence[str]) -> None:
    """Press keys; a text after `see:` is waited for."""
    for key in keys:
        if key.startswith("see:"):
            await screen.until(key.removeprefix("see:"))
        else:
            await screen.press(key)


async def _at_rest(screen: Screen) -> str:
    """Return the screen once nothing has changed for a while."""
    seen, since = "", time.monotonic()
    while time.monotonic() < since + _REST:
        if (now := _text(screen)) != seen:
            seen, since = now, time.monotonic()
        await screen._pilot.pause(0.05)
    return seen


def _text(screen: Screen) -> str:
    # How large the file is depends on when SQLite has last put the log into it.
    lines = (_SIZE.sub(lambda size: "0" * len(size[0]), line) for line in screen.lines)
    return "\n".join(line.rstrip() for line in lines) + "\n"
