"""`jobdash logs`: whole, followed, by attempt and level, and what it says where there is none.

Costs about three seconds.
"""

import json
import os
import subprocess
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_support import refused, run, run_json, start, wait_for
from log_support import RECORDS, Output
from tui_support import Stock, now
from waiting import PATIENCE

from jobdash.logfiles import log_files
from jobdash.render.log_lines import readable
from jobdash.render.log_search import LogSearch
from jobdash.streams import marked


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Stock]:
    made = Stock(tmp_path / "jobs.db")
    yield made
    made.database.close()


@pytest.fixture
def output(stock: Stock) -> Iterator[Output]:
    with stock.crew(("w1",)) as (_, worker):
        yield Output(stock, worker)


def logs(stock: Stock, *words: object) -> Any:
    return run("logs", "--db", stock.path, *words)


def test_a_log_is_printed_as_it_was(stock: Stock, output: Output) -> None:
    output.job(b"of another job\n", "succeeded")
    seq = output.job(RECORDS + b"no end", "succeeded")
    output.job(b"of a third\n", "succeeded")
    result = logs(stock, seq)
    assert result.stdout == RECORDS.decode() + "no end\n"
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_level_leaves_out_what_is_below(stock: Stock, output: Output) -> None:
    seq = output.job(RECORDS, "succeeded")
    lines = logs(stock, seq, "--level", "warning").stdout.splitlines()
    assert [line[-6:] for line in lines] == ["warned", " of it", "broken"]


def test_attempts_are_told_apart(stock: Stock, output: Output) -> None:
    seq = output.job(b"", "succeeded")
    output.attempt(seq, 1, b"first\n")
    stock.update(seq, claims=2, log_start=output.place, log_end=output.place + 7)
    output.write(b"second\n")
    assert logs(stock, seq).stdout == "second\n"
    assert logs(stock, seq, "--attempt", 1).stdout == "first\n"
    refused(logs(stock, seq, "--attempt", 3), 3, f"#{seq} has no attempt 3: it has run 2 times")


def test_a_killed_attempt_goes_on_to_the_end_of_its_file(stock: Stock, output: Output) -> None:
    seq = stock.add("failed")
    output.attempt(seq, 1, b"last ")
    with stock.database.transaction() as tx:
        tx.run("UPDATE attempt SET log_end = NULL WHERE seq = :seq", {"seq": seq})
    output.write(b"words\n")
    assert logs(stock, seq).stdout == "last words\n"


def test_json_has_every_line_with_its_level(stock: Stock, output: Output) -> None:
    seq = output.job(RECORDS, "succeeded")
    document = run_json("logs", "--db", stock.path, seq)
    warning = {"level": "warning", "stream": None}
    assert document["lines"][2:4] == [
        {"number": 3, **warning, "text": "2026-11-22 10:00:00.001 WARNING shop: warned"},
        {"number": 4, **warning, "text": "  | more of it"},
    ]
    assert document["lines"][0] == {
        "number": 1, "level": None, "text": "plain 0", "stream": None
    }  # fmt: skip
    head = {name: value for name, value in document.items() if name != "lines"}
    assert head == {"seq": seq, "attempt": 1, "size": len(RECORDS), "is_open": False}


def test_what_is_cut_is_told(stock: Stock, output: Output) -> None:
    seq = output.job(b"".join(b"%099d\n" % n for n in range(60_000)), "succeeded")
    lines = logs(stock, seq).stdout.splitlines()
    assert lines[10_000] == "… 1.0 MB cut …"
    assert (int(lines[9_999]), int(lines[10_001])) == (9_999, 20_001)
    assert int(lines[-1]) == 59_999
    assert {"cut": 1_000_100} in run_json("logs", "--db", stock.path, seq)["lines"]


@pytest.mark.parametrize(
    ("state", "columns", "words", "code"),
    [
        ("pending", {}, "#1 is pending and has not run", 0),
        ("cancelled", {}, "#1 ended as cancelled and has not run", 0),
        ("succeeded", {"log_start": 5, "log_end": None}, "attempt 1 of #1 has printed nothing", 0),
        ("succeeded", {"log_start": None}, "only workers of `jobdash worker` keep it", 3),
        ("succeeded", {"log_start": 5, "log_end": 9}, "is not there any more", 3),
    ],
)
def test_no_log_says_why(
    stock: Stock, state: str, columns: dict[str, object], words: str, code: int
) -> None:
    stock.add(state, **columns)
    result = logs(stock, 1)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


