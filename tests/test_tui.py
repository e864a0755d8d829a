"""The dashboard, driven by keys and read as text."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widgets import Input
from tui_support import SECOND, TRACEBACK, Screen, Stock, contrast_of, dashboard, now

from jobdash.control import Control
from jobdash.errors import UsageError
from jobdash.job import State
from jobdash.report import Report
from jobdash.text import clock
from jobdash.tui import DashboardOptions
from jobdash.tui.acting import new_jobs
from jobdash.tui.app import DashboardApp
from jobdash.tui.asking.topics import HEAD
from jobdash.tui.commands import all_keys, help_offer
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.keymap import Keymap
from jobdash.tui.keyboard.other_words import OTHER_WORDS
from jobdash.tui.looks.columns import plan
from jobdash.tui.looks.kept_theme import KeptTheme
from jobdash.tui.looks.theme import CURSOR, LOOKS
from jobdash.tui.looks.themes import theme_names

# What the box of the help page has room for at 80 columns.
HELP_CELLS = 73
SIZES = [(80, 24), (120, 36), (200, 50), (60, 15)]


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


def cursor_seq(screen: Screen) -> int:
    job = screen.table.current
    assert job is not None
    return int(job.seq)


# -- what is shown -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_every_state_is_shown_with_glyph_and_word_in_full_lines(
    stock: Stock, size: tuple[int, int]
) -> None:
    stock.one_of_each()
    async with dashboard(stock.path, size) as screen:
        assert {cell_len(line) for line in screen.lines} == {size[0]}
        if size[1] >= 24:
            for state in State:
                assert f" {state} " in screen.text
        assert "jobdash" in screen.lines[0]
        assert "10" in screen.lines[0]
        assert "enter open" in screen.lines[-1]
        assert "? keys" in screen.lines[-1]


async def test_columns_and_preview_come_with_the_room_for_them(stock: Stock) -> None:
    stock.fail()
    async with dashboard(stock.path, (80, 24)) as screen:
        assert "created" not in screen.text
        assert "arguments" not in screen.text
        await screen.resize(120, 36)
        await screen.until("created")
        await screen.until("arguments")


async def test_chips_and_header_equal_a_recount_after_every_change(stock: Stock) -> None:
    stock.add_many(1234)
    seqs = [stock.add() for _ in range(5)]
    async with dashboard(stock.path, (200, 50)) as screen:
        assert "1,239 jobs" in screen.lines[0]
        assert "pending 5" in screen.text
        stock.update(seqs[0], state="cancelled", finished_at=now())
        await screen.until("pending 4")
        await screen.until("cancelled 1")
        recount = dict(stock.database.rows("SELECT state, count(*) FROM job GROUP BY state"))
        for state, count in recount.items():
            assert f"{state} {count:,}" in screen.text


async def test_a_change_in_the_file_comes_to_the_screen_by_itself(stock: Stock) -> None:
    seq = stock.add()
    async with dashboard(stock.path) as screen:
        stock.update(seq, state="running", worker=stock.worker, started_at=now())
        await screen.until("» running")
        stock.add(task="brand.new")
        await screen.until("brand.new")


async def test_an_empty_file_says_what_to_do(stock: Stock) -> None:
    async with dashboard(stock.path) as screen:
        assert "No jobs yet" in screen.text
        assert "No pool is running: no job starts. Start one: jobdash worker" in screen.text
        stock.add()
        await screen.gone("No jobs yet")


async def test_keys_work_where_a_list_is_empty(stock: Stock) -> None:
    stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await screen.press("right_square_bracket")
        await screen.until("No pending job")
        await screen.press("left_square_bracket")
        await screen.until("mail.send")


async def test_progress_is_a_bar(stock: Stock) -> None:
    stock.add("running", progress_done=3, progress_total=4, progress_note="pages")
    async with dashboard(stock.path, (200, 50)) as screen:
        assert "██████░░  75% pages" in screen.text


# -- the cursor ----------------------------------------------------------------------------------


async def test_the_cursor_stays_on_its_job_and_line_while_others_arrive(stock: Stock) -> None:
    stock.add_many(300)
    async with dashboard(stock.path) as screen:
        await screen.press("j", "j", "j")
        seq, line = cursor_seq(screen), screen.table.cursor - screen.table.top
        for round_ in range(1, 4):
            stock.add_many(40)
            await screen.until(lambda count=300 + 40 * round_: screen.table.length == count)
            assert cursor_seq(screen) == seq
            assert screen.table.cursor - screen.table.top == line
        await screen.until("120 newer")
        await screen.press("f")
        await screen.until(lambda: screen.table.current and cursor_seq(screen) == 420)
        assert "following" in screen.text


async def test_the_cursor_stays_on_its_job_in_a_list_that_loses_jobs(stock: Stock) -> None:
    seqs = [stock.add() for _ in range(60)]
    async with dashboard(stock.path) as screen:
        await screen.press("full_stop", *"jjjjjjjjjj")
        seq = cursor_seq(screen)
        with stock.database.transaction() as tx:
            for other in [s for s in seqs if s % 3 == 0 and s != seq]:
                tx.run(
                    "UPDATE job SET state = 'cancelled', finished_at = 1 WHERE seq = ?", (other,)
                )
        await screen.until(lambda: screen.table.length < 60)
        assert cursor_seq(screen) == seq


async def test_following_keeps_the_newest_under_the_cursor(stock: Stock) -> None:
    stock.add_many(50)
    async with dashboard(stock.path) as screen:
        newest = stock.add()
        await screen.until(lambda: cursor_seq(screen) == newest)
        assert screen.table.top == 0


async def test_the_far_end_of_a_long_list_is_one_key_away(stock: Stock) -> None:
    stock.add_many(5000)
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("G")
        await screen.until(lambda: screen.table.current is not None)
        assert cursor_seq(screen) == 1
        await screen.press("k", "pageup", "ctrl+u", "ctrl+d")
        await screen.until(lambda: screen.table.current is not None)
        await screen.press("g")
        await screen.until(lambda: screen.table.current and cursor_seq(screen) == 5000)


async def test_the_cursor_stays_on_its_job_far_down_a_long_list(stock: Stock) -> None:
    stock.add_many(3000)
    async with dashboard(stock.path) as screen:
        await screen.press("G")
        await screen.until(lambda: screen.table.current is not None)
        await screen.press(*"kkkkk")
        seq, line = cursor_seq(screen), screen.table.cursor - screen.table.top
        stock.add_many(500)
        await screen.until(lambda: screen.table.length == 3500)
        assert cursor_seq(screen) == seq
        assert screen.table.cursor - screen.table.top == line


async def test_scrolling_by_wheel_takes_the_cursor_along(stock: Stock) -> None:
    stock.add_many(1000)
    async with dashboard(stock.path) as screen:
        table = screen.table
        # While the list is about to get another room its cursor is kept in view.
        await screen.until(lambda: table.size == table.room and table.max_scroll_y > 400)
        screen.table.scroll_to(y=400, animate=False)
        await screen.until(lambda: screen.table.current is not None and screen.table.cursor == 400)
        assert cursor_seq(screen) == 600
        assert not screen.table.follow


async def test_a_click_on_a_key_of_the_last_line_does_what_the_key_does(stock: Stock) -> None:
    stock.fail()
    stock.fail()
    async with dashboard(stock.path) as screen:
        await screen.click("mark  ")
        await screen.until("1 marked")
        await screen.press("u", "enter", "l")
        await screen.until("w wrap")
        await screen.click("w wrap")
        await screen.until("cut at the edge")
        await screen.click("esc back")
        await screen.until("enter open")


async def test_a_click_moves_and_a_second_one_opens(stock: Stock) -> None:
    for number in range(5):
        stock.add(task=f"task.number{number}")
    async with dashboard(stock.path) as screen:
        await screen.click("task.number1")
        assert cursor_seq(screen) == 2
        await screen.click("task.number1")
        await screen.until("Arguments")


# -- filters -------------------------------------------------------------------------------------


async def test_one_key_shows_one_state(stock: Stock) -> None:
    numbers = stock.one_of_each()
    async with dashboard(stock.path) as screen:
        for state in State:
            await screen.press(next(key.keys for key in keys.STATES if key.meaning == state))
            await screen.until(lambda: screen.table.loaded and screen.table.length == 1)
            assert cursor_seq(screen) == numbers[state]
            assert f"only {state}" in screen.line_with(" / ")
        await screen.press("0")
        await screen.until(lambda: screen.table.length == 10)
        await screen.press("exclamation_mark")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 1)
        await screen.press("exclamation_mark")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 10)
        assert "only" not in screen.line_with(" / ")


async def test_brackets_and_clicks_go_through_the_states(stock: Stock) -> None:
    stock.one_of_each()
    async with dashboard(stock.path, (200, 50)) as screen:
        await screen.press("right_square_bracket")
        assert screen.app.board.jobs.state is State.WAITING
        await screen.press("left_square_bracket", "left_square_bracket")
        assert screen.app.board.jobs.state is State.DISCARDED
        await screen.click("✗ failed")
        assert screen.app.board.jobs.state is State.FAILED


async def test_text_filters_as_one_types_and_escape_closes_one_thing(stock: Stock) -> None:
    stock.add_many(30)
    wanted = stock.add(task="image.resize", kwargs='{"path": "a/needle.png"}')
    async with dashboard(stock.path) as screen:
        await screen.press("slash")
        await screen.type("needle")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 1)
        await screen.press("enter")
        assert cursor_seq(screen) == wanted
        assert "1 match" in screen.text
        await screen.press("space")
        assert "1 marked" in screen.text
        await screen.press("escape")
        assert "1 marked" not in screen.text
        assert "needle" in screen.lines[4] + screen.lines[5]
        await screen.press("escape")
        await screen.until(lambda: screen.table.length == 31)


async def test_the_filter_knows_fields_and_tells_a_slip(stock: Stock) -> None:
    stock.add_many(3)
    stock.add("failed", task="image.resize")
    async with dashboard(stock.path) as screen:
        await screen.press("slash")
        await screen.paste("task:image.* state:failed,pending")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 1)
        await screen.type(" stat:x")
        await screen.until("did you mean state?")
        await screen.press("escape")
        await screen.until(lambda: screen.table.length == 4)


async def test_a_filter_without_a_hit_says_so(stock: Stock) -> None:
    stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("exclamation_mark")
        await screen.until("No failed job.")
        await screen.press("slash")
        await screen.type("needle")
        await screen.until("No failed job matches  needle")
        assert "There is 1 job without the filter." in screen.text
        await screen.press("escape", "escape")
        await screen.gone("No failed job")


# -- one job -------------------------------------------------------------------------------------


async def test_the_job_view_tells_when_the_next_tries_would_come(stock: Stock) -> None:
    policy = {"retries": 3, "retry_delay": 10.0, "retry_backoff": 2.0}
    eta = now() + 3600 * SECOND
    stock.add("retrying", failures=1, retries_left=2, eta=eta, **policy)
    stock.add("pending", retries_left=3, **policy)
    async with dashboard(stock.path) as screen:
        await screen.press("enter")
        await screen.until("if it fails: again after 10s, 20s, 40s")
        await screen.press("escape", "j", "enter")
        moments = f"{clock(eta + 10 * SECOND)}, {clock(eta + 30 * SECOND)}"
        await screen.until(f"then about {moments}")
        assert "next in 59m" in screen.text


async def test_the_job_view_shows_every_part_and_leads_back(stock: Stock) -> None:
    stock.add_many(40)
    seq = stock.fail(3, args='["ada@example.org"]', kwargs='{"copies": 2}')
    stock.add_many(3)
    async with dashboard(stock.path) as screen:
        await screen.press("j", "j", "j", "enter")
        await screen.until("Traceback (most recent call last)")
        assert f"#{seq}" in screen.text
        assert "3 of 3 used" in screen.text
        for line in TRACEBACK.splitlines():
            assert line in screen.text
        assert "✗ attempt 3 failed" in screen.text
        await screen.press("left_square_bracket")
        await screen.until("'ada@example.org'")
        assert "copies=2" in screen.text
        await screen.press("i")
        await screen.until("◌ pending    → » running")
        await screen.press("escape")
        await screen.until("newest first")
        assert cursor_seq(screen) == seq


async def test_the_job_view_follows_the_job(stock: Stock) -> None:
    seq = stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("enter")
        await screen.until("◌ pending")
        stock.update(
            seq, state="succeeded", started_at=now(), finished_at=now(), result='{"sum": 42}'
        )
        await screen.until("✓ succeeded")
        await screen.press("tab", "tab")
        await screen.until("{'sum': 42}")


async def test_a_job_that_leaves_the_file_is_no_accident(stock: Stock) -> None:
    seq = stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("enter")
        await screen.until("◌ pending")
        with stock.database.transaction() as tx:
            tx.run("DELETE FROM job WHERE seq = ?", (seq,))
        await screen.until("is not in the file any more")


# -- dead letters and workers --------------------------------------------------------------------


async def test_dead_letters_are_grouped_and_open_their_jobs(stock: Stock) -> None:
    for _ in range(3):
        stock.fail()
    stock.fail(task="etl.load", error_type="KeyError", error_message="'customer'")
    stock.add_many(5)
    async with dashboard(stock.path) as screen:
        await screen.press("3")
        await screen.until("2 groups")
        assert "4 failed" in screen.text
        assert "TimeoutError" in screen.line_with("mail.send")
        await screen.press("enter")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 3)
        assert "mail.send: TimeoutError" in screen.line_with("group:")
        # What led here is where the way leads back to.
        await screen.until("esc back")
        await screen.press("escape")
        await screen.until("2 groups")
        await screen.press("enter")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 3)
        await screen.press("q")
        await screen.until("2 groups")
        await screen.press("1")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 9)
        await screen.press("slash")
        await screen.type("error:KeyError")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 1)


async def test_groups_are_counted_exactly_however_many_jobs_they_have(stock: Stock) -> None:
    stock.add_many(2500, "failed", error_type="OSError", signature="0123456789")
    stock.add_many(1, "failed", error_type="KeyError", signature="abcdef0123", task="etl.load")
    stock.add_many(2, "failed", error_type="OSError", signature="0123456789", task="etl.load")
    async with dashboard(stock.path) as screen:
        await screen.press("3")
        await screen.until("2 groups")
        assert "2,503 failed" in screen.text
        assert "2,502" in screen.line_with("OSError")
        assert "mail.send +1" in screen.line_with("OSError")
        await screen.press("D")
        await screen.until("Discard 2,502 jobs?")
        assert "and 2,498 more" in screen.text
        await screen.press("y", "enter")
        assert "Discard 2,502 jobs?" in screen.text
        await screen.press("backspace")
        await screen.type("2502")
        await screen.press("enter")
        await screen.until("Discarded 2,502 jobs.")
        await screen.until("1 group")
    assert stock.database.rows("SELECT count(*) FROM job WHERE state = 'failed'") == [(1,)]


async def test_all_that_the_filter_shows_are_marked_with_one_key(stock: Stock) -> None:
    stock.add_many(300, "failed", error_type="OSError", signature="0123456789")
    stock.add_many(5, "failed", error_type="KeyError", signature="abcdef0123")
    async with dashboard(stock.path) as screen:
        await screen.press("slash")
        await screen.type("error:OSError")
        await screen.press("enter")
        await screen.until(lambda: screen.table.loaded and screen.table.length == 300)
        await screen.press("a")
        await screen.until("300 marked")
        await screen.press("D")
        await screen.until("Discard 300 jobs?")
        await screen.press("y")
        await screen.until("Discarded 300 jobs.")
        await screen.until(lambda: not screen.table.marked)


async def test_a_whole_group_is_retried_and_the_count_is_true(stock: Stock) -> None:
    seqs = [stock.fail() for _ in range(3)]
    async with dashboard(stock.path) as screen:
        await screen.press("3")
        await screen.until("1 group")
        await screen.press("r")
        await screen.until("Retry 3 jobs?")
        await screen.press("y")
        await screen.until("No dead letters")
    assert {stock.state(seq) for seq in seqs} == {State.PENDING}


async def test_workers_are_those_that_live_with_what_they_run(stock: Stock) -> None:
    async with dashboard(stock.path) as screen:
        await screen.press("5")
        await screen.until("No worker is running")
        with stock.crew(("ada", "bob")) as (_, ada, bob):
            seq = stock.add("running", worker=ada, started_at=now() - 65_000_000)
            await screen.until("» busy")
            line = screen.line_with("ada")
            assert f"#{seq}" in line
            assert "1m 05s" in line
            assert "◌ idle" in screen.line_with("bob")
            await screen.until("1/2 busy")
            await screen.gone("No pool is running")
            await screen.press("j", "enter")
            await screen.until("» running")
        assert bob > ada


# -- acting --------------------------------------------------------------------------------------


async def test_retry_cancel_replay_and_discard_change_the_file(stock: Stock) -> None:
    failed, dead, done, pending = stock.fail(), stock.fail(), stock.add("succeeded"), stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("x")
        await screen.until("Cancel 1 job?")
        await screen.press("y")
        await screen.until(f"Cancelled #{pending}.")
        await screen.press("j", "R")
        await screen.until(f"Replayed #{done} as the new job #{pending + 1}.")
        await screen.press("j", "D")
        await screen.until("Discard 1 job?")
        await screen.press("y")
        await screen.until(f"Discarded #{dead}.")
        await screen.press("j", "r")
        await screen.until(f"Retried #{failed}.")
    assert stock.state(pending) is State.CANCELLED
    assert stock.state(dead) is State.DISCARDED
    assert stock.state(failed) is State.PENDING
    with Report(stock.path) as report:
        assert report.job(str(pending + 1)).replay_of == done


async def test_the_harmless_answer_is_the_one_that_enter_gives(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path) as screen:
        for answer in ("enter", "n", "escape"):
            await screen.press("D")
            await screen.until("Discard 1 job?")
            await screen.press("x", "r", answer)
            await screen.gone("Discard 1 job?")
    assert stock.state(seq) is State.FAILED


async def test_marked_jobs_are_asked_for_with_their_true_count(stock: Stock) -> None:
    pending = [stock.add() for _ in range(3)]
    done = stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await screen.press("space", "space", "space", "x")
        await screen.until("Cancel 2 jobs?")
        assert "1 more cannot be" in screen.text
        await screen.press("y")
        await screen.until("Cancelled 2 jobs.")
        await screen.until(lambda: not screen.table.marked)
    assert [stock.state(seq) for seq in pending] == ["pending", "cancelled", "cancelled"]
    assert stock.state(done) is State.SUCCEEDED


async def test_a_running_job_is_cancelled_only_after_a_question(stock: Stock) -> None:
    seq = stock.add("running")
    async with dashboard(stock.path) as screen:
        await screen.press("x")
        await screen.until("It is running and will be stopped.")
        await screen.press("y")
        await screen.until("that cannot be undone")
        await screen.until("stopping")
    with Report(stock.path) as report:
        assert report.job(str(seq)).cancel_requested_at is not None


async def test_a_refusal_says_why(stock: Stock) -> None:
    stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        assert "r retry" not in screen.lines[-1]
        await screen.press("r")
        await screen.until("succeeded: ")


async def test_a_task_or_everything_is_paused_and_resumed(stock: Stock) -> None:
    stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("P")
        await screen.until("Pause mail.send")
        await screen.press("t")
        await screen.until("Paused mail.send")
        await screen.until(lambda: "paused" in screen.line_with("#1 "))
        await screen.press("P")
        await screen.until("Resume mail.send")
        await screen.press("t")
        await screen.until("Resumed mail.send")
        await screen.press("P")
        await screen.until("Pause all of huey")
        await screen.press("a")
        await screen.until("Paused all of huey")
        # What is paused can be resumed from anywhere.
        other = Control(stock.path)
        assert other.pause("huey", "b", now())
        other.close()
        await screen.press("6", "P")
        await screen.until("1  Resume b")
        await screen.press("1")
        await screen.until("Resumed b.")
    with Report(stock.path) as report:
        assert report.pauses() == [("huey", "")]


async def test_a_dashboard_that_only_looks_changes_nothing(stock: Stock) -> None:
    seq = stock.add()
    async with dashboard(stock.path, read_only=True, app="sample_tasks.app:huey") as screen:
        for key in ("x", "P", "n"):
            await screen.press(key)
            await screen.until("started to look only")
    assert stock.state(seq) is State.PENDING


async def test_a_locked_file_is_told_and_the_screen_goes_on(stock: Stock) -> None:
    seq = stock.add()
    async with dashboard(stock.path) as screen:
        with stock.database.transaction():
            await screen.press("x", "y")
            # Where its line breaks depends on how long the file's path is.
            await screen.until(lambda: "stayed" in screen.text and "locked" in screen.text)
            await screen.press("j", "k")
    assert stock.state(seq) is State.PENDING


# -- a new job -----------------------------------------------------------------------------------

PARAMETERS = json.dumps(
    [
        {"name": "a", "kind": "positional_or_keyword", "default": None, "required": True,
         "annotation": "int"},
        {"name": "b", "kind": "positional_or_keyword", "default": "2", "required": False,
         "annotation": "int"},
    ]
)  # fmt: skip


async def pick_add(screen: Screen) -> None:
    await screen.press("n")
    await screen.type("add")
    await screen.until(lambda: "add" in screen.text and "toys.sleep" not in screen.text)
    await screen.press("enter")
    await screen.until("Add two numbers.")


async def test_the_form_refuses_a_wrong_type_and_enqueues_through_a_helper(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    stock = Stock(path, queue="samples")
    stock.register("sample_tasks.toys.add", "Add two numbers.", PARAMETERS)
    stock.register("sample_tasks.toys.sleep", "Sleep.")
    async with dashboard(path, app="sample_tasks.app:huey") as screen:
        await pick_add(screen)
        assert "default 2" in screen.text
        await screen.press("down", "enter")
        await screen.until("needed")
        # Where the mistake is, is where one goes on.
        await screen.type("x")
        await screen.until("a whole number is needed")
        await screen.press("backspace")
        await screen.type("40")
        await screen.until("toys.add(a=40)")
        await screen.press("tab", "tab")
        await screen.type("2h")
        await screen.press("enter")
        await screen.until("Enqueued sample_tasks.toys.add as #1. o opens it, u undoes.")
        await screen.until("u undo: enqueued #1")
        await screen.gone("New job")
        await pick_add(screen)
        await screen.until("with the arguments of last time")
        await screen.until("toys.add(a=40)")
        assert "2h" not in screen.text
        # Typing replaces what was filled in.
        await screen.type("41")
        await screen.until("toys.add(a=41)")
        for _ in range(6):
            await screen.press("tab")
        await screen.type("0")
        await screen.until("a number from 1 to 100,000")
        await screen.press("backspace")
        await screen.type("3")
        await screen.until("3 times  sample_tasks.toys.add(a=41)")
        await screen.press("ctrl+o")
        await screen.until("Done. Change what you like, and again.")
        await screen.press("shift+tab")
        await screen.type("mine")
        await screen.until("a key stands for one job")
        await screen.press("tab", "backspace", "ctrl+o")
        await screen.until("Enqueued sample_tasks.toys.add as #5.")
        await screen.press("ctrl+j")
        await screen.until("#5 has this key already")
    with Report(path) as report:
        jobs = report.jobs()
    assert [job.seq for job in jobs] == [5, 4, 3, 2, 1]
    assert [job.kwargs for job in jobs] == ['{"a": 41}'] * 4 + ['{"a": 40}']
    assert [job.state for job in jobs].count(State.SCHEDULED) == 1
    stock.database.close()


async def test_what_is_typed_while_a_form_sends_is_for_what_comes_after_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    stock = Stock(path, queue="samples")
    stock.register("sample_tasks.toys.add", "Add two numbers.", PARAMETERS)
    may_go = asyncio.Event()
    enqueue = new_jobs.enqueue

    async def slow(*args: Any) -> Any:
        await may_go.wait()
        return await enqueue(*args)

    async def fill_in(screen: Screen) -> None:
        await pick_add(screen)
        await screen.type("4")

    monkeypatch.setattr(new_jobs, "enqueue", slow)
    async with dashboard(path, app="sample_tasks.app:huey") as screen:
        await fill_in(screen)
        await screen.hit("enter", "slash", "s", "t", "a", "e")
        await screen.until("enqueuing…")
        may_go.set()
        await screen.until(lambda: screen.app.board.jobs._filter.typed == "stae")
        assert len(screen.app.screen_stack) == 1
        await screen.press("escape")
        await fill_in(screen)
        may_go.clear()
        await screen.hit("enter", "o")
        may_go.set()
        await screen.until(lambda: getattr(screen.app.board.place, "seq", 0) == 2)
        # Who does not want to wait need not.
        await fill_in(screen)
        may_go.clear()
        await screen.hit("enter", "escape", "4")
        await screen.until(lambda: screen.app.board.place.id == "tasks")
        # What is on its way is what is opened.
        await screen.hit("o")
        may_go.set()
        await screen.until(lambda: screen.app.board.place.id == "job")
        assert screen.app.board.place.seq == 3
    stock.database.close()


async def test_the_form_shows_what_the_helper_says(stock: Stock) -> None:
    stock.register("no.such", "Gone.")
    async with dashboard(stock.path, (60, 15), app="no_such_module:huey") as screen:
        await screen.press("n")
        await screen.until("no.such")
        await screen.press("enter")
        await screen.until("Gone.")
        # What sends it is told wherever the dashboard fits.
        await screen.until("enter enqueues")
        await screen.press("ctrl+j")
        await screen.until("no_such_module")
        await screen.press("escape")
        await screen.gone("Gone.")


async def test_without_an_app_the_key_says_what_is_missing(stock: Stock) -> None:
    async with dashboard(stock.path) as screen:
        await screen.press("n")
        await screen.until("start the dashboard with the app")


async def test_a_job_is_replayed_with_another_argument_through_a_helper(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    words = ["enqueue", "-A", "sample_tasks.app:huey", "--db", str(path), "sample_tasks.toys.add"]
    subprocess.run([sys.executable, "-m", "jobdash", *words, "40", "2"], check=True)
    stock = Stock(path, queue="samples")
    stock.register("sample_tasks.toys.add", "Add two numbers.", PARAMETERS)
    stock.update(1, state="failed", finished_at=now(), error_type="Oops", signature="0123456789")
    async with dashboard(path, app="sample_tasks.app:huey") as screen:
        await screen.press("3")
        await screen.until("Oops")
        await screen.press("e")
        await screen.until("Replay #1 with changes")
        assert " 40 " in screen.line_with("a  ")
        await screen.until("nothing is changed")
        await screen.press("tab")
        await screen.type("x")
        await screen.until("b: a whole number is needed")
        assert "nothing is changed" not in screen.text
        await screen.press("backspace")
        await screen.type("60")
        await screen.until("b: 2 → 60")
        await screen.press("enter")
        await screen.until("Replayed #1 as the new job #2.")
    with Report(path) as report:
        job = report.job("2")
        assert (job.replay_of, job.args, job.state) == (1, "[40, 60]", State.PENDING)
    stock.database.close()


async def test_only_jobs_of_one_task_can_be_changed_together(stock: Stock) -> None:
    stock.fail(task="one")
    stock.fail(task="two")
    stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("e")
        await screen.until("start the dashboard with the app")
    async with dashboard(stock.path, app="x:huey") as screen:
        await screen.press("e")
        await screen.until("Only a finished job can be replayed.")
        await screen.press("a", "e")
        await screen.until("They are of 2 tasks")


# -- the pool ------------------------------------------------------------------------------------


class Sleeper:
    """A pool's process as far as the dashboard knows it: something that lives until it ends."""

    def __init__(self) -> None:
        self.starts = 0
        self.restart()

    def alive(self) -> bool:
        return self.process.poll() is None

    def restart(self) -> None:
        self.starts += 1
        self.process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)

    def stop(self, how: str) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()


