"""`jobdash batches`: the list, one of them, results beside inputs, the job log, decisions.

Costs about two seconds.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_support import Shop, a_shop, refused, run, run_json

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        yield made


def enqueue(shop: Shop, task: str, text: str, *words: str, file: str = "in.csv") -> None:
    """Enqueue a batch from a file with this text."""
    path = shop.folder / file
    path.write_text(text)
    result = run("-A", shop.app, "batch", task, "--from", path, "--name", "night", *words)
    assert result.exit_code == 0, result.stderr


@pytest.fixture
def night(shop: Shop) -> Shop:
    """A batch of three whose second job fails."""
    assert shop.huey is not None
    enqueue(shop, "total", "first,password\n1,a\n2,b\n3,c\n", "-k", "currency=SEK")
    with shop.huey.batch("mixed") as batch:
        batch.add(shop.task("send").s("ada"))
        batch.add(shop.task("fail").s("no\x1b[2J"))
    shop.work()
    return shop


class TestList:
    def test_none_says_what_to_type(self, shop: Shop) -> None:
        shop.enqueue("send", "ada")
        result = run("--db", shop.db, "batches")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "jobdash batch TASK --from FILE" in result.stderr

    def test_the_newest_is_first(self, night: Shop) -> None:
        lines = run("--db", night.db, "batches").stdout.splitlines()
        assert [line.split()[:3] for line in lines[1:]] == [
            ["2", "mixed", "failed"],
            ["1", "night", "finished"],
        ]
        assert "[##########xxxxxxxxxx]    2/2" in lines[1]

    def test_as_a_document(self, night: Shop) -> None:
        mixed, first = run_json("--db", night.db, "batches")
        assert (mixed["total"], mixed["succeeded"], mixed["failed"]) == (2, 1, 1)
        assert (first["inputs"], first["source"]["format"]) == (3, "csv")
        assert run_json("--db", night.db, "batches", "show", "night") == first

    def test_one(self, night: Shop) -> None:
        told = run("--db", night.db, "batches", "show", "2").stdout
        assert "mixed  (number 2)" in told
        assert "1 succeeded, 1 failed" in told

    def test_no_such_one(self, night: Shop) -> None:
        refused(run("--db", night.db, "batches", "show", "nigth"), 3, "did you mean night?")

    def test_json_goes_behind(self, night: Shop) -> None:
        refused(run("--db", night.db, "batches", "--json", "show", "1"), 2, "behind the subcommand")


class TestResults:
    def test_csv_has_the_inputs_with_secrets_hidden(self, night: Shop) -> None:
        result = run("--db", night.db, "batches", "results", "night")
        rows = list(csv.reader(io.StringIO(result.stdout)))
        assert rows[0] == [
            *("row", "first", "password"),
            *("job", "state", "result", "error", "attempts", "seconds"),
        ]
        assert [row[:7] for row in rows[1:]] == [
            [str(n), str(n), "[redacted]", str(n), "succeeded", str(n), ""] for n in (1, 2, 3)
        ]
        assert all(row[7] == "1" and float(row[8]) >= 0 for row in rows[1:])

    def test_json_lines(self, night: Shop) -> None:
        path = night.folder / "out.jsonl"
        assert run("--db", night.db, "batches", "results", "mixed", "-o", path).output == ""
        first, second = map(json.loads, path.read_text().splitlines())
        assert (first["row"], first["state"], first["result"]) == (1, "succeeded", "sent to ada")
        assert second["error"]["type"] == "RuntimeError"

    def test_only_failed_ones(self, night: Shop) -> None:
        result = run("--db", night.db, "batches", "results", "mixed", "--failed")
        assert [line.split(",")[:4] for line in result.stdout.splitlines()[1:]] == [
            ["2", "", "5", "failed"]
        ]

    @pytest.mark.parametrize(
        ("line", "seen"),
        [
            ('{"first": {"api_key": "x", "n": 1}}', {"first": {"api_key": "[redacted]", "n": 1}}),
            ('["postgres://ada:hunter2@h/d", 2]', ["postgres://ada:[redacted]@h/d", 2]),
            ("7", 7),
        ],
    )
    def test_inputs_of_json_lines(self, shop: Shop, line: str, seen: Any) -> None:
        enqueue(shop, "total", f"{line}\n", file="in.jsonl")
        told = run("--db", shop.db, "batches", "results", "night", "--format", "jsonl").stdout
        assert json.loads(told)["input"] == seen

    @pytest.mark.parametrize(
        ("line", "seen"), [('{"first": 7}', '{"first": 7}'), ("[7]", "7"), ('"a b"', "a b")]
    )
    def test_inputs_without_columns_are_one(self, shop: Shop, line: str, seen: str) -> None:
        enqueue(shop, "total", f"{line}\n", file="in.jsonl")
        told = run("--db", shop.db, "batches", "results", "night").stdout
        head, row = csv.reader(io.StringIO(told))
        assert (head[:3], row[1]) == (["row", "input", "job"], seen)

    def test_columns_that_are_called_as_ours(self, shop: Shop) -> None:
        enqueue(shop, "total", "first,state\n1,mint\n")
        head, row = run("--db", shop.db, "batches", "results", "night").stdout.splitlines()
        assert head.startswith("row,first,input.state,job,state")
        assert row.startswith("1,1,mint,1,pending")

    def test_a_file_is_left_alone_if_there_is_no_such_batch(self, night: Shop) -> None:
        path = night.folder / "kept.csv"
        path.write_text("mine")
        refused(run("--db", night.db, "batches", "results", "none", "-o", path), 3, "no batch")
        assert path.read_text() == "mine"


def test_the_job_log_is_that_of_gnu_parallel(night: Shop) -> None:
    lines = run("--db", night.db, "batches", "joblog", "mixed").stdout.splitlines()
    assert lines[0] == "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand"
    rows = [line.split("\t") for line in lines[1:]]
    assert [(row[0], row[1], row[6], row[7]) for row in rows] == [
        ("1", ":", "0", "0"),
        ("2", ":", "1", "0"),
    ]
    assert all(float(row[2]) > 1e9 and float(row[3]) >= 0 for row in rows)
    assert "\x1b" not in lines[2]


class TestDecisions:
    def test_retry_failed(self, night: Shop) -> None:
        assert run("--db", night.db, "batches", "retry-failed", "mixed").stdout.startswith("#5 ret")
        assert (night.state(4), night.state(5)) == ("succeeded", "pending")
        assert run_json("--db", night.db, "batches", "show", "mixed")["state"] != "failed"

    def test_pause_resume_and_cancel(self, shop: Shop) -> None:
        enqueue(shop, "total", "first\n1\n2\n")
        assert run("--db", shop.db, "batches", "pause", "night").stdout == "batch night: paused\n"
        assert "paused already" in run("--db", shop.db, "batches", "pause", "night").stdout
        shop.work()
        assert run_json("--db", shop.db, "batches", "show", "night")["state"] == "paused"
        told = run_json("--db", shop.db, "batches", "resume", "night")
        assert (told["changed"], told["batch"]["state"]) == (True, "waiting")
        assert "cancelled" in run("--db", shop.db, "batches", "cancel", "night").stdout
        told = run_json("--db", shop.db, "batches", "show", "night")
        assert (told["state"], told["stopped"]) == ("failed", 2)
        refused(run("--db", shop.db, "batches", "pause", "night"), 4, "has ended")

    def test_what_was_cancelled_comes_back_if_that_is_wanted(self, shop: Shop) -> None:
        enqueue(shop, "total", "first\n1\n2\n")
        run("--db", shop.db, "batches", "cancel", "night")
        assert "retried 0 jobs" in run("--db", shop.db, "batches", "retry-failed", "1").stdout
        run("--db", shop.db, "batches", "retry-failed", "1", "--all")
        shop.work()
        assert run_json("--db", shop.db, "batches", "show", "1")["state"] == "finished"
