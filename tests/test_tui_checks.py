"""What a tester would try at a terminal: real processes, real keys, and a screen that is read."""

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from gallery import NOW, gallery
from pty_screen import PtyScreen
from rich.segment import Segment
from test_tui_hostile import PAYLOADS, fill
from tui_support import SECOND, Screen, Stock, dashboard, now, wait_for
from waiting import PATIENCE

from jobdash.control import Control
from jobdash.job import State
from jobdash.ledger.pruning import TooOld
from jobdash.tui.keyboard.key import Key
from jobdash.tui.place_table import PLACES

ESC = "\x1b"
Open = Callable[..., PtyScreen]


@pytest.fixture
def open_screen() -> Iterator[Open]:
    """Opens dashboards without a pool; all of them are closed at the end."""
    made: list[PtyScreen] = []

    def open_(path: Path, *words: object, **options: Any) -> PtyScreen:
        screen = PtyScreen("--db", path, "--no-pool", *words, **options)
        made.append(screen)
        is_read = re.compile(" (live|paused) ").search
        screen.until(lambda: is_read(screen.lines[0]) and " quit " in screen.lines[-1])
        return screen

    yield open_
    for one in made:
        one.close()


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


def stats_of(path: Path) -> dict[str, int]:
    """Return the numbers of the states as the plain command tells them."""
    words = [sys.executable, "-m", "jobdash", "--db", str(path), "stats", "--json"]
    told = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    return {name: n for name, n in {**told["states"], "all": told["total"]}.items() if n}


def chips_of(screen: PtyScreen) -> dict[str, int]:
    """Return the numbers of the chips; their words are cut where the room is short."""
    line = screen.line_with(" all ")
    words = ("all", *map(str, State))
    found = re.findall(r"([a-z]+) +([\d,]+)", line)
    # In a frame that is half drawn the line may be another one's.
    named = {next((w for w in words if w.startswith(short)), ""): n for short, n in found}
    numbers = {name: int(number.replace(",", "")) for name, number in named.items()}
    return {name: number for name, number in numbers.items() if number}


# -- 3, 5, 6: ends that nobody planned -----------------------------------------------------------


def test_03_who_was_stuck_in_a_terminal_ends_when_it_is_closed(stock: Stock) -> None:
    stock.add_many(100)
    # In a shell that is killed: what a window that is closed says to it says more.
    command = f"{sys.executable} -m jobdash --db {stock.path} --no-pool; exit $?"
    screen = PtyScreen(program=("sh", "-c", command))
    screen.until(" live ")
    (pid,) = _children(screen.process.pid)
    while not _stands_still(pid):  # nobody reads, so the day comes when it waits to write
        screen.press("\x0c" * 8)  # draw all again
    screen.process.kill()
    screen.process.wait(PATIENCE)
    screen.hang_up()
    wait_for(lambda: not Path(f"/proc/{pid}").exists())


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        pytest.skip("here nobody tells what a shell has started")


def _stands_still(pid: int) -> bool:
    """Whether a process sleeps and no key wakes it."""
    looks = set()
    for _ in range(20):
        told = Path(f"/proc/{pid}/status").read_text()
        looks.add("".join(re.findall(r"State:\s+.|\nvoluntary.*", told)))
        time.sleep(0.02)
    return len(looks) == 1 and "State:\tS" in looks.pop()


_BROKEN = """
import sys, itertools, time
from pathlib import Path
from jobdash.tui import DashboardOptions, run_dashboard
calls = itertools.count()
def clock():
    if next(calls) > 3:
        raise LookupError("no such hour")
    return time.time_ns() // 1000
sys.exit(run_dashboard(DashboardOptions(Path(sys.argv[1]), clock=clock)))
"""


def test_05_a_mistake_of_ours_restores_the_terminal(stock: Stock) -> None:
    stock.add()
    program = (sys.executable, "-c", _BROKEN, str(stock.path))
    with closing(PtyScreen(program=program)) as screen:
        assert screen.exit_status() == 1
        assert screen.is_restored
        assert b"no such hour" in screen.output