@pytest.fixture
def pool() -> Iterator[Sleeper]:
    made = Sleeper()
    yield made
    made.stop("now")


async def test_a_pool_that_dies_is_started_again_once(stock: Stock, pool: Sleeper) -> None:
    async with dashboard(stock.path, pool=pool) as screen:
        assert "No pool" not in screen.text
        pool.stop("now")
        await screen.until("was started again, once")
        assert pool.starts == 2
        pool.stop("now")
        await screen.until("The pool died again: no job starts.")
        assert pool.starts == 2


@pytest.mark.parametrize(("key", "choice"), [("f", "finish"), ("n", "now"), ("l", "leave")])
async def test_leaving_asks_what_becomes_of_the_pool(
    stock: Stock, pool: Sleeper, key: str, choice: str
) -> None:
    async with dashboard(stock.path, pool=pool) as screen:
        await screen.press("q", "escape", "q", "s", "ctrl+c")
        await screen.until("Stop the pool after its running jobs")
        await screen.press(key)
        await screen.until(lambda: screen.app.return_value == choice)


async def test_a_copy_says_that_it_is_one(stock: Stock) -> None:
    at = now()
    stock.add("running", started_at=at - 100 * SECOND)
    options = {"is_copy": True, "read_only": True, "note": "a copy of 14:25", "clock": lambda: at}
    async with dashboard(stock.path, (80, 24), **options) as screen:
        await screen.until("This is a copy of 14:25, to look at only: as everything stood then.")
        assert "pool" not in screen.text
        assert "live" not in screen.text
        await screen.until("1m 40s")


