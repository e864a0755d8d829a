"""Text that wants to be more than text: it reaches every screen and stays what it is."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from tui_support import Screen, Stock, dashboard, now

PAYLOADS = {
    "markup": "[bold]x[/bold]",
    "bad_markup": "[/nope]",
    "action": "[@click=app.quit]x[/]",
    "title": "\x1b]0;PWNED\x07",
    "clear": "\x1b[2J\x1b[H",
    "c1": "\x9b2J\x9d0;x\x9c",
    "controls": "a\x00b\rc\td\x7fe\nf\x0bg",
    "bidi": "a\u202eb\u2066c\u200bd\u200de\ufeff",
    "marks": "\u0301\u0302\u0303",
    "wide": "漢字かな❤️👍🏽🇩🇪",
    "long": "x" * 100_000,
    "many_lines": "line\n" * 10_000,
}


# A walk takes seconds: what cannot hide behind the text before it goes together. Whoever took it
# for markup would stumble over what begins it.
MIXED = "".join(PAYLOADS[name] for name in ("title", "clear", "c1", "controls", "bidi", "marks"))
WALKS = {
    "mixed": PAYLOADS["bad_markup"] + PAYLOADS["action"] + MIXED + PAYLOADS["wide"],
    "long": PAYLOADS["long"],
    "many_lines": PAYLOADS["many_lines"],
}


@pytest.fixture(params=WALKS, ids=str)
def payload(request: pytest.FixtureRequest) -> str:
    return WALKS[request.param]


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path, queue="q [/x]")
    yield made
    made.database.close()


def fill(stock: Stock, text: str, worker: int) -> None:
    """Put the text wherever a file can hold one."""
    said = {
        "task": text, "args": json.dumps([text], ensure_ascii=False), "reason": text,
        "kwargs": json.dumps({text[:50]: text}, ensure_ascii=False), "batch": text, "key": text,
    }  # fmt: skip
    stock.fail(2, **said, error_type=text, error_message=text, traceback=text)
    stock.add("retrying", **said | {"args": text}, error_type=text, error_message=text)
    stock.add("succeeded", **said, result=json.dumps(text, ensure_ascii=False))
    stock.add("succeeded", **said, result=text)
    seq = stock.add("running", **said, worker=worker, progress_note=text)
    stock.insert("event", at=now(), seq=seq, kind=text, detail=text)
    stock.insert("pause", queue=stock.queue, task=text, since=now())
    parameter = {"name": text, "kind": text, "default": text, "annotation": text}
    stock.register(text, doc=text, parameters=json.dumps([parameter]))


def assert_harmless(screen: Screen) -> None:
    """Nothing that a terminal acts on, and no line that is longer than the screen."""
    for line in screen.lines:
        bad = [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
        assert not bad
        assert cell_len(line) == screen.app.size.width


async def test_no_text_from_outside_is_ever_more_than_text(stock: Stock, payload: str) -> None:
    with stock.crew((payload,)) as (_, worker):
        fill(stock, payload, worker)
        async with dashboard(stock.path, app="no.app:huey", note=payload) as screen:
            for keys in _WALK:
                await screen.press(*keys)
                assert_harmless(screen)
            assert screen.app.is_running


# Through the list, each job with its parts, both other places, every question and the form.
_WALK = [
    ("j",), ("k", "enter"), ("tab",), ("w",), ("i",), ("t", "enter"), ("escape",),
    ("j", "enter"), ("tab",), ("escape",), ("j", "enter"), ("tab",), ("escape",),
    ("j", "enter"), ("tab",), ("escape",), ("j", "enter"), ("tab",), ("G",), ("escape",),
    ("D",), ("escape",), ("k", "k", "k", "k", "x",), ("escape",), ("P",), ("t",), ("y",),
    ("2",), ("enter",), ("escape", "escape"), ("3",), ("1",),
    ("n",), ("enter",), ("ctrl+j",), ("escape",),
]  # fmt: skip


@pytest.mark.parametrize("text", ["[/nope]", "[@click=app.quit]x[/]"])
async def test_markup_is_shown_letter_by_letter(stock: Stock, text: str) -> None:
    stock.fail(task=text, error_message=text)
    async with dashboard(stock.path, (200, 50)) as screen:
        assert text in screen.line_with("#1 ")
        await screen.press("r")
        await screen.until("Retried #1.")
        await screen.press("P")
        await screen.until(f"Pause {text}")


async def test_an_escape_sequence_is_shown_as_pictures(stock: Stock) -> None:
    stock.fail(error_message=PAYLOADS["title"])
    async with dashboard(stock.path, (200, 50)) as screen:
        assert "␛]0;PWNED␇" in screen.line_with("#1 ")


async def test_columns_stay_aligned_beside_wide_and_combined_characters(stock: Stock) -> None:
    for task in ("plain", PAYLOADS["wide"], PAYLOADS["marks"], "한국어.작업"):
        stock.fail(task=task, error_message="the end")
    async with dashboard(stock.path, (160, 40)) as screen:
        ends = {
            cell_len(line[: line.index("the end")])
            for line in screen.lines[5:12]
            if "the end" in line
        }
        assert len(ends) == 1