def test_06_it_is_put_aside_and_comes_back_whole(stock: Stock) -> None:
    stock.add(task="still.here")
    with closing(PtyScreen(program=("sh", "-i"), PS1="ready> ", ENV="")) as screen:
        screen.until("ready>")
        screen.press(f"{sys.executable} -m jobdash --db {stock.path} --no-pool\n")
        screen.until("still.here")
        screen.press("\x1a")
        screen.until(lambda: b"\x1b[?1049l" in screen.output and "ready>" in screen.text)
        screen.press("fg\n")
        screen.until(lambda: " live " in screen.lines[0] and "still.here" in screen.text)
        screen.gone("ready>")
        screen.press("?")
        screen.until("Keys")
        screen.press(ESC)
        screen.gone("Keys")
        screen.press("q")
        screen.until("ready>")  # what is typed before that may be the dashboard's and be dropped
        screen.press("exit\n")
        assert screen.exit_status() == 0


# -- keys that are quicker than the screen -------------------------------------------------------


def test_what_is_typed_in_one_go_is_not_taken_for_commands(stock: Stock, open_screen: Open) -> None:
    seq = stock.add(task="xdRrn.Dx")
    screen = open_screen(stock.path, size=(80, 24))
    screen.press("/task:xdRrn.Dx")  # each of these letters is a key of the list
    screen.until("/ task:xdRrn.Dx ")
    screen.press("\r:Px")
    screen.until(lambda: re.search("│ +Px +│", screen.text))
    assert stock.state(seq) is State.PENDING


# -- 7, 13, 14, 15: a list that moves ------------------------------------------------------------


def test_07_every_key_of_a_held_one_counts(stock: Stock, open_screen: Open) -> None:
    stock.add_many(2000)
    screen = open_screen(stock.path)
    screen.press("j" * 150)
    screen.until(lambda: "#1850 " in screen.line_with("▎"))
    screen.press("G")
    screen.until(lambda: "#1 " in screen.line_with("▎"))
    screen.press("g")
    screen.until(lambda: "#2000 " in screen.line_with("▎"))


def test_13_14_15_the_cursor_the_marks_and_the_frozen_screen_hold(
    stock: Stock, open_screen: Open
) -> None:
    stock.add_many(40)  # more than the list has room for
    screen = open_screen(stock.path)
    screen.press("jj j")  # down two, a mark on #38, down
    screen.until(lambda: "1 marked" in screen.text and "#36 " in screen.line_with("▎"))
    at = screen.line_with("▎")
    stock.add_many(1000)
    screen.until("↑ 1,000 newer")
    assert screen.line_with("▎").split()[:4] == at.split()[:4]
    screen.press("f")
    screen.until(lambda: "#1040 " in screen.line_with("▎"))
    stock.add_many(1)
    screen.until(lambda: "#1041 " in screen.line_with("▎"))
    screen.press("j")
    screen.gone("following")
    screen.press("/id:#38\r")
    screen.until(lambda: "1 match" in screen.text and "#38 " in screen.line_with("▎•"))
    screen.press("p")
    screen.until("frozen")
    stock.add_many(1)
    stock.update(38, state="pending", started_at=None, finished_at=None)
    screen.settled()
    assert "succeeded" in screen.line_with("#38 mail")
    screen.press("p")
    screen.gone("frozen")
    screen.until(lambda: "pending" in screen.line_with("#38 mail"))


# -- 12, 16, 40: what is told is true ------------------------------------------------------------


def test_12_40_the_chips_equal_the_plain_command_through_thousands_of_changes(
    stock: Stock, open_screen: Open
) -> None:
    stock.one_of_each()
    stock.add_many(3000, "pending")
    screen = open_screen(stock.path, size=(200, 40))
    with closing(Control(stock.path)) as control:
        control.cancel(list(range(11, 2500)), now())
        control.retry(list(range(11, 1500)), now())
        long_ago = dict.fromkeys((s for s in State if s.is_final), now() + SECOND)
        assert sum(control.prune(TooOld(long_ago, now()))) > 500
    wanted = stats_of(stock.path)
    screen.until(lambda: chips_of(screen) == wanted)
    assert sum(wanted.values()) == 2 * wanted["all"]