async def test_what_ends_with_the_dashboard_is_asked_about_once(stock: Stock) -> None:
    for answers in (("q",), ("s", "q", "enter"), ("escape", "q", "q"), ("escape", "ctrl+c")):
        async with dashboard(stock.path, (80, 24), ending="The demo ends.") as screen:
            await screen.press("2", "q")
            await screen.until("The demo ends.")
            assert screen.app.return_value is None
            await screen.press(*answers)
            await screen.until(lambda: screen.app.return_value == "leave")


# -- frame ---------------------------------------------------------------------------------------


def test_help_cuts_nothing_and_is_found_by_other_words() -> None:
    found = all_keys("jobs", keys.JOBS, Keymap({}))
    made = plan(help_offer(found).columns(HELP_CELLS), HELP_CELLS)
    for command in found:
        told = "".join(text for text, _ in made.cells(command, None))
        assert command.words in told or command.action.startswith("state(")
        pair = {one.key for one in found if one.section == command.section}
        assert len(command.key) == 1 or command.key not in {f"{a} {b}" for a in pair for b in pair}
    assert OTHER_WORDS.keys() <= {key.name_for_users for key in keys.ALL}
    for word, meaning in (
        ("theme", "choose the colours"), ("light", "choose the colours"),
        ("color", "choose the colours"), ("delete", "discard:"), ("kill", "cancel:"),
        ("enqueue", "new job"), ("save", "write all jobs"), ("exit", "quit"),
    ):  # fmt: skip
        assert any(word in one.searched and meaning in one.words for one in found), word