def _a_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


@pytest.mark.parametrize("follow", [(), ("-f",), ("--json",), ("--search", "o")])
@pytest.mark.parametrize("put", [Path.touch, Path.mkdir, _a_pipe, _a_link])
def test_what_lies_in_a_log_s_place_is_no_log(
    stock: Stock, output: Output, put: Callable[[Path], None], follow: tuple[str, ...]
) -> None:
    seq = output.job(b"words\n", "succeeded")
    (file,) = log_files(stock.path)
    os.unlink(file.path)
    put(Path(file.path))
    refused(logs(stock, seq, *follow), 3, f"the log of attempt 1 of #{seq} is not there any more")
    assert run("diff", "--db", stock.path, seq, seq).exit_code == 0
    copy = stock.path.with_name("copy.db")
    assert run("export", "--db", stock.path, copy).exit_code == 0
    assert b"root" not in b"".join(Path(one.path).read_bytes() for one in log_files(copy))


def test_a_log_that_has_lost_its_end_says_so(stock: Stock, output: Output) -> None:
    seq = output.job(b"words\nand more\n", "succeeded")
    (file,) = log_files(stock.path)
    os.truncate(file.path, 9)
    assert logs(stock, seq).stdout == "words\n… 9 B cut …\n"


def test_a_silent_job_that_still_runs_may_yet_say_something(stock: Stock, output: Output) -> None:
    assert "has printed nothing so far" in logs(stock, output.job(b"")).stderr


def test_an_unknown_job_is_told(stock: Stock) -> None:
    refused(logs(stock, 7), 3, "7")


def test_following_ends_with_the_job(stock: Stock, output: Output, tmp_path: Path) -> None:
    seq = output.job(b"begins\n")
    said = tmp_path / "said"
    command = ("logs", "--db", stock.path, "-f", seq)
    with said.open("wb") as out, start(*command, stdout=out, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: said.read_text() == "begins\n")
        output.write(b"goes on\nand")
        wait_for(lambda: said.read_text() == "begins\ngoes on\n")
        output.attempt(seq, 1, b"")
        stock.update(seq, claims=2, log_start=output.place)
        with stock.database.transaction() as tx:
            tx.run("UPDATE attempt SET log_start = :a, log_end = :b",
                   {"a": output.place - 18, "b": output.place})  # fmt: skip
        output.write(b"again\n")
        wait_for(lambda: said.read_text().endswith("and\nagain\n"))
        stock.update(
            seq, state="succeeded", worker=None, ran_by=output.worker, finished_at=now(),
            log_end=output.place,
        )  # fmt: skip
        assert process.wait(PATIENCE) == 0
    assert said.read_text() == "begins\ngoes on\nand\nagain\n"


def test_following_with_json_is_a_document_a_line(stock: Stock, output: Output) -> None:
    seq = output.job(RECORDS, "succeeded")
    lines = logs(stock, seq, "-f", "--json").stdout.splitlines()
    assert [json.loads(line)["level"] for line in lines] == [
        None, "info", "warning", "warning", None, "error"
    ]  # fmt: skip


# -- search --------------------------------------------------------------------------------------


def test_a_search_prints_the_lines_with_their_numbers(stock: Stock, output: Output) -> None:
    seq = output.job(RECORDS, "succeeded")
    result = logs(stock, seq, "--search", "PLAIN")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "jobdash: 'PLAIN' is in 0 of 6 lines\n"
    result = logs(stock, seq, "--search", "plain")
    assert (result.exit_code, result.stdout) == (0, "1: plain 0\n5: plain 1\n")
    assert result.stderr == "jobdash: 'plain' is in 2 of 6 lines\n"


