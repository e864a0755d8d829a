"""Pruning: what goes and with what, what stays, and what never happens again."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from book import FAR, NOW, SECOND, Book, assert_sound, new_job

from jobdash.broker.pruner import Pruner
from jobdash.control import Control
from jobdash.database import Database, open_database, statements
from jobdash.errors import IllegalMove
from jobdash.job import CHUNK, FINAL, Event, State
from jobdash.ledger import NewChord, NextStep
from jobdash.ledger.pruning import JOBS_AT_ONCE, SLICE, Pruning, Retention, TooOld
from jobdash.report import JobFilter, Report

PRUNING = statements("pruning")
DAY = 24 * 3600 * SECOND
LATER = NOW + 8 * DAY


def too_old(*states: State, ago: int = 7 * DAY, now: int = LATER, **more: Any) -> TooOld:
    """Everything that ended so long ago; without states of any."""
    return TooOld(dict.fromkeys(states or FINAL, now - ago), now, **more)


def prune(book: Book, which: TooOld) -> list[int]:
    """Delete them and return their numbers."""
    before = seqs(book)
    pruning = Pruning(book.database)
    gone = sum(sum(pruning.prune(chunk, which)) for chunk in pruning.chunks(which))
    left = seqs(book)
    assert gone == len(before) - len(left)
    return sorted(before - left)


def seqs(book: Book) -> set[int]:
    return {seq for (seq,) in book.rows("SELECT seq FROM job")}


def ended(
    book: Book, id_: str, event: Event = Event.SUCCEED, now: int = NOW, **columns: Any
) -> int:
    """Enter a job and end it; return its number."""
    seq = book.add(id_, now=now, **columns)
    book.settle(book.claim(book.worker(), now), event, now)
    return seq


def guard(book: Book) -> int:
    """Enter one more job: the newest is never pruned."""
    return book.add("guard", now=LATER, eta=FAR)


# What goes


def test_what_ended_long_ago_goes_and_what_did_not_stays(book: Book) -> None:
    old = ended(book, "old")
    young = ended(book, "young", now=NOW + 2 * DAY)
    active = book.add("active")
    guard(book)
    assert prune(book, too_old()) == [old]
    assert {young, active} <= seqs(book)


def test_the_age_is_that_of_its_end(book: Book) -> None:
    seq = book.add("slow")
    claim = book.claim(book.worker())
    book.settle(claim, Event.SUCCEED, LATER - DAY)
    guard(book)
    assert prune(book, too_old()) == []
    assert prune(book, too_old(ago=DAY - 1)) == [seq]


@pytest.mark.parametrize("state", sorted(FINAL))
def test_each_state_has_its_own_cut(book: Book, state: State) -> None:
    made = {State(word): seq for word, seq in in_every_final_state(book)}
    guard(book)
    assert prune(book, too_old(state)) == [made[state]]


def in_every_final_state(book: Book) -> Iterator[tuple[str, int]]:
    yield "succeeded", ended(book, "a")
    yield "failed", ended(book, "b", Event.FAIL)
    yield "expired", ended(book, "c", Event.EXPIRE)
    discarded = ended(book, "d", Event.FAIL)
    book.ledger.decisions.discard(discarded, NOW)
    yield "discarded", discarded
    cancelled = book.add("e")
    book.ledger.decisions.cancel(cancelled, NOW)
    yield "cancelled", cancelled


def test_by_default_failed_jobs_are_kept_for_ever_and_all_others_for_a_week(book: Book) -> None:
    made = {State(word): seq for word, seq in in_every_final_state(book)}
    guard(book)
    assert prune(book, Retention().too_old(NOW + 7 * DAY, "huey")) == []
    kept = made.pop(State.FAILED)
    assert prune(book, Retention().too_old(NOW + 7 * DAY + 1, "huey")) == sorted(made.values())
    assert kept in seqs(book)
    assert prune(book, Retention(kept=None).too_old(NOW + 10**9 * DAY, "huey")) == []


def test_everything_that_belongs_to_a_job_goes_with_it(book: Book) -> None:
    seq = book.add("a", retries=1)
    book.settle(book.claim(book.worker()), Event.TRY_AGAIN, result=b"x")
    book.settle(book.claim(book.worker()), Event.SUCCEED, result=b"r")
    book.enter(new_job("a", data=b"again"))
    book.settle(book.claim(book.worker()), Event.SUCCEED, result=b"r")
    book.write("INSERT INTO kv VALUES ('huey', 'r:a', x''), ('huey', 'r:other', x'')")
    other = book.add("b", now=LATER)
    assert book.one("SELECT count(*) FROM message") == (3,)
    assert book.one("SELECT count(*) FROM event") == (1,)
    assert prune(book, too_old()) == [seq]
    assert book.rows("SELECT data FROM message") == [(b"b",)]
    for table in ("attempt", "result", "event"):
        assert book.rows(f"SELECT * FROM {table}") == [], table
    assert book.rows("SELECT key FROM kv") == [("r:other",)]
    assert seqs(book) == {other}


def test_only_of_one_queue_or_task_if_so_wished(book: Book) -> None:
    mail, report = ended(book, "a"), ended(book, "b", task="report.make")
    guard(book)
    assert prune(book, too_old(queue="another")) == []
    only = {"first_task": "mail.send", "last_task": "mail.send"}
    assert prune(book, too_old(**only)) == [mail]
    assert prune(book, too_old(queue="huey")) == [report]


def test_counts_and_the_directory_follow(book: Book) -> None:
    for number in range(30):
        ended(book, f"j{number}")
    guard(book)
    before = book.one("SELECT sum(jobs) FROM tally")
    assert len(prune(book, too_old())) == 30
    assert book.one("SELECT sum(jobs) FROM tally") == before, "what was pruned still counts as such"
    assert book.rows("SELECT state, jobs FROM tally WHERE chunk = -1") == [("pruned", 30)]


def test_a_chunk_without_jobs_leaves_no_row_behind(book: Book) -> None:
    ended(book, "a")
    book.write("INSERT INTO job (seq, id, queue, state, place, created_at, task) VALUES (?, 'far',"
               " 'huey', 'pending', 1, 1, 't')", (2 * CHUNK,))  # fmt: skip
    prune(book, too_old())
    left = book.rows("SELECT chunk, state FROM tally ORDER BY 1")
    assert left == [(-1, "pruned"), (2, "pending")]


# The log files of what printed


def printed(book: Book, id_: str, start: int, end: int) -> int:
    """Enter a job and end it, between two places of its worker's output; return its number."""
    seq, worker = book.add(id_), book.worker()
    claim = book.ledger.attempts.claim(worker, NOW, start)
    assert claim is not None
    book.settle(claim, Event.SUCCEED, log_end=end)
    return seq


