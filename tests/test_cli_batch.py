"""`jobdash batch`: rows become calls, and nothing half-read or wrong is enqueued.

Costs about 5 s.
"""

import json
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_support import Shop, a_shop, program, refused, run, run_json, start

TASKS = """

@huey.task()
def resize(path: str, width: int, scale: float = 1.0, keep: bool = False, tag: str | None = None):
    return path


@huey.task()
def bare(thing, more="x"):
    return thing


@huey.task()
def odd(a, /, b: list, *, c: dict | None = None):
    return a
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        made.source.write_text(made.source.read_text() + TASKS)
        yield made


def batch(shop: Shop, task: str, content: str | bytes, *words: object, name: str = "in.csv") -> Any:
    """Run the command on a file with this content."""
    data = content.encode() if isinstance(content, str) else content
    (shop.folder / name).write_bytes(data)
    return run("-A", shop.app, "batch", task, "--from", name, *words)


def piped(shop: Shop, text: str, *words: object) -> tuple[int, str, str]:
    """Run the program with a pipe at its input; return code, output and errors."""
    command = ("-A", shop.app, "batch", "bare", "--from", "-", *words)
    with start(*command, cwd=shop.folder, stdin=subprocess.PIPE) as process:
        output, errors = process.communicate(text, timeout=60)
    return process.returncode, output, errors


def calls(shop: Shop) -> list[Any]:
    """The arguments of every job, as its task gets them."""
    found = [shop.huey.messages.revive(claim).data for claim in shop.huey.ledger.queued.pending()]
    return [args[0] if args and not kwargs else (*args, kwargs)[-1] for args, kwargs in found]


def nothing_is_enqueued(shop: Shop) -> None:
    database = shop.huey.storage.database
    assert database.rows("SELECT count(*) FROM job") == [(0,)]
    assert database.rows("SELECT count(*) FROM batch") == [(0,)]


# -- rows become calls -----------------------------------------------------------------------------


def test_columns_are_arguments_by_name(shop: Shop) -> None:
    text = 'width,path,scale,keep,tag\n3,a.png,0.5,yes,x\n-4,"b, c.png",,,\n'
    result = batch(shop, "resize", text)
    assert (result.exit_code, result.stdout) == (0, "resize\n"), result.stderr
    assert "batch resize: enqueued 2 rows" in result.stderr
    assert calls(shop) == [
        {"path": "a.png", "width": 3, "scale": 0.5, "keep": True, "tag": "x"},
        {"path": "b, c.png", "width": -4},
    ]
    shop.work()
    assert run_json("--db", shop.db, "stats")["states"]["succeeded"] == 2


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("in.tsv", "thing\tmore\n1\tb c\n", [{"thing": 1, "more": "b c"}]),
        ("in.csv", "\ufeffthing\r\nünï\r\n\r\n007\r\n", [{"thing": "ünï"}, {"thing": "007"}]),
        ("in.csv", 'thing\n"a\nb"\n', [{"thing": "a\nb"}]),
        ("in.txt", "a b\n\n  \n3\n", [{"thing": "a b"}, {"thing": 3}]),
        ("in.jsonl", '{"thing": [1]}\n\n["x"]\nnull\n[]\n', None),
        ("in.jsonl", '{"thing": [1]}\n["x"]\n"y"\n', [{"thing": [1]}, "x", "y"]),
    ],
)
def test_formats(shop: Shop, name: str, content: str, expected: list[Any] | None) -> None:
    result = batch(shop, "bare", content, name=name)
    if expected is None:
        refused(result, 2, "1 is bad of 4 rows")
        assert "in.jsonl:5: bare(thing, more='x'): missing" in result.stderr
        return
    assert result.exit_code == 0, result.stderr
    assert calls(shop) == expected


def test_columns_can_be_renamed_left_out_and_added(shop: Shop) -> None:
    text = "File;w;note\na.png;3;x\n"
    words = ("--delimiter", ";", "--map", "File=path", "--map", "w=width", "--ignore", "note")
    result = batch(shop, "resize", text, *words, "-k", "scale=2.5")
    assert result.exit_code == 0, result.stderr
    assert calls(shop) == [{"path": "a.png", "width": 3, "scale": 2.5}]


def test_without_a_header_the_order_counts(shop: Shop) -> None:
    assert batch(shop, "resize", "a.png,3\nb.png,4\n", "--no-header").exit_code == 0
    assert calls(shop) == [{"path": "a.png", "width": 3}, {"path": "b.png", "width": 4}]


def test_arguments_by_position_only_and_lists(shop: Shop) -> None:
    assert batch(shop, "odd", 'a,b,c\nx,[1],"{""k"": 2}"\n').exit_code == 0
    assert calls(shop) == [{"b": [1], "c": {"k": 2}}]


def test_what_is_extra_goes_where_anything_is_taken(shop: Shop) -> None:
    assert batch(shop, "total", "first,zip\n1,2\n").exit_code == 0
    assert calls(shop) == [{"first": 1, "zip": 2}]


def test_a_pipe_and_options(shop: Shop) -> None:
    words = ("--name", "night", "--tag", "a", "--tag", "b", "--concurrency", "2", "--rate", "600/m")
    more = ("--stop-on-failures", "now,10%", "--priority", "5", "--retries", "3", "--paused")
    code, output, errors = piped(shop, "1\n2\n", *words, *more, "--timeout", "9s")
    assert (code, output) == (0, "night\n"), errors
    ((found),) = shop.huey.storage.database.rows(
        "SELECT tags, concurrency, rate, stop_percent, stops_now, paused_at > 0, total FROM batch"
    )
    assert found == ('["a", "b"]', 2, 10, 10, 1, 1, 2)
    job = run_json("--db", shop.db, "show", 1)
    assert (job["priority"], job["retries"], job["batch"]) == (5, 3, "night")


def test_the_inputs_are_kept_with_the_jobs(shop: Shop) -> None:
    batch(shop, "bare", "thing\n1\n2\n")
    rows = shop.huey.storage.database.rows("SELECT number, seq, data FROM input ORDER BY number")
    assert rows == [(1, 1, '["1"]'), (2, 2, '["2"]')]
    ((source),) = shop.huey.storage.database.rows("SELECT source FROM batch")
    assert json.loads(source[0])["columns"] == ["thing"]


def test_as_json(shop: Shop) -> None:
    told = json.loads(batch(shop, "bare", "thing\n1\n", "--json").stdout)
    assert told == {"batch": "bare", "id": 1, "total": 1, "skipped": 0}


def test_a_dry_run_shows_and_does_nothing(shop: Shop) -> None:
    result = batch(shop, "bare", "thing\n1\n2\n3\n4\n", "--dry-run", "--skip-bad", "bad.csv")
    assert result.stdout.count("bare(thing=") == 3
    assert result.stdout.endswith("...\n")
    assert "4 rows; nothing was enqueued" in result.stderr
    assert not (shop.folder / "bad.csv").exists()
    nothing_is_enqueued(shop)


def test_quiet_prints_the_name_alone(shop: Shop) -> None:
    result = batch(shop, "bare", "thing\n1\n", "--quiet")
    assert (result.stdout, result.stderr) == ("bare\n", "")


# -- bad rows --------------------------------------------------------------------------------------

BAD = b"path,width\na,1\nb,x\nc\nd,\n\0,1\n\xff,1\ng," + 1_000_000 * b"9" + b"\nh,2\n"


def test_all_bad_rows_are_told_and_nothing_is_enqueued(shop: Shop) -> None:
    refused(batch(shop, "resize", BAD), 2, "6 are bad of 8 rows", "--skip-bad")
    said = batch(shop, "resize", BAD).stderr
    for line, words in {
        3: "column 'width': a whole number is needed, not 'x'",
        4: "it has 1 column, 2 are named",
        5: "column 'width': a whole number is needed, not ''",
        6: "NUL byte at column 1",
        7: "byte 0xff at column 1 is not UTF-8",
        8: "1,000,003 bytes",
    }.items():
        assert f"in.csv:{line}: " in said
        assert words in said
    nothing_is_enqueued(shop)


def test_bad_rows_can_be_left_out_into_a_file(shop: Shop) -> None:
    result = batch(shop, "resize", BAD, "--skip-bad", "bad.csv")
    assert result.exit_code == 0, result.stderr
    assert "enqueued 2 rows, 6 left out" in result.stderr
    assert [call["path"] for call in calls(shop)] == ["a", "h"]
    left_out = (shop.folder / "bad.csv").read_bytes().split(b"\n")
    assert left_out[:3] == [b"path,width", b"b,x", b"c"]
    assert len(left_out) == 8


def test_the_file_for_bad_rows_is_nobody_elses(shop: Shop) -> None:
    refused(batch(shop, "bare", "thing\n1\n", "--skip-bad", "in.csv"), 2, "it is what is read")
    (shop.folder / "bad.csv").write_text("mine")
    refused(batch(shop, "bare", "thing\n1\n", "--skip-bad", "bad.csv"), 2, "it exists")
    assert batch(shop, "bare", "thing\n1\n", "--skip-bad", "none.csv").exit_code == 0
    assert not (shop.folder / "none.csv").exists()


def test_many_bad_rows_are_told_in_few_lines(shop: Shop) -> None:
    result = batch(shop, "resize", "path,width\n" + 500 * "a,x\n")
    refused(result, 2, "not one of 500 rows is good")
    assert len(result.stderr.splitlines()) == 22
    assert "and 480 more" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "in.csv is empty"),
        ("\n\n", "in.csv is empty"),
        ("path,width\n", "in.csv has no row"),
        ("path,width,path\na,1,b\n", "in.csv:1: there are two columns 'path'"),
        ("path,,width\na,1,2\n", "in.csv:1: column 2 has no name"),
        ("path,width,size\na,1,2\n", "column 'size' is no argument of resize"),
        ("path\na\n", "needs 'width'"),
        ("path,width\na,1\n".encode("utf-16"), "UTF-16"),
        (b"path\0,width\na,1\n", "in.csv:1: there is a NUL byte at column 5"),
        (b"\xff\xffpath,width\na,1\n", "in.csv:1: byte 0xff at column 1"),
        (10_000_000 * b"x", "in.csv:1: the line has 10,000,000 bytes"),
        ('path,width\n"a,1\nb,2\n', "not one of 1 row is good"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_input_of_which_nothing_can_be_made(shop: Shop, content: str | bytes, said: str) -> None:
    refused(batch(shop, "resize", content), 2, said)
    nothing_is_enqueued(shop)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("bare", "--from", "nowhere.csv"), 3, "there is no file nowhere.csv"),
        (("bare", "--from", "."), 2, "is a folder"),
        (("bear", "--from", "in.csv"), 3, "Did you mean"),
        (("bare", "--from", "in.csv", "--map", "x"), 2, "COLUMN=ARGUMENT"),
        (("bare", "--from", "in.csv", "--map", "x=more"), 2, "there is no column 'x'"),
        (("bare", "--from", "in.csv", "--map", "thing=no"), 2, "no argument of bare"),
        (("bare", "--from", "in.csv", "-k", "no=1"), 2, "no argument of bare"),
        (("bare", "--from", "in.csv", "-k", "thing=1"), 2, "'thing' is given twice"),
        (("bare", "--from", "in.csv", "--ignore", "thing"), 2, "needs 'thing'"),
        (("bare", "--from", "in.csv", "--ignore", "thing", "--map", "thing=thing"), 2, "one of"),
        (("bare", "--from", "in.csv", "--format", "lines", "--no-header"), 2, "for csv and tsv"),
        (("bare", "--from", "in.csv", "--delimiter", "ab"), 2, "one character"),
        (("bare", "--from", "in.csv", "--rate", "fast"), 2, "10/s"),
        (("bare", "--from", "in.csv", "--stop-on-failures", "0%"), 2, "10%"),
        (("bare", "--from", "in.csv", "--name", "12"), 2, "number"),
        (("bare",), 2, "--from"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_words_that_make_no_sense(shop: Shop, words: tuple[str, ...], code: int, said: str) -> None:
    (shop.folder / "in.csv").write_text("thing\n1\n")
    refused(run("-A", shop.app, "batch", *words), code, said)
    nothing_is_enqueued(shop)


def test_values_of_json_lines_are_checked_too(shop: Shop) -> None:
    lines = ['{"path": "a", "width": "3"}', '{"path": "a", "widht": 3}', '{"path": 1', "NaN", "[1]"]
    result = batch(shop, "resize", "\n".join(lines), name="in.jsonl")
    refused(result, 2, "not one of 5 rows is good")
    for words in (
        "in.jsonl:1: 'width': int is needed, not \"3\"",
        "in.jsonl:2: 'widht' is no argument of resize",
        "in.jsonl:3: it is no JSON",
        "in.jsonl:4: NaN is no JSON number",
        "in.jsonl:5: resize(",
    ):
        assert words in result.stderr


def test_what_breaks_off_half_way_leaves_nothing(shop: Shop) -> None:
    """The task's app raises at a row that could not be known to be bad."""
    shop.source.write_text(
        shop.source.read_text() + "\n\n@huey.signal()\ndef heard(signal, task, *_):\n"
        "    if task.data[1].get('thing') == 700:\n        raise KeyboardInterrupt\n"
    )
    rows = "".join(f"{n}\n" for n in range(1_200))
    code, _, errors = piped(shop, rows)
    assert code == 130, errors
    nothing_is_enqueued(shop)