async def test_help_lists_every_key_those_that_work_here_first(stock: Stock) -> None:
    listed = {(one.key, one.words) for one in all_keys("jobs", keys.JOBS, Keymap({}))}
    assert listed == {(key.name, key.meaning) for key in keys.ALL if key.meaning}
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("question_mark")
        await screen.until("jobs (here)")
        await screen.type("half a")
        await screen.gone("jobs (here)")
        assert "ctrl+d" in screen.text
        await screen.press("escape")
        await screen.gone("half a page")
        await screen.press("question_mark")
        for key, meaning in (("g", "first line"), ("R", "replay: "), ("r", "retry: ")):
            await screen.type(key)
            await screen.until(lambda m=meaning: m in screen.line_with("▎ "))  # type: ignore[misc]
            await screen.press("backspace")


async def test_the_palette_does_what_it_names(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path, (80, 24)) as screen:
        for words, state in (("retry", State.PENDING), ("cancel:", State.CANCELLED)):
            await screen.press("colon")
            await screen.until("Commands")
            await screen.type(words)
            await screen.press("enter")
            if state is State.CANCELLED:
                await screen.until("Cancel 1 job?")
                await screen.press("y")
            await screen.until(lambda state=state: stock.state(seq) is state)
        await screen.press("ctrl+p")
        await screen.type("the dead letters")
        await screen.press("enter")
        await screen.until("No dead letters")