def is_needed(book: Book, start: int, stop: int) -> bool:
    """Whether a file with these places would be kept."""
    where = {"start": start, "stop": stop, "worker": 0, "is_newest": False}
    return book.one(PRUNING["is_log_needed"], where) == (True,)


def test_a_file_is_kept_for_the_jobs_that_printed_into_it(book: Book) -> None:
    place = (7 << 40) + (1 << 20)
    printed(book, "far", place + 100, place + (2 << 20))
    silent = printed(book, "silent", place + 20, place + 20)
    late = printed(book, "late", place, place + 20)
    assert is_needed(book, place, place + 20)
    assert not is_needed(book, place - 40, place), "it ends where the first begins"
    assert not is_needed(book, place + 20, place + (2 << 20) - 1)
    assert is_needed(book, place + 100, (8 << 40))
    for seq in (late, silent):
        book.write("DELETE FROM job WHERE seq = ?", (seq,))
    assert not is_needed(book, place, place + 20)


def test_where_pruned_jobs_have_printed_is_forgotten(book: Book) -> None:
    printed(book, "a", 5, 9)
    book.write("INSERT INTO job (seq, id, queue, state, place, created_at, task) VALUES (?, 'far',"
               " 'huey', 'pending', 1, 1, 't')", (2 * CHUNK,))  # fmt: skip
    assert book.one("SELECT count(*) FROM log_use") == (1,)
    prune(book, too_old())
    assert book.one("SELECT count(*) FROM log_use") == (0,)


def test_the_end_of_a_job_that_printed_writes_no_more_pages(book: Book, path: Path) -> None:
    pages = {}
    for prints in (False, True, False, True):
        book.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in range(100):
            place = 1000 * number
            printed(book, f"{prints} {len(pages)} {number}", place, place + 10 * prints)
        pages[prints] = path.with_name(f"{path.name}-wal").stat().st_size
    assert pages[True] <= 1.02 * pages[False]


