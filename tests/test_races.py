"""Several processes want the same thing at the same moment."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from book import NOW, Book, new_job
from stage import Stage, stage

from jobdash.database import open_database
from jobdash.job import Event


@pytest.fixture
def cast(path: Path) -> Iterator[Stage]:
    with stage(path) as made:
        yield made


def enter(book: Book, count: int, **columns: object) -> None:
    book.enter(*(new_job(f"j{n}", **{"task": "t"} | columns) for n in range(count)))


def test_claimers_never_share_a_job(book: Book, cast: Stage) -> None:
    enter(book, 300)
    told = cast.together(*(cast.actor("claimer") for _ in range(4)))
    claimed = Counter(line for lines in told for line in lines)
    assert claimed == Counter(f"{seq} 1" for seq in range(1, 301))
    assert book.rows("SELECT DISTINCT state, claims FROM job") == [("succeeded", 1)]


def test_a_finish_and_a_rescue_cannot_both_win(book: Book, cast: Stage) -> None:
    enter(book, 1000)
    late = cast.actor("finisher", 1000)
    worker = late.line()
    rescuer = cast.actor("rescuer", worker)
    told, (freed_line,) = cast.together(late, rescuer)
    freed = {int(seq) for seq in freed_line.split()}
    outcome = {int(seq): word for seq, word in map(str.split, told)}
    won = {seq for seq, word in outcome.items() if word == "won"}
    assert won.isdisjoint(freed)
    assert won | freed == set(range(1, 1001))
    facts = "SELECT seq FROM job WHERE state = ? AND rescues = ? AND claims = 1"
    assert {seq for (seq,) in book.rows(facts, ("succeeded", 0))} == won
    assert {seq for (seq,) in book.rows(facts, ("pending", 1))} == freed
    assert {seq for (seq,) in book.rows("SELECT seq FROM result")} == won


@pytest.mark.parametrize("first", ["finish", "rescue"])
def test_whoever_of_finish_and_rescue_comes_first_wins(book: Book, first: str) -> None:
    from jobdash.errors import LostClaim

    worker = book.worker()
    seq = book.add("a")
    claim = book.claim(worker)
    if first == "finish":
        book.settle(claim, Event.SUCCEED)
        assert book.ledger.attempts.rescue(worker, "killed", NOW) == []
        assert book.state(seq) == "succeeded"
    else:
        assert book.ledger.attempts.rescue(worker, "killed", NOW) == [seq]
        with pytest.raises(LostClaim):
            book.settle(claim, Event.SUCCEED)
        assert book.state(seq) == "pending"


def test_a_cancel_and_a_claim_cannot_both_win(book: Book, cast: Stage) -> None:
    enter(book, 400)
    # They begin at opposite ends and so meet in the middle.
    book.write("UPDATE job SET place = -seq")
    claimed, decided = cast.together(cast.actor("claimer"), cast.actor("decider", "cancel", 1, 400))
    ran = {int(line.split()[0]) for line in claimed}
    words = {int(seq): word for seq, word in map(str.split, decided)}
    cancelled = {seq for seq, word in words.items() if word == "cancelled"}
    assert ran
    assert cancelled
    assert ran.isdisjoint(cancelled)
    assert ran | cancelled == set(range(1, 401))
    # Who was asked to stop while running has ended well all the same: it was not interrupted.
    states = dict(book.rows("SELECT seq, state FROM job"))
    assert {seq for seq, state in states.items() if state == "cancelled"} == cancelled
    assert {seq for seq, state in states.items() if state == "succeeded"} == ran


def test_a_dead_letter_is_retried_by_one_of_two(book: Book, cast: Stage) -> None:
    enter(book, 150)
    book.drain(book.worker(), Event.FAIL)
    told = cast.together(*(cast.actor("decider", "retry", 1, 150) for _ in range(2)))
    words = Counter(line for lines in told for line in lines)
    assert set(words.values()) == {1}
    assert sum(line.endswith("pending") for line in words) == 150
    counts = book.rows("SELECT seq, count(*) FROM event GROUP BY seq")
    assert counts == [(seq, 1) for seq in range(1, 151)]
    assert book.rows("SELECT DISTINCT retries FROM job") == [(1,)]


def test_two_pools_enter_each_tick_once(book: Book, cast: Stage) -> None:
    told = cast.together(*(cast.actor("ticker", 60) for _ in range(2)), cues=1)
    assert sum(int(count) for (count,) in told) == 60
    assert book.one("SELECT count(*), count(DISTINCT key) FROM job") == (60, 60)


def test_a_key_is_used_by_one_of_many(book: Book, cast: Stage) -> None:
    told = cast.together(*(cast.actor("keyed", 30) for _ in range(8)))
    assert told == told[:1] * 8
    assert book.one("SELECT count(*), count(DISTINCT key) FROM job") == (30, 30)
    assert book.rows("SELECT DISTINCT times FROM key_repeat") == [(7,)]


@pytest.mark.parametrize("attempt", range(2))
def test_many_can_open_a_file_first(path: Path, cast: Stage, attempt: int) -> None:
    told = cast.together(*(cast.actor("opener", f"job-{n}") for n in range(6)), cues=1)
    assert told == [["entered"]] * 6
    database = open_database(path)
    found = sorted(id_ for (id_,) in database.rows("SELECT id FROM job"))
    assert found == [f"job-{n}" for n in range(6)]
    assert path.stat().st_mode & 0o777 == 0o600
    database.close()


def test_pausing_and_resuming_at_once_leaves_nothing_held(book: Book, cast: Stage) -> None:
    enter(book, 1200)
    togglers = [cast.actor("toggler", word, 15) for word in ("pause", "resume")]
    cast.together(*togglers, cues=1)
    book.ledger.decisions.resume("t", NOW)
    assert book.rows("SELECT count(*) FROM job WHERE held") == [(0,)]