def test_16_no_age_is_negative_and_the_zone_is_told(stock: Stock, open_screen: Open) -> None:
    stock.add(created_at=now() + 3600 * SECOND, task="from.the.future")
    stock.add("running", task="long.one")
    screen = open_screen(stock.path, TZ="Asia/Tokyo")
    screen.until("long.one")
    before = screen.line_with("long.one")
    screen.until(lambda: screen.line_with("long.one") not in ("", before))
    assert not re.search(r" -\d", screen.line_with("from.the.future"))
    screen.press("j\r")
    screen.until(lambda: "JST" in screen.text or "+09" in screen.text)
    screen.until("esc back")
    assert not re.search(r" -\d", screen.settled())


# -- 18, 19, 22, 24, 33: every place -------------------------------------------------------------

TABS = {place.digit: place.title for place in PLACES}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file in which something of everything has happened."""
    path = tmp_path_factory.mktemp("shop") / "jobs.db"
    with gallery(path):
        yield path


def test_18_33_the_way_back_and_the_mouse(shop: Path, open_screen: Open) -> None:
    """One dashboard for both: to start it costs more than either."""
    screen = open_screen(shop)
    _the_way_back_leads_to_where_one_was(screen)
    _the_mouse_does_what_keys_do(screen)
    quiet = open_screen(shop, "--no-mouse")
    assert b"\x1b[?1000h" not in quiet.output
    assert b"\x1b[?1003h" not in quiet.output


def _the_way_back_leads_to_where_one_was(screen: PtyScreen) -> None:
    screen.press("jjjjj")
    screen.until(lambda: "#31 " in screen.line_with("▎"))
    screen.press("\r")
    screen.until("Job #31")
    # The list, with its cursor, is painted over by then: what comes next has to be seen anew.
    screen.until("next part")
    screen.press(ESC)
    screen.until(lambda: "#31 " in screen.line_with("▎"))
    for digit in "234567":
        screen.press(digit)
        screen.until(lambda digit=digit: _is_chosen(screen, digit))
        screen.press("j")
    screen.press("1")
    screen.until(lambda: "#31 " in screen.line_with("▎"))
    for digit in "3571":
        screen.press(digit)
    screen.until(lambda: _is_chosen(screen, "1") and "#31 " in screen.line_with("▎"))


def _the_mouse_does_what_keys_do(screen: PtyScreen) -> None:
    assert b"\x1b[?1000h" in screen.output
    screen.settled()
    screen.click("✗ fail")
    screen.until("4 match")
    screen.click("all 36")
    screen.until("all 36  ⋯ wait")
    screen.click("took")
    screen.until("took longest")
    screen.click("Events")
    screen.until("by people")
    screen.click("1 Jobs")
    screen.until("▎")
    screen.press("\x1b[<65;20;14M" * 3)
    screen.until(lambda: "#36 " not in screen.text)
    screen.click("? keys")
    screen.until("enter does it, esc closes")


def _is_chosen(screen: PtyScreen, digit: str) -> bool:
    """Whether a place's tab has another ground than the others."""
    at = screen.lines[1].index(f"{digit} {TABS[digit]}")
    grounds = [screen.cell(1, column).bg for column in (at + 2, len(screen.lines[1]) - 1)]
    return grounds[0] != grounds[1]


async def test_19_every_key_of_the_last_line_does_something(path: Path) -> None:
    tried: set[Key] = set()
    with gallery(path):
        async with dashboard(path, (160, 36), clock=lambda: NOW) as screen:
            for place in PLACES:
                await screen.press(place.digit)
                await screen.until(
                    lambda: screen.app.board.place.hints() or "There is no " in screen.text
                )
                for key in screen.app.board.place.hints():
                    if f" {key.label} " in screen.lines[-1] and key not in tried:
                        tried.add(key)
                        await _does_something(screen, key)
                        await screen.press("escape", "escape", place.digit)
    assert len(tried) > 20


async def _does_something(screen: Screen, key: Key) -> None:
    before = _look(screen)
    await screen.press(key.keys.split(",")[0])
    await screen.until(lambda: _look(screen) != before)