# What stays


def test_the_newest_job_stays_so_that_no_number_is_given_twice(book: Book) -> None:
    first, last = ended(book, "a"), ended(book, "b")
    assert prune(book, too_old()) == [first]
    assert book.add("c") == last + 1


def test_a_job_whose_next_step_is_still_to_come_stays(book: Book) -> None:
    entry = book.enter(new_job("a", steps=(new_job("b", data=None, eta=LATER + DAY),)))
    worker = book.worker()
    step = NextStep(b"turn", "[]", "{}")
    book.settle(book.claim(worker), Event.SUCCEED, linked=True, next_step=step)
    guard(book)
    assert prune(book, too_old()) == []
    book.ledger.decisions.cancel(entry.seq + 1, NOW)
    assert prune(book, too_old()) == [entry.seq, entry.seq + 1]


def test_steps_stay_as_long_as_the_job_that_they_were_cancelled_for(book: Book) -> None:
    steps = (new_job("b", data=None), new_job("c", data=None))
    seq = book.enter(new_job("a", steps=steps)).seq
    book.settle(book.claim(book.worker()), Event.FAIL, linked=True)
    guard(book)
    assert book.state(seq + 2) == "cancelled"
    assert prune(book, Retention().too_old(LATER, "huey")) == []
    book.ledger.decisions.retry(seq, LATER)
    assert [book.state(n) for n in (seq, seq + 1, seq + 2)] == ["pending", "waiting", "waiting"]
    book.settle(book.claim(book.worker()), Event.FAIL, linked=True)
    assert prune(book, too_old(now=LATER + 8 * DAY)) == [seq, seq + 1, seq + 2]


def chord(book: Book, cid: str, members: int) -> int:
    """Enter a chord; return its callback's number."""
    parts = tuple(new_job(f"{cid}{n}") for n in range(members))
    return book.enter(NewChord(cid, parts, new_job(f"{cid}-callback"))).seq


def end_next(book: Book, event: Event = Event.SUCCEED) -> int:
    claim = book.claim(book.worker())
    book.settle(claim, event, linked=True, member_value=claim.id.encode())
    return claim.seq


def test_the_members_of_a_chord_stay_until_its_callback_goes(book: Book) -> None:
    callback = chord(book, "c", 2)
    members = sorted([end_next(book), end_next(book)])
    guard(book)
    assert prune(book, too_old()) == [], "the callback may still come"
    assert end_next(book, Event.FAIL) == callback
    assert prune(book, Retention().too_old(LATER, "huey")) == [], "it may be retried"
    book.ledger.decisions.retry(callback, NOW)
    claim = book.claim(book.worker())
    values = book.ledger.attempts.chord_values(claim.chord or "")
    assert values == [(b"c0", members[0]), (b"c1", members[1])]
    book.settle(claim, Event.SUCCEED)
    assert prune(book, too_old()) == [*members, callback]
    assert book.rows("SELECT * FROM chord UNION ALL SELECT cid, member FROM chord_member") == []


def test_a_replayed_callback_keeps_the_members(book: Book) -> None:
    callback = chord(book, "c", 2)
    end_next(book), end_next(book), end_next(book)
    again = book.ledger.decisions.replay(callback, "again", NOW)
    guard(book)
    assert prune(book, too_old()) == [callback]
    claim = book.claim(book.worker())
    assert claim.seq == again
    values = book.ledger.attempts.chord_values(claim.chord or "")
    assert [value for value, _ in values] == [b"c0", b"c1"]
    book.settle(claim, Event.SUCCEED)
    assert len(prune(book, too_old())) == 3


def test_a_large_chord_goes_bit_by_bit_and_an_interruption_loses_nothing(book: Book) -> None:
    callback = chord(book, "c", 250)
    while book.state(callback) != "succeeded":
        end_next(book)
    guard(book)
    pruning, (chunk,) = Pruning(book.database), [0]
    steps = pruning.prune(chunk, too_old())
    assert next(steps) == 1, "the callback, for its members are needed"
    assert next(steps) == 0
    steps.close()
    assert book.one("SELECT count(*) FROM chord_member") == (150,)
    assert len(prune(book, too_old())) == 250
    assert book.rows("SELECT * FROM chord") == []