def test_a_search_goes_with_level_raw_and_json(stock: Stock, output: Output) -> None:
    seq = output.job(RECORDS + b"\x1b[31mWARNING red\n", "succeeded")
    result = logs(stock, seq, "--search", "warn", "--level", "warning")
    assert result.stdout == "3: 2026-11-22 10:00:00.001 WARNING shop: warned\n"
    assert "in 1 of 3 lines" in result.stderr
    assert logs(stock, seq, "--search", "[31m").exit_code == 3, "as nobody sees it"
    assert logs(stock, seq, "--search", "[31m", "--raw").stdout == "7: ␛[31mWARNING red\n"
    nothing = logs(stock, seq, "--search", "shop: W", "--json")
    assert (nothing.exit_code, json.loads(nothing.stdout)["lines"]) == (3, [])
    document = run_json("logs", "--db", stock.path, seq, "--search", "shop: w")
    assert [line["number"] for line in document["lines"]] == [3]


def test_a_search_says_what_it_could_not_see(stock: Stock, output: Output) -> None:
    seq = output.job(b"".join(b"%099d\n" % n for n in range(60_000)), "succeeded")
    result = logs(stock, seq, "--search", "020001")
    number, _, text = result.stdout.rstrip().partition(": ")
    assert int(text) == 20_001
    assert logs(stock, seq).stdout.splitlines()[int(number) - 1] == text
    assert "1.0 MB that are cut could not be searched" in result.stderr


def test_a_search_follows(stock: Stock, output: Output, tmp_path: Path) -> None:
    seq = output.job(b"needle\nhay\n")
    said, noted = tmp_path / "said", tmp_path / "noted"
    command = ("logs", "--db", stock.path, "-f", seq, "--search", "needle")
    with (
        said.open("wb") as out,
        noted.open("wb") as err,
        start(*command, stdout=out, stderr=err) as process,
    ):
        wait_for(lambda: said.read_text() == "1: needle\n")
        output.write(b"another needle\n")
        wait_for(lambda: said.read_text() == "1: needle\n3: another needle\n")
        stock.update(
            seq, state="succeeded", worker=None, ran_by=output.worker, finished_at=now(),
            log_end=output.place,
        )  # fmt: skip
        assert process.wait(PATIENCE) == 0
    assert noted.read_text().endswith("'needle' is in 2 of 3 lines\n")


def test_a_search_for_nothing_is_a_mistake(stock: Stock, output: Output) -> None:
    refused(logs(stock, output.job(RECORDS), "--search", ""), 2, "search for what?")


def test_a_search_where_nothing_has_run_says_why(stock: Stock) -> None:
    result = logs(stock, stock.add("pending"), "--search", "a")
    assert result.exit_code == 3
    assert "#1 is pending and has not run" in result.stderr


@pytest.mark.parametrize(
    ("text", "line", "is_there"),
    [
        ("error", b"An Error", True),
        ("Error", b"an error", False),
        ("übung", "Die Übung".encode(), True),
        ("Übung", "die übung".encode(), False),
        ("2", marked(b"one\n"), False),
        ("one", marked(b"one\n"), True),
        ("3", b"\x1b[31mred\x1b[0m", False),
        ("i", "İ and i".encode(), True),
        ("a", b"\xff A", True),
    ],
)
def test_what_a_search_finds(text: str, line: bytes, is_there: bool) -> None:
    assert LogSearch(text).is_in(line) is is_there


# -- what a line looks like ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"10%\r20%\r30%", "30%"),
        (b"with its end\r", "with its end"),
        (b"\x1b]0;PWNED\x07", "␛]0;PWNED␇"),
        (b"\xff broken", "\ufffd broken"),
        (b"a\tb", "a       b"),
        (b"https://me:secret@host/", "https://me:[redacted]@host/"),
        ("ein Wörtchen".encode(), "ein Wörtchen"),
    ],
)
def test_a_line_is_shown_as_harmless_text(line: bytes, shown: str) -> None:
    assert readable(line) == shown


def test_raw_shows_every_character() -> None:
    assert readable(b"\x1b[31mred\r", raw=True) == "␛[31mred␍"


def test_a_very_long_line_is_cut_with_a_note_and_costs_little() -> None:
    line = b"x" * 10_000_000
    tracemalloc.start()
    try:
        assert readable(line) == "x" * 10_000 + " … 10.0 MB cut …"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < len(line) / 10, "it reads no more of the line than it shows"
