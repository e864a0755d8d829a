"""What people do to jobs at the screen, and take back: what the ledger says afterwards.

Costs about 12 s: each test shows a dashboard of its own.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from book import NOW, RECOUNT, TALLY
from tui_support import Screen, Stock, dashboard, now, wait_for

from jobdash.control import Control, Outcome, Refusal
from jobdash.errors import DatabaseError
from jobdash.job import State
from jobdash.report import JobFilter, Report
from jobdash.tui.acting.bulk import Bulk, in_portions, portions
from jobdash.tui.acting.undo import SECONDS, Done, Pause, Recent
from jobdash.tui.widgets.mark_range import MarkRange

FAR = 4_000_000_000_000_000


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Stock]:
    made = Stock(tmp_path / "jobs.db")
    yield made
    assert sorted(made.database.rows(TALLY)) == sorted(made.database.rows(RECOUNT))
    made.database.close()


def columns(stock: Stock, seq: int, *names: str) -> tuple[object, ...]:
    (row,) = stock.database.rows(f"SELECT {', '.join(names)} FROM job WHERE seq = ?", (seq,))
    return row


def states(stock: Stock) -> list[str]:
    return [state for (state,) in stock.database.rows("SELECT state FROM job ORDER BY seq")]


async def becomes(screen: Screen, stock: Stock, seq: int, state: State) -> None:
    await screen.until(lambda: stock.state(seq) is state)


# -- one job, and back ---------------------------------------------------------------------------


async def test_a_waiting_job_is_cancelled_and_comes_back_where_it_was(stock: Stock) -> None:
    seq = stock.add("scheduled", eta=FAR, place=77, priority=2)
    before = columns(stock, seq, "*")
    async with dashboard(stock.path) as screen:
        await screen.press("x")
        await screen.until("Cancel 1 job?")
        await screen.press("y")
        await screen.until(f"Cancelled #{seq}. u undoes.")
        assert stock.state(seq) is State.CANCELLED
        await screen.until(f"u undo: cancelled #{seq}")
        await screen.press("u")
        await screen.until(f"Undone: cancelled #{seq}.")
        # Nothing offers any more what has been done already.
        await screen.gone("u undo")
    assert columns(stock, seq, "*") == before


async def test_a_discard_is_undone_with_all_it_died_of(stock: Stock) -> None:
    seq = stock.fail(reason="why")
    before = columns(stock, seq, "*")
    async with dashboard(stock.path) as screen:
        await screen.press("D")
        await screen.until("Discard 1 job?")
        await screen.press("y")
        await becomes(screen, stock, seq, State.DISCARDED)
        await screen.until("u undoes")
        await screen.press("u")
        await becomes(screen, stock, seq, State.FAILED)
    assert columns(stock, seq, "*") == before
    kinds = stock.database.rows("SELECT kind, detail FROM event ORDER BY id")
    assert kinds == [("discarded", ""), ("undone by hand", "discard")]


async def test_a_replay_is_opened_and_taken_away_again(stock: Stock) -> None:
    seq = stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await screen.press("o")
        await screen.until("Nothing has been enqueued or replayed from here yet.")
        await screen.press("R")
        await screen.until(f"Replayed #{seq} as the new job #{seq + 1}. o opens it, u undoes.")
        await screen.press("o")
        await screen.until(lambda: screen.app.board.place.seq == seq + 1)
        await screen.press("escape", "u")
        await becomes(screen, stock, seq + 1, State.CANCELLED)
    assert stock.state(seq) is State.SUCCEEDED


async def test_escape_takes_what_is_told_away(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("enter", "y")
        await screen.until(f"Copied the id of #{seq}.")
        await screen.press("Y")
        await screen.until(f"Copied #{seq} as JSON")
        # One act's notes are enough: they lie over other things.
        assert "Copied the id" not in screen.text
        await screen.press("escape")
        await screen.gone("Copied")


async def test_a_key_that_does_nothing_here_says_so(stock: Stock) -> None:
    stock.fail()
    async with dashboard(stock.path) as screen:
        await screen.press("3")
        await screen.until("1 group")
        await screen.press("x")
        await screen.until("x does nothing here; ? lists the keys.")
        await screen.press("z")
        assert screen.app.board.has_class("-zoomed")
        await screen.press("escape")
        await screen.gone("does nothing here")
        await screen.press("y")
        await screen.until("Copied the id of #1.")


async def test_marks_outlive_a_note_that_is_closed(stock: Stock) -> None:
    stock.fail(), stock.fail()
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("space", "x")
        await screen.until("only pending")
        await screen.press("escape")
        await screen.gone("only pending")
        assert "1 marked" in screen.text
        await screen.press("escape")
        await screen.gone("1 marked")


async def test_marks_go_before_an_act_is_taken_back(stock: Stock) -> None:
    seq, _ = stock.add(), stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("j", "x", "y")
        await screen.until(f"u undo: cancelled #{seq}")
        await screen.press("space")
        await screen.until("u unmark")
        await screen.press("u")
        await screen.until(f"u undo: cancelled #{seq}")
        assert stock.state(seq) is State.CANCELLED
        await screen.press("u")
        await becomes(screen, stock, seq, State.PENDING)


async def test_two_notes_at_once_leave_the_later_one(stock: Stock) -> None:
    async with dashboard(stock.path) as screen:
        screen.app.acts.tell("The first of two.")
        screen.app.acts.tell("The second of two.")
        await screen.until("The second of two.")
        assert "The first of two." not in screen.text


async def test_marked_jobs_have_their_keys_first_in_the_last_line(stock: Stock) -> None:
    stock.fail(), stock.fail()
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("3", "space")
        await screen.until("D discard")
        assert screen.lines[-1].split()[:2] == ["u", "unmark"]
        await screen.press("1", "space", "space")
        await screen.until("D discard")
        assert "r retry" in screen.lines[-1]


async def test_the_last_acts_are_undone_one_by_one(stock: Stock) -> None:
    first, second = stock.add(), stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("x", "y")
        await screen.until(f"Cancelled #{second}.")
        await screen.press("j", "x", "y")
        await screen.until(f"Cancelled #{first}.")
        await screen.press("u")
        await becomes(screen, stock, first, State.PENDING)
        assert stock.state(second) is State.CANCELLED
        await screen.press("u")
        await becomes(screen, stock, second, State.PENDING)


async def test_what_has_begun_since_is_not_undone(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path) as screen:
        await screen.press("r")
        await screen.until(f"Retried #{seq}. u undoes.")
        await screen.until(f"u undo: retried #{seq}")
        stock.update(seq, state="running", worker=stock.worker, claims=2)
        # Soon it is not offered any more; who is quicker is told.
        await screen.press("u")
        told = f"job #{seq} is running and cannot be put back"
        await screen.until(lambda: told in screen.text or "u undo" not in screen.text)
        await screen.gone("u undo")
    assert stock.state(seq) is State.RUNNING


async def test_only_what_can_be_taken_back_is_offered(stock: Stock) -> None:
    done = stock.add("succeeded")
    async with dashboard(stock.path) as screen:
        await screen.press("R")
        await screen.until(f"u undo: replayed #{done}")
        stock.update(done + 1, state="running", worker=stock.worker, claims=1)
        await screen.until("now running. o opens it.")
        await screen.gone("u undo")
        await screen.press("k", "x", "y")
        await screen.until("that cannot be undone")
        await screen.gone("u undo")


async def test_a_retry_that_has_failed_again_is_not_offered_to_be_taken_back(stock: Stock) -> None:
    seq, other = stock.fail(), stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("x", "y")
        await screen.until(f"u undo: cancelled #{other}")
        await screen.press("j", "r")
        await screen.until(f"u undo: retried #{seq}")
        stock.update(seq, state="failed", finished_at=now(), claims=2)
        # Where it is now stands in the place of what has offered to undo it.
        await screen.until(f"Retried #{seq}: now failed.")
        assert "u undo" not in screen.text
        await screen.press("u")
        await screen.until("It has gone on since: there is nothing to undo any more.")
    assert stock.state(other) is State.CANCELLED, "nobody has meant the act before"


async def test_a_running_job_says_that_its_end_is_for_good(stock: Stock) -> None:
    stock.add("running")
    async with dashboard(stock.path) as screen:
        await screen.press("x")
        await screen.until("It is running and will be stopped.")
        await screen.press("enter")
        await screen.gone("will be stopped")
        assert columns(stock, 1, "cancel_requested_at") == (None,)
        await screen.press("x", "y")
        await screen.until("that cannot be undone")
        assert "u undo" not in screen.text
    assert columns(stock, 1, "cancel_requested_at") != (None,)


async def test_without_an_act_u_takes_the_marks_away(stock: Stock) -> None:
    stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("space")
        await screen.until("1 marked")
        await screen.press("u")
        await screen.gone("1 marked")


async def test_a_pause_is_undone(stock: Stock) -> None:
    stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("P", "t")
        await screen.until("Paused mail.send")
        await screen.until("u undo")
        await screen.press("u")
        await screen.until("Resumed mail.send")
    assert stock.database.rows("SELECT * FROM pause") == []


async def test_a_job_that_somebody_else_has_moved_is_told_plainly(stock: Stock) -> None:
    seq = stock.fail()
    async with dashboard(stock.path) as screen:
        await screen.press("D")
        await screen.until("Discard 1 job?")
        other = Control(stock.path)
        other.retry([seq], now())
        other.close()
        await screen.press("y")
        await screen.until(f"job #{seq} is pending: only failed jobs can be discarded")
    assert stock.state(seq) is State.PENDING


# -- when ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.SCHEDULED, State.RETRYING])
async def test_what_waits_for_its_time_is_run_now_and_waits_again(
    stock: Stock, state: State
) -> None:
    seq = stock.add(state, eta=FAR)
    async with dashboard(stock.path) as screen:
        await screen.until("r run now")
        await screen.press("r")
        await screen.until(f"Brought forward #{seq}.")
        assert stock.state(seq) is State.PENDING
        await screen.press("u")
        await becomes(screen, stock, seq, state)
    assert columns(stock, seq, "eta") == (FAR,)


async def test_priority_and_time_are_changed_in_a_form(stock: Stock) -> None:
    seq = stock.add(priority=1)
    async with dashboard(stock.path) as screen:
        await screen.press("E")
        await screen.until("at 1; higher is earlier")
        await screen.type("high")
        await screen.press("enter")
        await screen.until("it must be a number")
        await screen.press(*["backspace"] * 4)
        await screen.type("8")
        await screen.press("tab")
        await screen.type("zz")
        await screen.press("enter")
        # In full, over as many lines as it takes.
        await screen.until("not before: 'zz' is not a time: write ISO 8601, such as")
        await screen.press("backspace", "backspace")
        await screen.type("10m")
        await screen.press("enter")
        await screen.until(f"Changed #{seq}.")
        assert columns(stock, seq, "state", "priority") == ("scheduled", 8)
        await screen.press("u")
        await becomes(screen, stock, seq, State.PENDING)
    assert columns(stock, seq, "priority", "eta") == (1, None)


# -- many ----------------------------------------------------------------------------------------


async def test_a_range_is_marked_and_shrinks_with_the_cursor(stock: Stock) -> None:
    for _ in range(6):
        stock.add()
    async with dashboard(stock.path) as screen:
        await screen.press("j", "v", "j", "j", "j", "k")
        await screen.until("3 marked")
        assert set(screen.table.marked) == {5, 4, 3}
        await screen.press("k", "k", "k")
        await screen.until("2 marked")
        assert set(screen.table.marked) == {5, 6}
        await screen.press("v", "j", "j", "j")
        assert set(screen.table.marked) == {5, 6}
        await screen.press("shift+down")
        assert set(screen.table.marked) == {6, 5, 3, 2}
        await screen.press("shift+up", "x", "y")
        await screen.until("Cancelled 4 jobs.")
    assert states(stock) == ["pending", *["cancelled"] * 2, "pending", *["cancelled"] * 2]


async def test_all_that_match_are_acted_on_without_marks(stock: Stock) -> None:
    kept = stock.add(task="etl.load")
    stock.add_many(30, "pending")
    stock.add_many(3, "failed")
    stock.add("running")
    async with dashboard(stock.path) as screen:
        await screen.press("slash")
        await screen.type("task:mail*")
        await screen.press("enter")
        await screen.until("34 match")
        await screen.press("A")
        await screen.until("Cancel 31 jobs")
        assert "All that match: task:mail*" in screen.text
        assert "Retry 3 jobs" in screen.text
        assert "Run 3" not in screen.text
        await screen.press("x")
        await screen.until("Cancel 31 jobs?")
        assert "1 of them is running and will be stopped." in screen.text
        assert "31 of 34 that match: task:mail*" in screen.text
        await screen.press("enter")
        await screen.gone("will be stopped")
        assert states(stock).count("cancelled") == 0
        await screen.press("A", "x", "y")
        await screen.until("Cancelled 31 jobs (1 being stopped")
        assert states(stock).count("cancelled") == 30
        assert stock.state(kept) is State.PENDING
        await screen.press("u")
        await screen.until("Undone: cancelled 30 jobs.")
    assert states(stock).count("pending") == 31


async def test_what_is_done_to_all_is_done_to_those_that_were_counted(stock: Stock) -> None:
    stock.add_many(3, "failed")
    later = [stock.add("running"), stock.add("running")]

    def fail(seq: int) -> None:
        stock.update(seq, state="failed", worker=None, finished_at=now())

    async with dashboard(stock.path) as screen:
        await screen.press("A")
        await screen.until("Discard 3 jobs")
        fail(later[0])
        await screen.press("D")
        await screen.until("Discard 3 jobs?")
        fail(later[1])
        await screen.press("y")
        await screen.until("Discarded 3 jobs.")
        await screen.press("3")
        await screen.until("2 failed")
        await screen.press("D")
        await screen.until("Discard 2 jobs?")
        fail(stock.add("running"))
        await screen.press("y")
        await screen.until("Discarded 2 jobs.")
    assert states(stock) == ["discarded"] * 5 + ["failed"]


async def test_very_many_need_their_number_typed(stock: Stock) -> None:
    stock.add_many(1001, "pending")
    async with dashboard(stock.path) as screen:
        await screen.press("A", "x")
        await screen.until("type their number: 1001")
        await screen.press("y", "enter", "escape")
        await screen.gone("type their number")
        assert set(states(stock)) == {"pending"}
        await screen.press("asterisk")
        await screen.until("1001 marked")
        await screen.press("x")
        await screen.until("type their number: 1001")
        await screen.type("1001")
        await screen.press("enter")
        await screen.until("Cancelled 1,001 jobs. u undoes.")
        assert set(states(stock)) == {"cancelled"}
        await screen.press("u")
        await screen.until("Undone: cancelled 1,001 jobs.")
    assert set(states(stock)) == {"pending"}


async def cancel_all(screen: Screen, count: int) -> None:
    """Begin to cancel everything, and wait until the screen tells how far that is."""
    await screen.press("A", "x")
    await screen.until(f"type their number: {count}")
    await screen.type(str(count))
    await screen.press("enter")
    await screen.until("esc stops the rest")


async def test_escape_stops_the_rest_while_the_screen_goes_on(stock: Stock) -> None:
    stock.add_many(1500, "pending")
    async with dashboard(stock.path) as screen:
        with stock.database.transaction():
            await cancel_all(screen, 1500)
            await screen.press("j", "escape")
            assert screen.table.cursor == 1
        await screen.until("Stopped: the other 1,400 are as they were.")
        await screen.until("Cancelled 100 jobs. u undoes.")
        await screen.gone("esc stops the rest")
        assert states(stock) == ["cancelled"] * 100 + ["pending"] * 1400
        await screen.press("u")
        await screen.until("Undone: cancelled 100 jobs.")
    assert set(states(stock)) == {"pending"}


async def test_quitting_in_the_middle_leaves_a_sound_file(stock: Stock) -> None:
    stock.add_many(1500, "pending")
    async with dashboard(stock.path) as screen:
        with stock.database.transaction():
            await cancel_all(screen, 1500)
            await screen.press("q")
            await screen.until(lambda: screen.app.return_value == "leave")
    wait_for(lambda: states(stock).count("cancelled") == 100)
    assert states(stock).count("pending") == 1400


async def test_a_group_of_dead_letters_is_retried_and_undone(stock: Stock) -> None:
    other = stock.fail(error_type="KeyError")
    stock.add_many(150, "failed", error_type="OSError", signature="0123456789", message=1)
    async with dashboard(stock.path) as screen:
        await screen.press("3")
        await screen.until("2 groups")
        await screen.press("g")
        await screen.press("r")
        await screen.until("Retry 150 jobs?")
        assert "mail.send: OSError" in screen.text
        await screen.press("y")
        await screen.until("Retried 150 jobs. u undoes.")
        assert states(stock).count("pending") == 150
        await screen.press("u")
        await screen.until("Undone: retried 150 jobs.")
    assert states(stock).count("failed") == 151
    assert stock.state(other) is State.FAILED


async def test_the_cursor_is_back_on_a_group_that_comes_back(stock: Stock) -> None:
    stock.fail()
    for _ in range(2):
        stock.fail(task="etl.load", error_type="KeyError")
    stock.fail(task="b.c", error_type="OSError")
    stock.fail(task="b.c", error_type="OSError")
    async with dashboard(stock.path) as screen:
        groups = screen.app.board.places
        await screen.press("3")
        await screen.until("3 groups")
        rows = (await groups.named("dead")).rows
        await screen.press("g")
        first = rows.current
        seqs = [seq for (seq,) in stock.database.rows(
            "SELECT seq FROM job WHERE signature = ?", (first.signature,))]  # fmt: skip
        await screen.press("r", "y")
        await screen.until("2 groups")
        # Another group has slid to its place: who goes on is asked whether that one is meant.
        assert rows.current.signature != first.signature
        for seq in seqs:
            stock.update(seq, state="failed", finished_at=now(), signature=first.signature)
        await screen.until("3 groups")
        assert rows.current.signature == first.signature


async def test_a_job_is_copied_as_the_document_that_programs_read(
    stock: Stock,
) -> None:
    seq = stock.fail(args='["ada", "\\u001b[2J"]')
    async with dashboard(stock.path) as screen:
        await screen.press("Y")
        await screen.until(f"Copied #{seq} as JSON.")
        text = screen.app.clipboard
    document = json.loads(text)
    assert (document["seq"], document["state"]) == (seq, "failed")
    assert document["args"] == ["ada", "\x1b[2J"]
    assert document["error"]["traceback"].startswith("Traceback")
    assert text.isascii()
    assert "\x1b" not in text


# -- the parts -----------------------------------------------------------------------------------


def test_only_acts_of_the_last_half_minute_are_kept() -> None:
    time = [0.0]
    recent = Recent(lambda: time[0])
    recent.add(Done("a", Pause("q", "", True)))
    time[0] = SECONDS - 1
    recent.add(Done("b", Pause("q", "", False)))
    time[0] = SECONDS
    newest = recent.newest
    assert newest is not None
    assert newest.told == "b"
    assert [recent.take(), recent.take()] == [newest, None]


def test_a_filter_is_walked_once_whatever_becomes_of_its_jobs(stock: Stock) -> None:
    stock.add_many(450, "pending")
    seen: list[int] = []
    for portion in portions(stock.path, [JobFilter((State.PENDING,))], 440, 440):
        seen += portion
        stock.add("pending")
    assert seen == list(range(1, 441))


def test_trouble_with_the_file_ends_an_act_with_what_it_has_done(stock: Stock) -> None:
    stock.add_many(300, "pending")

    def cancel(control: Control, seqs: Sequence[int]) -> Outcome:
        if seqs[0] == 101:
            return Outcome(refused=(Refusal(101, DatabaseError("disk full")),))
        return control.cancel(seqs, NOW)

    bulk = Bulk("", stock.path, portions(stock.path, [JobFilter()], 300, 300), 300, cancel)
    bulk.run()
    assert (bulk.done, bulk.refused, str(bulk.trouble)) == (100, 0, "disk full")
    assert states(stock).count("cancelled") == 100


def test_a_range_finds_its_way_back_page_by_page() -> None:
    window: list[int | None] = [None] * 20
    window[0:5] = range(5)
    made = MarkRange(1, {9: None})
    assert made.marks(window.__getitem__, 3, 20) == {9: None, 1: None, 2: None, 3: None}
    window[0:10] = [None, None, None, 3, 4, 5, 6, 7, 8, 9]
    assert list(made.marks(window.__getitem__, 6, 20)) == [9, 1, 2, 3, 4, 5, 6]
    window[:] = [None] * 19 + [19]
    assert list(made.marks(window.__getitem__, 19, 20)) == [9, 1, 2, 3, 4, 5, 6]


def test_portions_are_what_goes_into_a_transaction() -> None:
    assert [len(part) for part in in_portions(range(250))] == [100, 100, 50]


def test_a_bulk_counts_what_it_does_and_what_refuses(stock: Stock) -> None:
    stock.add_many(3, "pending")
    stock.add("succeeded")
    bulk = Bulk(
        "", stock.path, [[1, 2], [3, 4]], 4, lambda control, seqs: control.cancel(seqs, NOW)
    )
    bulk.run()
    assert (bulk.done, bulk.refused, len(bulk.undos)) == (3, 1, 3)
    assert "is succeeded" in str(bulk.first_refusal)
    with Report(stock.path) as report:
        assert report.counts()[State.CANCELLED] == 3