def test_a_key_holds_for_its_window_however_short_jobs_are_kept(book: Book) -> None:
    month = 30 * DAY
    seq = ended(book, "a", key="order-7", key_window=month)
    short = ended(book, "b", key="order-8", key_window=DAY)
    guard(book)
    assert prune(book, too_old()) == [short]
    entry = book.enter(new_job("c", key="order-7", key_window=month), now=NOW + month)
    assert (entry.seq, entry.is_new) == (seq, False)
    assert prune(book, too_old(now=NOW + month)) == [seq]
    assert book.enter(new_job("d", key="order-7", key_window=month), now=NOW + month + 1).is_new


def test_a_key_without_a_window_holds_as_long_as_its_job_is_kept(book: Book) -> None:
    seq = ended(book, "a", key="order-7")
    guard(book)
    assert book.enter(new_job("b", key="order-7"), now=LATER).seq == seq
    assert prune(book, too_old()) == [seq]
    assert book.enter(new_job("c", key="order-7"), now=LATER).is_new


def test_a_job_that_was_retried_meanwhile_stays(book: Book) -> None:
    seqs_ = [ended(book, f"j{n}", Event.FAIL) for n in range(3)]
    guard(book)

    class Retrying(Pruning):
        """Somebody retries one between the look and the deletion."""

        def _delete(self, chosen: list[int], parameters: dict[str, Any]) -> int:
            book.ledger.decisions.retry(seqs_[1], LATER)
            return super()._delete(chosen, parameters)

    steps = Retrying(book.database).prune(0, too_old())
    assert next(steps) == 2
    assert book.state(seqs_[1]) == "pending"


def test_a_step_that_never_had_its_turn_says_that_the_one_before_it_is_gone(book: Book) -> None:
    seq = book.enter(new_job("a", steps=(new_job("b", data=None),))).seq
    book.ledger.decisions.cancel(seq + 1, LATER)
    book.settle(book.claim(book.worker()), Event.SUCCEED, linked=True)
    guard(book)
    assert prune(book, too_old()) == [seq]
    with pytest.raises(IllegalMove, match=rf"#{seq} before it was pruned"):
        book.ledger.decisions.retry(seq + 1, LATER)


# In the background


