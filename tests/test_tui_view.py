"""What changes while it is out of view is right when it comes back: nothing else draws it then."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget
from tui_support import Screen, Stock, dashboard, now

from jobdash.tui.looks.chart_lines import Bars
from jobdash.tui.looks.columns import Column
from jobdash.tui.place_table import PLACES
from jobdash.tui.places.place import Place
from jobdash.tui.widgets.charts import Charts
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.reader import Reader
from jobdash.tui.widgets.row_list import RowList

PLAIN = Style()
WORDS = tuple(f"row-{number}" for number in range(10, 50))


def a_list() -> RowList[str, None]:
    def columns(_: int) -> list[Column[str, None]]:
        return [Column("name", 0, lambda row, _: ((row, PLAIN),))]

    return RowList(columns, lambda row: row, None, id="rows")


def a_line(widget: Line, text: str) -> None:
    widget.show(((text, PLAIN),))


def rows(widget: RowList[str, None], text: str) -> None:
    widget.take([f"{text}{word}" for word in WORDS], None)


def bars(widget: Charts, text: str) -> None:
    widget.show([Bars(((text, PLAIN),), values=(1, 2, len(text)), first=text, last=text)] * 2)


def lines(widget: Reader, text: str) -> None:
    widget.read([Text(f"{text} {word}") for word in WORDS], from_top=True)


PARTS: dict[str, tuple[Callable[[], Widget], Callable[[Any, str], None]]] = {
    "list": (a_list, rows),
    "line": (Line, a_line),
    "chart": (lambda: Charts("charts"), bars),
    "reader": (lambda: Reader("reader"), lines),
}


class OnePart(App[None]):
    CSS = "Screen { layout: vertical; } #part { height: 12; }"

    def __init__(self, part: Widget) -> None:
        super().__init__()
        self.part = part

    def compose(self) -> ComposeResult:
        place = Place(None, None, "part")  # type: ignore[arg-type] # it asks for nothing
        place.compose_add_child(self.part)
        yield place
        yield a_list()

    @property
    def text(self) -> str:
        strips = self.screen._compositor.render_strips(self.size)
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def settled(pilot: Pilot[None], app: OnePart) -> None:
    """Wait until all that is to be laid out and painted is."""
    for _ in range(3):
        await Screen(app, pilot)._settle()  # type: ignore[arg-type] # a smaller app


async def seen_again(pilot: Pilot[None], app: OnePart, change: Callable[[], None]) -> None:
    """Hide the part, change it, and show it."""
    place = app.query_one("#part")
    place.display = False
    await settled(pilot, app)
    change()
    await settled(pilot, app)
    place.display = True
    await settled(pilot, app)


@pytest.mark.parametrize("name", PARTS)
async def test_what_changed_out_of_view_is_drawn(name: str) -> None:
    make, tell = PARTS[name]
    part = make()
    app = OnePart(part)
    async with app.run_test(size=(60, 30)) as pilot:
        tell(part, "old")
        await settled(pilot, app)
        assert "old" in app.text
        await seen_again(pilot, app, lambda: tell(part, "new and longer"))
        await Screen(app, pilot).until(lambda: "new" in app.text)  # type: ignore[arg-type]
        await settled(pilot, app)
        seen = app.text
        assert "old" not in seen
        assert name not in ("list", "reader") or WORDS[11] in seen
        part.refresh()
        await settled(pilot, app)
        assert app.text == seen, "some of it was drawn as it had been"


async def test_a_list_stays_where_it_was() -> None:
    part = a_list()
    app = OnePart(part)
    async with app.run_test(size=(60, 30)) as pilot:
        rows(part, "old")
        part.move_to(20)
        part.move_to(15)
        await settled(pilot, app)
        top = part.top
        assert 0 < top < 15
        await seen_again(pilot, app, lambda: rows(part, "old"))
        assert (part.top, part.cursor) == (top, 15)


async def test_the_focus_is_on_one_line_of_a_list() -> None:
    part = a_list()
    app = OnePart(part)
    async with app.run_test(size=(60, 30)) as pilot:
        rows(part, "old")
        other = app.query(RowList).last()
        rows(other, "other ")
        looks = []
        for one in (part, other, part):
            one.focus()
            await settled(pilot, app)
            assert app.focused is one
            looks.append(part.render_line(0)._segments[0].style)
            # What is on the screen is what a fresh drawing shows.
            shown = part.render_lines(part.size.region)
            part.refresh()
            assert part.render_lines(part.size.region) == shown
        assert looks[0] == looks[2] != looks[1]


async def test_places_are_made_ahead_each_once_while_one_goes_there(path: Path) -> None:
    stock = Stock(path)
    stock.fail()
    async with dashboard(path) as screen:
        board = screen.app.board
        ahead = asyncio.ensure_future(board.places.make_ahead())
        one, same = await asyncio.gather(*(board.places.named("tasks") for _ in range(2)))
        assert one is same
        await screen.press("3")
        await screen.until("TimeoutError")
        await ahead
        shown = {place.id: place.display for place in board.query(Place)}
        assert shown == {**{place.name: False for place in PLACES}, "job": False, "dead": True}
        await screen.press("enter")
        await screen.press("enter")
        await screen.until("Traceback (most recent call last)")
        assert len(board.query(Place)) == len(shown)
    stock.database.close()


async def test_the_chosen_kind_is_marked_and_ended_means_for_good(path: Path) -> None:
    stock = Stock(path)
    stock.fail(tries=2)
    seq = stock.add("retrying", failures=1, claims=1, retries=2, task="etl.load")
    at = {"worker": stock.worker, "started_at": now(), "ended_at": now()}
    stock.insert("attempt", seq=seq, number=1, outcome="failed", **at)
    async with dashboard(path, (80, 24)) as screen:
        await screen.press("7")
        await screen.until("[all ")
        assert "retrying" in screen.line_with("etl.load")
        await screen.press("]")
        await screen.until("[ended ")
        assert "mail.send" in screen.text
        assert "etl.load" not in screen.text
    stock.database.close()


class _OneText(App[None]):
    def compose(self) -> ComposeResult:
        yield Reader()


async def test_a_text_makes_room_for_the_scrollbar_that_it_brings() -> None:
    app = _OneText()
    async with app.run_test(size=(40, 10)) as pilot:
        reader = app.query_one(Reader)
        await pilot.pause()
        # What fits without a scrollbar to the last cell.
        reader.read([Text("a" * 37 + "b")] * 20, from_top=True)
        assert reader.render_line(1).text.strip() == "b"
        assert reader.virtual_size.height == 40
        reader.read([Text("a" * 37 + "b")] * 10, from_top=True)
        assert reader.render_line(1).text == "a" * 37 + "b"