def test_a_full_disk_runs_nothing_and_with_room_again_it_goes_on(shop: Shop) -> None:
    rows = shop.folder / "rows.txt"
    rows.write_text("".join(f"{n}\n" for n in range(6_000)))
    command = ("-A", shop.app, "batch", "bare", "--from", rows)
    shop.huey.storage.database.close()
    limit = 1_500_000

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    full = program(*command, cwd=shop.folder, preexec_fn=small_files)
    assert (full.returncode, full.stdout) == (5, ""), full.stderr
    (told,) = full.stderr.splitlines()
    assert "Batch bare is not complete" in told
    assert "none of them runs" in told
    assert shop.huey.claim_next() is None
    assert program(*command, "--resume", cwd=shop.folder).returncode == 0
    database = shop.huey.storage.database
    assert database.rows("SELECT count(*), count(DISTINCT data) FROM input") == [(6_000, 6_000)]
    assert database.rows("SELECT count(*) FROM job") == [(6_000,)]
    assert shop.huey.claim_next() is not None


# -- decisions about it ----------------------------------------------------------------------------


def test_a_batch_is_paused_resumed_and_cancelled_by_its_name(shop: Shop) -> None:
    batch(shop, "bare", "thing\n1\n2\n", "--name", "night")

    def act(*words: object) -> str:
        result = run("--db", shop.db, *words, "--batch", "night")
        assert result.exit_code == 0, result.stderr
        return result.stdout

    assert act("pause") == "batch night: paused\n"
    assert act("pause") == "batch night: nothing to pause\n"
    assert act("resume") == "batch night: resumed\n"
    assert run_json("--db", shop.db, "cancel", "--batch", "night") == {
        "batch": "night",
        "changed": True,
    }
    assert run_json("--db", shop.db, "stats")["states"]["cancelled"] == 2
    refused(run("--db", shop.db, "cancel", "--batch", "night"), 4, "has ended")
    refused(run("--db", shop.db, "pause", "--batch", "day"), 3, "no batch day")
    refused(run("--db", shop.db, "pause", "bare", "--batch", "night"), 2, "not several")
    refused(run("--db", shop.db, "cancel", "1", "--batch", "night"), 2, "whole batch")
    told = run("--db", shop.db, "events").stdout
    assert all(word in told for word in ("batch created", "batch paused", "batch cancelled"))