def passes(book: Book, pruner: Pruner, now: int) -> int:
    """Step until the pass is over; return how many jobs went."""
    before = len(seqs(book))
    for _ in range(2 * CHUNK // SLICE):
        pruner.step(now)
    return before - len(seqs(book))


def test_a_pruner_deletes_a_little_at_each_step(book: Book) -> None:
    for number in range(230):
        ended(book, f"j{number}")
    guard(book)
    pruner = Pruner(book.ledger, Retention())
    left = []
    for _ in range(4):
        pruner.step(LATER)
        left.append(len(seqs(book)) - 1)
    assert left == [130, 30, 0, 0]


def test_a_pruner_rests_between_passes(book: Book) -> None:
    ended(book, "a")
    guard(book)
    for every, gone in ((1000, 0), (0, 1)):
        pruner = Pruner(book.ledger, Retention(), every=every)
        assert passes(book, pruner, NOW) == 0
        assert passes(book, pruner, LATER) == gone


def test_what_was_looked_at_is_not_read_again_before_something_can_be_due(book: Book) -> None:
    ended(book, "a", now=NOW + DAY)
    guard(book)
    pruner = Pruner(book.ledger, Retention(), every=0)
    looked = []
    for moment in (NOW + DAY, NOW + 2 * DAY - 1, NOW + 2 * DAY, NOW + 8 * DAY, NOW + 8 * DAY + 1):
        with spied_on(book.database) as asked:
            passes(book, pruner, moment)
        if PRUNING["first_created"] in asked:
            looked.append((moment - NOW) / DAY)
    assert looked == [1, 2, 8]


@contextmanager
def spied_on(database: Database) -> Iterator[list[str]]:
    """Note which statements are read."""
    asked: list[str] = []
    read = database.rows

    def noted(sql: str, parameters: Any = None) -> Any:
        asked.append(sql)
        return read(sql, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "rows", noted)
        yield asked


def test_a_pruner_gives_way_while_the_file_is_busy(book: Book, path: Path) -> None:
    ended(book, "a")
    guard(book)
    other = open_database(path)
    with other.transaction():
        Pruner(book.ledger, Retention()).step(LATER)
    other.close()
    assert passes(book, Pruner(book.ledger, Retention()), LATER) == 1


# While others look and act


def fill(book: Book, first: int, count: int) -> None:
    """Enter so many jobs at once, every third of them failed, the others succeeded."""
    book.write(
        "WITH RECURSIVE n (i) AS (VALUES (:first) UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
        " INSERT INTO job (seq, id, queue, task, state, place, created_at, finished_at)"
        " SELECT i, 'f' || i, 'huey', 'task.' || i % 2,"
        " CASE i % 3 WHEN 0 THEN 'failed' ELSE 'succeeded' END, i, :now, :now FROM n",
        {"first": first, "last": first + count - 1, "now": NOW},
    )


def listed(report: Report, wanted: JobFilter) -> list[int]:
    """Page through a list to its end."""
    page = report.jobs(wanted, 100)
    found = [job.seq for job in page]
    while page:
        page = report.older(wanted, found[-1], 100)
        found += [job.seq for job in page]
    return found


def test_counts_and_lists_are_right_after_every_step(book: Book, path: Path) -> None:
    fill(book, CHUNK - 300, 600)
    guard(book)
    wanted = JobFilter((State.SUCCEEDED,)), JobFilter(task="task.1"), JobFilter()
    pruning, which = Pruning(book.database), too_old(State.SUCCEEDED)
    steps = itertools.chain.from_iterable(pruning.prune(n, which) for n in pruning.chunks(which))
    with Report(path) as report:
        ended_before = report.finished_since(NOW)
        for _ in filter(None, steps):
            for one in wanted:
                rows = listed(report, one)
                assert report.count(one) == len(rows) == len(set(rows))
                middle = len(rows) // 2
                assert [job.seq for job in report.jobs(one, 5, middle)] == rows[middle:][:5]
                assert not rows or report.position(one, rows[middle]) == middle
            assert report.counts()[State.SUCCEEDED] == len(listed(report, wanted[0]))
            assert report.finished_since(NOW) == ended_before
        assert report.counts()[State.SUCCEEDED] == 0
        assert report.counts()[State.FAILED] == 200


def test_a_reader_in_the_middle_of_a_list_misses_none_that_stays(book: Book, path: Path) -> None:
    fill(book, 1, 400)
    guard(book)
    steps = Pruning(book.database).prune(0, too_old(State.SUCCEEDED))
    seen: list[int] = []
    with Report(path) as report:
        page = report.jobs(limit=40)
        while page:
            seen += [job.seq for job in page]
            next(steps, None)
            page = report.older(JobFilter(), seen[-1], 40)
    assert seen == sorted(set(seen), reverse=True)
    assert seqs(book) <= set(seen)


def test_by_hand_what_only_pruned_jobs_needed_goes_at_once_too(book: Book) -> None:
    fill(book, CHUNK - 3, 1)
    callback = chord(book, "c", 2)
    assert callback == CHUNK
    for _ in range(3):
        end_next(book)
    guard(book)
    control = Control(book.database.path)
    assert control.prunable(too_old()) == 4
    assert sum(control.prune(too_old())) == 4
    assert control.prunable(too_old()) == 0
    control.close()


def test_killed_at_any_moment_it_leaves_a_sound_file(book: Book, path: Path) -> None:
    fill(book, 1, 3000)
    guard(book)
    code = (
        "import sys; from jobdash.control import Control; from jobdash.job import FINAL\n"
        "from jobdash.ledger.pruning import TooOld\n"
        "which = TooOld(dict.fromkeys(FINAL, 2**62), 0)\n"
        "for gone in Control(sys.argv[1]).prune(which): print(gone, flush=True)"
    )
    for steps in (1, 3):
        before = len(seqs(book))
        with subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            told = sum(int(process.stdout.readline()) for _ in range(steps))
            process.kill()
        assert_sound(book.database)
        assert told <= before - len(seqs(book)) < before
    prune(book, too_old())
    assert seqs(book) == {3001}


def test_between_two_small_steps_anybody_can_write(book: Book, path: Path) -> None:
    fill(book, 1, 1000)
    guard(book)
    control = Control(path)
    steps = []
    for gone in control.prune(too_old()):
        steps.append(gone)
        with book.database.transaction(deadline=0):
            pass
    control.close()
    assert [*filter(None, steps)] == [JOBS_AT_ONCE] * (1000 // JOBS_AT_ONCE)
    assert JOBS_AT_ONCE <= 100, "measured: a step of 500 keeps others waiting for 90 ms"