async def test_colours_are_chosen_by_looking_and_escape_leaves_them(
    stock: Stock, tmp_path: Path
) -> None:
    stock.one_of_each()
    options = DashboardOptions(stock.path, state=tmp_path / "state")
    async with dashboard(stock.path, state=options.state) as screen:
        dark = screen.app.theme
        await screen.press("T")
        await screen.type("light")
        await screen.until(lambda: screen.app.theme == "jobdash-light")
        await screen.press("escape")
        await screen.until(lambda: screen.app.theme == dark)
        assert KeptTheme(options.state).read() == ""
        await screen.press("T")
        await screen.type("contrast")
        await screen.press("enter")
        await screen.until(lambda: screen.app.theme == "jobdash-contrast")
        await screen.until(lambda: KeptTheme(options.state).read() == "jobdash-contrast")
    assert DashboardApp(options).theme == "jobdash-contrast"
    assert DashboardApp(replace(options, theme="light")).theme == "jobdash-light"
    KeptTheme(options.state).keep("no such theme")
    assert DashboardApp(options).theme == dark


def test_a_theme_that_cannot_be_kept_is_forgotten_in_silence(tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.write_bytes(b"\xff")
    for folder in (None, file, file / "below"):
        kept = KeptTheme(folder)
        kept.keep("nord")
        assert kept.read() == ""
    kept = KeptTheme(tmp_path)
    (tmp_path / "theme").write_bytes(b"\xff")
    assert kept.read() == ""
    kept.keep("nord")
    assert kept.read() == "nord"
    assert {one.name for one in tmp_path.iterdir()} == {"state", "theme"}


async def test_every_theme_shows_every_state_readably(stock: Stock) -> None:
    stock.one_of_each()
    signs = {f"{LOOKS[state].glyph} {state}" for state in State}
    async with dashboard(stock.path, theme=theme_names()[0]) as screen:
        for name in theme_names():
            screen.app.theme = name
            await screen.until(lambda name=name: f"-theme-{name}" in screen.app.classes)
            assert signs <= {one.text.strip() for one in _segments(screen)}, name
            if not screen.app.current_theme.ansi:
                await screen.until(lambda: not _faint(screen))


def _segments(screen: Screen) -> list[Segment]:
    strips = screen.app.screen._compositor.render_strips(screen.app.size)
    return [segment for strip in strips for segment in strip if segment.text.strip()]


def _faint(screen: Screen) -> list[Segment]:
    """What can hardly be read."""
    return [one for one in _segments(screen) if contrast_of(one.style) < 3]


async def test_the_list_is_written_to_a_file_that_only_its_owner_reads(
    stock: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stock.add_many(1200, task="mail.send")
    stock.add(task="other.one")
    async with dashboard(stock.path) as screen:
        await screen.press("slash")
        await screen.type("task:mail.send")
        await screen.press("enter", "ctrl+s")
        await screen.until("Wrote 1,200 jobs to")
        (file,) = tmp_path.glob("jobdash-jobs-*.jsonl")
        assert file.stat().st_mode & 0o777 == 0o600
        seqs = [json.loads(line)["seq"] for line in file.read_text().splitlines()]
        assert seqs == list(range(1200, 0, -1))


async def test_frozen_means_that_nothing_moves_until_it_goes_on(stock: Stock) -> None:
    stock.add(task="first.one")
    async with dashboard(stock.path) as screen:
        await screen.press("p")
        await screen.until("frozen")
        stock.add(task="second.one")
        await screen.press("ctrl+r")
        await screen.until(lambda: screen.app.feed.latest.value(HEAD).total == 2)
        assert "second.one" not in screen.text
        # The numbers around it are of the same moment.
        await screen.until(" frozen")
        assert " 1 job " in screen.lines[0]
        await screen.press("p")
        await screen.until("second.one")
        assert " 2 jobs" in screen.lines[0]


@pytest.mark.parametrize("place", "234568")
async def test_what_is_typed_behind_a_slash_is_no_key_of_a_place(stock: Stock, place: str) -> None:
    for task in ("web.edit", "other.one"):
        stock.add("failed", task=task, error_type="OSError", error_message="gone")
    async with dashboard(stock.path) as screen:
        await screen.press(place)
        await screen.hit("slash", *"web.e", "enter")
        await screen.until("1 match ")
        assert "web.edit" in screen.text
        assert "other.one" not in screen.text
    with Report(stock.path) as report:
        assert sum(report.counts().values()) == 2, "nothing was done"


async def test_a_slash_in_a_job_searches_its_log_from_any_part(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path) as screen:
        await screen.press("enter", "a")
        await screen.until("Arguments")
        # No key of a job's place, though it has acts for nearly each of them.
        await screen.hit("slash", *"rexDb")
        await screen.until(
            lambda: screen.app.board.query_one("#log-search", Input).value == "rexDb"
        )
        await screen.press("escape", "escape")
        await screen.until(lambda: screen.app.board.place is screen.app.board.jobs)
    with Report(stock.path) as report:
        assert sum(report.counts().values()) == 1, "nothing was done"
    assert stock.state(seq) is State.FAILED


async def test_frozen_or_not_what_is_asked_for_is_shown(stock: Stock) -> None:
    stock.add(task="first.one")
    stock.add("failed", task="second.one", error_type="OSError", error_message="gone")
    async with dashboard(stock.path) as screen:
        await screen.press("p")
        await screen.until("frozen")
        await screen.press("slash", *"first", "enter")
        await screen.until("1 match ")
        assert "second.one" not in screen.text
        await screen.press("enter")
        await screen.until("Job #1 ")
        assert "frozen" in screen.text
        await screen.press("3")
        await screen.until("OSError")
        assert "frozen" not in screen.text


async def test_the_users_own_keys_work_and_are_shown(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path, keys={"retry": "f8"}) as screen:
        assert "f8 retry" in screen.lines[-1]
        await screen.press("r")
        await screen.press("f8")
        await screen.until(lambda: stock.state(seq) is State.PENDING)


@pytest.mark.parametrize("chosen", [{"retyr": "f8"}, {"retry": "hyper+f99"}, {"retry": ""}])
def test_a_key_that_is_none_is_told(chosen: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="keys: "):
        Keymap(chosen)


async def test_no_two_keys_of_a_place_clash() -> None:
    for place in (keys.JOBS + keys.STATES, keys.DEAD, keys.WORKERS, keys.JOB):
        # Within a job `n` goes on to the next one.
        everywhere = set(keys.EVERYWHERE) - ({keys.NEW} if place is keys.JOB else set())
        # Where there is a filter of its own, one is there already.
        has_own = keys.FILTER in place or keys.SEARCH_LOG in place
        everywhere -= {keys.FIND_JOBS} if has_own else set()
        pressed = [
            name for key in (*place, *keys.MOVE, *everywhere) for name in key.keys.split(",")
        ]
        assert len(pressed) == len(set(pressed))


async def test_trouble_with_the_file_keeps_the_old_data_and_ends_by_itself(
    stock: Stock, tmp_path: Path
) -> None:
    stock.add(task="still.here")
    stock.database.close()
    async with dashboard(stock.path) as screen:
        hidden = tmp_path / "hidden.db"
        stock.path.rename(hidden)
        await screen.until("cannot be found")
        await screen.until("stale")
        assert "still.here" in screen.text
        hidden.rename(stock.path)
        await screen.gone("cannot be found")
        assert "live" in screen.lines[0]


async def test_ascii_means_ascii(stock: Stock) -> None:
    stock.one_of_each()
    stock.add("running", progress_done=1, progress_total=2)
    async with dashboard(stock.path, ascii=True) as screen:
        for key in ("j", "3", "1", "question_mark", "escape", "D", "escape", "enter"):
            await screen.press(key)
            assert screen.text.isascii()
        assert "? keys" in screen.text


async def test_two_dashboards_see_each_others_acts(stock: Stock) -> None:
    seq = stock.add()
    async with dashboard(stock.path) as screen:
        control = Control(stock.path)
        control.cancel([seq], now())
        control.close()
        await screen.until("⊘ cancelled")


async def test_a_terminal_that_becomes_too_small_says_so_until_it_grows(stock: Stock) -> None:
    seq = stock.add()
    async with dashboard(stock.path) as screen:
        await screen.resize(50, 12)
        await screen.until("jobdash needs 60x15 cells")
        await screen.press("x", "enter", "3", "P")
        assert len(screen.app.screen_stack) == 1
        assert screen.app.board.place.id == "jobs"
        assert stock.state(seq) is State.PENDING
        await screen.resize(60, 15)
        await screen.until("◌ pending")
        await screen.gone("needs 60x15")


async def test_many_resizes_leave_no_debris(stock: Stock) -> None:
    stock.one_of_each()
    async with dashboard(stock.path) as screen:
        for step in range(6):
            await screen.resize(60 + step * 23, 15 + step * 7)
        await screen.resize(100, 30)
        await screen.until(lambda: {cell_len(line) for line in screen.lines} == {100})
        assert len(screen.lines) == 30


async def test_with_few_colours_what_has_a_ground_has_an_ink_that_can_be_read(
    stock: Stock,
) -> None:
    failed = Style(color=LOOKS[State.FAILED].style.color)
    async with dashboard(stock.path, (80, 24), theme="16") as screen:
        (repainted, *_) = screen.app.get_line_filters()
        for ground, ink in ((Style(), "bright_red"), (Style(bgcolor=CURSOR), "bright_white")):
            (painted,) = repainted.apply([Segment("x", failed + ground)], Color(0, 0, 0))
            assert painted.style.color.name == ink


async def test_with_few_colours_the_fields_of_a_form_have_edges(stock: Stock) -> None:
    stock.register("mail.send", parameters='[{"name": "to", "required": true}]')
    async with dashboard(stock.path, (80, 24), theme="16", app="shop:huey") as screen:
        await screen.press("n")
        await screen.until("mail.send")
        await screen.press("enter")
        await screen.until(lambda: re.search(r"key  +│ +│  one job", screen.text))
