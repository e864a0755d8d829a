"""`jobdash wait` while jobs go on: a live line at a terminal, a few notes elsewhere.

Costs about two seconds: four processes.
"""

import pytest
from book import NOW, Book
from cli_support import start
from cli_terminal import Terminal

from jobdash.cli.progress_line import ProgressLine
from jobdash.job import Claim, Event
from jobdash.ledger.progress import Standing
from jobdash.report import Report


@pytest.fixture
def claim(book: Book) -> Claim:
    book.add("a")
    book.add("b")
    return book.claim(book.worker())


def tell(book: Book, claim: Claim, done: int, note: str | None = None) -> None:
    standing = Standing(done, 20, note, rate=2.0, mean=2.0)
    book.ledger.progress.note(claim, standing, NOW, 1)


def words(book: Book, *refs: object) -> tuple[object, ...]:
    return ("wait", *refs, "--db", book.database.path)


def test_at_a_terminal_a_line_is_drawn_over_and_over(book: Book, claim: Claim) -> None:
    tell(book, claim, 5, "pages\x1b[2J")
    terminal = Terminal(*words(book, 1))
    try:
        terminal.wait_for("[#####               ]  pages\u241b[2J  25%  2.0/s")
        assert "\x1b[2J" not in terminal.raw
        tell(book, claim, 10)
        terminal.wait_for("[##########          ]  10 of 20  50%")
        book.settle(claim, Event.SUCCEED)
        assert terminal.end() == 0
    finally:
        terminal.close()
    assert "\n" not in terminal.raw.partition("#1 succeeded")[0].partition("#1")[2]
    assert terminal.raw.partition("#1 succeeded")[0].count("\r\x1b[K") >= 3


def test_of_several_jobs_the_one_that_is_furthest_is_shown(book: Book, claim: Claim) -> None:
    tell(book, claim, 5)
    terminal = Terminal(*words(book, 1, 2))
    try:
        terminal.wait_for("0 of 2 ended  #1  running")
        book.settle(claim, Event.SUCCEED)
        terminal.wait_for("1 of 2 ended  #2  ready for")
        book.settle(book.claim(book.worker()), Event.FAIL)
        assert terminal.end() == 1
    finally:
        terminal.close()


def test_elsewhere_each_tenth_is_one_line(
    book: Book, claim: Claim, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ProgressLine(quiet=False)
    with Report(book.database.path) as report:
        for done in (0, 1, 2, 3, 3, 4, 10, 20):
            tell(book, claim, done)
            line.show([report.job("1")], 0, NOW, lambda job, now: "")
    told = capsys.readouterr().err.splitlines()
    assert [one.split("  ")[1] for one in told] == ["2 of 20", "4 of 20", "10 of 20", "20 of 20"]


def test_notes_go_to_standard_error(book: Book, claim: Claim) -> None:
    with start(*words(book, 1)) as process:
        assert process.stderr is not None
        assert "nobody works" in process.stderr.readline()
        tell(book, claim, 10)
        assert "#1  10 of 20  50%  2.0/s" in process.stderr.readline()
        book.settle(claim, Event.SUCCEED)
        output, errors = process.communicate(timeout=60)
    assert output.startswith("#1 succeeded")
    assert "\r" not in output + errors


def test_json_is_a_document_and_nothing_else(book: Book, claim: Claim) -> None:
    tell(book, claim, 10)
    with start(*words(book, 1), "--json") as process:
        book.settle(claim, Event.SUCCEED)
        output, errors = process.communicate(timeout=60)
    assert output.startswith("[{")
    assert "of 20" not in errors
    assert process.returncode == 0