def _look(screen: Screen) -> list[Segment]:
    """Return the screen with its colours."""
    strips = screen.app.screen._compositor.render_strips(screen.app.size)
    return [part for strip in strips for part in strip]


RESIZED_WHILE_IT_LOOKS = """
import fcntl, struct, termios
from textual.drivers.linux_driver import LinuxDriver
from jobdash.__main__ import main

look = LinuxDriver._get_terminal_size

def look_and_be_resized(driver):
    seen = look(driver)
    if seen == (100, 30):
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 80, 0, 0))
    return seen

LinuxDriver._get_terminal_size = look_and_be_resized
main()
"""


def test_the_last_of_two_sizes_stays_also_when_it_comes_while_the_first_is_read(
    shop: Path, open_screen: Open
) -> None:
    program = (sys.executable, "-c", RESIZED_WHILE_IT_LOOKS)
    screen = open_screen(shop, size=(90, 25), program=program)
    screen.resize(100, 30)
    screen.until(lambda: screen.lines[19].rstrip().endswith("q quit"))


def test_22_many_resizes_leave_no_debris(shop: Path, open_screen: Open) -> None:
    screen = open_screen(shop, size=(60, 15))
    screen.resize(59, 14)
    screen.until("needs 60x15")
    for step in range(30):
        screen.resize(60 + step * 8, 15 + step * 2)
        screen.until(lambda: True)
    screen.resize(300, 80)
    screen.until(lambda: screen.lines[-1].endswith("q quit  "))
    fresh = open_screen(shop, size=(300, 80))
    screen.press("p")
    fresh.press("p")
    still = re.compile(r"\d+[hms]\b.*|frozen|live")
    screen.until(lambda: "frozen" in screen.text)
    fresh.until(lambda: "frozen" in fresh.text)
    screen.until(lambda: still.sub("", screen.settled()) == still.sub("", fresh.settled()))


# Every place, and every box that opens: what each shows, and what leads back.
_WALK = (
    "\r", *"]]]]]", "1", *"1234567", "1", "/", "st", "\t", ESC, ESC, "?", "re", ESC, ":", "co", ESC,
    "T", ESC, "s", ESC, "A", ESC, "D", ESC, "x", ESC, "E", ESC, "P", ESC, "n", ESC, " ", "v", "u",
)  # fmt: skip


def test_24_no_byte_above_127_anywhere(path: Path, open_screen: Open) -> None:
    poor = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TERM": "linux"}
    with gallery(path):
        screen = open_screen(path, size=(80, 24), **poor)
        for keys in _WALK:
            screen.press(keys)
            screen.settled(0.05)
    assert screen.process.poll() is None
    assert screen.output.isascii()


# -- 25, 27, 34: acting --------------------------------------------------------------------------


def test_25_27_34_questions_keep_the_keys_and_two_dashboards_agree(
    stock: Stock, open_screen: Open
) -> None:
    waits, runs = stock.add(), stock.add("running")
    screen, other = open_screen(stock.path), open_screen(stock.path)
    screen.press("x")
    screen.until("will be stopped")
    screen.press("rD\r")  # none of the list's keys; the harmless answer
    screen.gone("will be stopped")
    assert stock.state(runs) is State.RUNNING
    screen.press("j")
    screen.until(lambda: f"#{waits} " in screen.line_with("▎"))
    screen.press("xy")
    other.until("⊘ cancelled")
    screen.until("u undo:")
    other.press("jr")  # it has moved on, which is no mistake
    other.until(f"Retried #{waits}.")
    screen.until(lambda: "pending" in screen.line_with(f"#{waits} "))
    screen.gone("u undo:")
    screen.press("u")
    screen.until("It has gone on since: there is nothing to undo any more.")
    assert stock.state(waits) is State.PENDING
    for keys in ("\x02", "Q", "\x1bz", "&", ";;"):  # keys of nothing
        screen.press(keys)
    screen.settled()
    assert b"\x07" not in re.sub(rb"\x1b\][^\x07]*\x07", b"", screen.output)
    assert screen.process.poll() is None


# -- 28: bad surroundings ------------------------------------------------------------------------


def test_28_a_file_that_is_locked_or_replaced_is_told_and_read_again(
    stock: Stock, open_screen: Open, tmp_path: Path
) -> None:
    stock.add(task="first.file")
    screen = open_screen(stock.path)
    with stock.database.transaction():
        screen.press("xy")
        # Where its line breaks depends on how long the file's path is.
        screen.until(lambda: "stayed" in screen.text and "locked" in screen.text)
        assert "first.file" in screen.text
    stock.database.close()
    other = Stock(tmp_path / "other.db")
    other.add(task="second.file")
    other.database.close()
    for end in ("-wal", "-shm"):
        Path(f"{stock.path}{end}").unlink(missing_ok=True)
    other.path.rename(stock.path)
    screen.until("second.file")
    screen.gone("first.file")
    stock.path.unlink()
    screen.until("cannot be found")
    assert "second.file" in screen.text


def test_28_a_file_that_may_only_be_read_is_shown(stock: Stock, open_screen: Open) -> None:
    stock.add(task="for.looking")
    stock.database.close()
    if os.geteuid() == 0:
        pytest.skip("whom nothing is forbidden cannot try it")
    stock.path.chmod(0o400)
    stock.path.parent.chmod(0o500)
    try:
        screen = open_screen(stock.path)
        screen.until("for.looking")
    finally:
        stock.path.parent.chmod(0o700)


# -- 29, 30, 31: what is hostile, what is copied, what is pasted ---------------------------------

HOSTILE = "".join(PAYLOADS[name] for name in ("title", "clear", "c1", "bidi", "action", "controls"))


def test_29_30_nothing_hostile_reaches_the_terminal_and_copies_are_exact(
    stock: Stock, open_screen: Open, tmp_path: Path
) -> None:
    with stock.crew((HOSTILE,)) as (_, worker):
        fill(stock, HOSTILE, worker)
        seq = stock.add("failed", id=f"id {HOSTILE}", error_type=HOSTILE, error_message=HOSTILE)
        screen = open_screen(stock.path, folder=tmp_path)
        for keys in _WALK:
            screen.press(keys)
            screen.settled(0.05)
        screen.press(ESC)
        screen.settled(0.05)  # what follows it at once would be one key with it
        screen.press(f"1g/id:#{seq}\r")
        screen.until("1 match ")
        before = len(_copied(screen))
        screen.press("yY")
        screen.until(lambda: len(_copied(screen)) == before + 2)
        copied, as_json = _copied(screen)[-2:]
        assert copied == f"id {HOSTILE}"
        assert json.loads(as_json)["error"]["message"] == HOSTILE
        screen.press("\x13")
        screen.until("Wrote 1 job")
    for code in (b"\x1b]0;", b"\x1b[2J", b"\xc2\x9b", b"\xe2\x80\xae", b"\x1b]8;"):
        assert code not in screen.output
    (file,) = tmp_path.glob("*.jsonl")
    assert {*file.read_bytes()} <= {10, *range(32, 127)}
    assert json.loads(file.read_text())["error"]["message"] == HOSTILE


def _copied(screen: PtyScreen) -> list[str]:
    codes = re.findall(rb"\x1b\]52;c;([^\x07\x1b]*)", screen.output)
    return [base64.b64decode(code).decode() for code in codes]


def test_30_31_what_is_pasted_is_text(stock: Stock, open_screen: Open) -> None:
    seq = stock.add(id="01931f00-0000-7000-8000-000000000001")
    stock.add_many(30, "pending")
    screen = open_screen(stock.path)
    screen.press("\x1b[200~xDRr\n\x1b[201~")  # into the list: nothing
    screen.press("/")
    screen.until("esc clear it")
    screen.press("\x1b[200~  id:01931f00-0000-7000-8000-000000000001 \n\x1b[201~\r")
    screen.until("1 match ")
    screen.until(lambda: f"#{seq} " in screen.line_with("▎"))
    assert {name for name, n in stats_of(stock.path).items() if n} == {"all", "pending"}
