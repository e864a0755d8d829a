"""The commands that only read: what they print for people and for programs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, refused, run, run_json

from jobdash.job import State


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        monkeypatch.setenv("JOBDASH_DB", str(made.db))
        yield made


# -- list ----------------------------------------------------------------------------------------


def test_list_json_is_a_list_of_jobs_newest_first(shop: Shop) -> None:
    shop.ended("send", "ada")
    shop.enqueue("nap")
    jobs = run_json("list")
    assert [(job["seq"], job["state"]) for job in jobs] == [(2, "pending"), (1, "succeeded")]
    assert jobs[1]["result"] == "sent to ada"


def test_list_of_no_jobs_is_a_list(shop: Shop) -> None:
    shop.huey.ledger.intake.find("")
    assert run_json("list") == []
    assert run("list").stdout.split() == ["JOB", "STATE", "TASK", "TRIES", "WHEN", "DETAILS"]


def test_list_is_an_aligned_table(shop: Shop) -> None:
    shop.ended("fail", "first line\nsecond \x1b[31mred")
    shop.enqueue("nap", 5)
    head, newest, oldest = run("list").stdout.splitlines()
    assert newest.index("pending") == oldest.index("failed") == head.index("STATE")
    assert "#2" in newest
    assert "first line␊second ␛[31mred" in oldest


@pytest.mark.parametrize(
    ("words", "seqs"),
    [
        (["--state", "failed"], [3, 2]),
        (["--state", "failed,pending"], [4, 3, 2]),
        (["--state", "FAILED", "--state", "succeeded"], [3, 2, 1]),
        (["--task", "fail"], [3, 2]),
        (["--task", "shop_*"], [4, 3, 2, 1]),
        (["--task", "nothing"], []),
        (["--text", "LEFT"], [3]),
        (["--text", "%"], []),
        (["--queue", "shop"], [4, 3, 2, 1]),
        (["--queue", "other"], []),
        (["--limit", "1"], [4]),
        (["--state", "failed", "--text", "right", "--limit", "9"], [2]),
        (["state:fail", "left"], [3]),
        (["--filter", "state:fail left"], [3]),
        (["-state:failed"], [4, 1]),
        (["#2,#3", "state:failed"], [3, 2]),
        (["--state", "failed", "-args:left"], [2]),
        (["--task", "fail", "try:1 age<1h", "error:RIGHT,nobody"], [2]),
        (["arg.to:ada,bob"], [1]),
        (["--sort", "oldest", "--limit", "2"], [1, 2]),
        (["--sort", "task", "state:failed,pending"], [3, 2, 4]),
    ],
)
def test_list_filters(shop: Shop, words: list[str], seqs: list[int]) -> None:
    shop.register()
    shop.ended("send", "ada")
    shop.ended("fail", "right")
    shop.ended("fail", "left")
    shop.enqueue("nap")
    assert [job["seq"] for job in run_json("list", *words)] == seqs


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["--state", "faild"], "did you mean failed?"),
        (["--state", "xyzzy"], "the states are waiting, scheduled"),
        (["--limit", "0"], "1<=x"),
        (["--limit", "many"], "integer"),
        (["--text", "x" * 10_001], "longer than 10,000"),
        (["agee<1h"], "unknown field 'agee', did you mean age?"),
        (["error:'", 'error:"no'], "the quote is not closed"),
        (["--filter", "state:xyzzy"], "there are waiting"),
        (["x", "--filter", "y"], "not both"),
        (["--sort", "colour"], "newest"),
    ],
)
def test_list_refuses_bad_filters(shop: Shop, words: list[str], rule: str) -> None:
    shop.enqueue("nap")
    refused(run("list", *words), 2, rule)


# -- show ----------------------------------------------------------------------------------------


def test_show_tells_the_whole_story(shop: Shop) -> None:
    seq = shop.ended("fail", "out of stock")
    text = run("show", seq).stdout
    for part in ("#1  failed", "fail('out of stock')", "RuntimeError: out of stock", "Traceback"):
        assert part in text
    assert "enqueued" in text


def test_show_json_has_attempts_and_timeline(shop: Shop) -> None:
    job = run_json("show", f"#{shop.ended('fail')}")
    (attempt,) = job["attempts"]
    assert attempt["outcome"] == "failed"
    assert "RuntimeError: no such customer" in attempt["error"]["traceback"]
    assert job["error"]["traceback"] == attempt["error"]["traceback"]
    assert [line["event"] for line in job["timeline"]] == ["enqueued", "claimed", "failed"]
    assert job["related"] == []


def test_show_tells_when_the_next_tries_would_come(shop: Shop) -> None:
    seq = shop.enqueue("flaky")
    assert "0 of 3 used; if it fails: again after 1m 00s, up to 2 times" in run("show", seq).stdout
    assert [one["earliest"] for one in run_json("show", seq)["next_tries"]] == [None, None]
    shop.work()
    text = run("show", seq).stdout
    assert "1 of 3 used; next at " in text
    assert "then about " in text
    job = run_json("show", seq)
    soon, later = job["next_tries"]
    assert soon["earliest"] == soon["latest"] == job["eta"]
    assert (soon["number"], later["number"], later["longest_delay"]) == (2, 3, 60)


@pytest.mark.parametrize("shorten", [lambda id_: id_, lambda id_: id_[:30], lambda _: "1"])
def test_show_takes_numbers_ids_and_their_beginnings(shop: Shop, shorten: object) -> None:
    id_ = run_json("show", shop.enqueue("nap"))["id"]
    assert run_json("show", shorten(id_))["id"] == id_  # type: ignore[operator]


@pytest.mark.parametrize(
    "ref", ["99", "#99", "nope", "../../etc/passwd", "' OR 1=1 --", "\x1b[31m", ""]
)
def test_show_of_no_job(shop: Shop, ref: str) -> None:
    shop.enqueue("nap")
    told = refused(run("show", "--", ref), 3, "there is no job")
    assert told.isprintable()


def test_show_of_a_beginning_that_fits_two(shop: Shop) -> None:
    shop.enqueue("nap", id="abc-1")
    shop.enqueue("nap", id="abc-2")
    refused(run("show", "abc"), 3, "#1", "#2")


# -- the others ----------------------------------------------------------------------------------


def test_stats_has_every_state(shop: Shop) -> None:
    shop.ended("send", "ada")
    shop.enqueue("nap")
    stats = run_json("stats")
    assert set(stats["states"]) == set(State)
    assert stats["states"]["succeeded"] == stats["states"]["pending"] == stats["depth"] == 1
    assert stats["total"] == 2
    assert stats["oldest_pending_at"].endswith("Z")
    assert stats["enqueued_per_minute"] == {"1m": 2.0, "5m": 0.4}
    assert stats["finished_per_minute"] == {"1m": 1.0, "5m": 0.2}
    assert (stats["busy"], stats["pools"], stats["paused"]) == (0, [], [])


def test_stats_for_people(shop: Shop) -> None:
    shop.enqueue("nap")
    text = run("stats").stdout
    assert "pending    1" in text
    assert "0, 0 busy" in text


def test_dead_shows_groups_that_died_of_the_same(shop: Shop) -> None:
    shop.ended("send", "ada")
    for why in ("order 1 is gone", "order 22 is gone", "busy"):
        shop.ended("fail", why)
    largest, smallest = run_json("dead")
    assert (largest["count"], smallest["count"]) == (2, 1)
    assert (largest["error_type"], largest["message"]) == ("RuntimeError", "order 22 is gone")
    assert largest["tasks"] == [f"{shop.module}.fail"]
    assert largest["where"] == f"{shop.module}.py:18 in fail"
    assert largest["newest"]["seq"] == 3
    assert largest["first_at"] < largest["last_at"] < smallest["first_at"]
    lines = run("dead").stdout.splitlines()
    assert lines[1].split()[:3] == [largest["group"], "2", "RuntimeError"]


def test_dead_shows_the_jobs_of_a_group(shop: Shop) -> None:
    for why in ("order 1 is gone", "order 22 is gone", "busy"):
        shop.ended("fail", why)
    group = run_json("dead")[0]["group"]
    assert [job["seq"] for job in run_json("dead", group[:6])] == [2, 1]
    text = run("dead", group).stdout
    assert text.startswith(f"{group}  2 jobs  RuntimeError: order 22 is gone\n")
    assert "RuntimeError: order 1 is gone" in text
    assert [job["seq"] for job in run_json("dead", "--jobs")] == [3, 2, 1]
    assert [job["seq"] for job in run_json("list", "--group", group)] == [2, 1]
    assert run_json("show", 1)["group"] == group
    refused(run("dead", "zz"), 3, "no group 'zz'")


def test_dead_letters_are_chosen_by_what_they_have_in_common(shop: Shop) -> None:
    shop.ended("fail", "busy")
    shop.ended("nap", "for ever")
    assert [group["error_type"] for group in run_json("dead", "--error", "TypeError")] == [
        "TypeError"
    ]
    assert [job["seq"] for job in run_json("dead", "--jobs", "--text", "busy")] == [1]
    assert [job["seq"] for job in run_json("list", "--error", "TypeError")] == [2]
    assert run_json("dead", "--task", "nope") == []
    assert "no dead letters match" in run("dead", "--task", "nope").stderr
    assert len(run_json("dead", "--limit", 1)) == 1
    assert "largest 1 of 2 groups" in run("dead", "--limit", 1).stderr


def test_workers_without_any(shop: Shop) -> None:
    shop.enqueue("nap")
    assert run_json("workers") == []
    assert "jobdash worker" in run("workers").stderr


def test_tasks_before_a_pool_has_told_them(shop: Shop) -> None:
    shop.enqueue("nap")
    assert run_json("tasks") == []
    assert "jobdash worker" in run("tasks").stderr


def test_tasks_after_it(shop: Shop) -> None:
    shop.register()
    tasks = {task["name"].partition(".")[2]: task for task in run_json("tasks")}
    assert set(tasks) == {"send", "fail", "flaky", "nap", "total"}
    assert tasks["flaky"]["retries"] == 2
    assert "Sends a mail." in run("tasks").stdout
    assert '(first, *more, currency="EUR", **rest)' in run("tasks").stdout


# -- which file ----------------------------------------------------------------------------------


def test_tasks_tell_how_they_do(shop: Shop) -> None:
    shop.ended("send", "ada")
    shop.ended("fail", "left \x1b[31m")
    shop.enqueue("nap")
    found = {task["name"].partition(".")[2]: task for task in run_json("tasks", "--stats")}
    assert {name: task["success"] for name, task in found.items()} == {
        "send": 1.0, "fail": 0.0, "nap": None,
    }  # fmt: skip
    assert found["nap"]["states"]["pending"] == 1
    assert found["send"]["runs"] == 1
    assert found["send"]["run"]["p50"] == found["send"]["run"]["p95"] >= 0
    assert sum(found["send"]["ended_last_hour"]) == 1
    assert found["fail"]["last_error"]["seq"] == 2
    lines = run("tasks", "--stats").stdout.splitlines()
    assert lines[0].split()[:3] == ["TASK", "PENDING", "RUNNING"]
    assert any("left ␛[31m" in line for line in lines)


def test_options_stand_before_or_after_the_command(shop: Shop, tmp_path: Path) -> None:
    shop.enqueue("nap")
    missing = tmp_path / "missing.db"
    assert run("--db", shop.db, "list").exit_code == 0
    assert run("--db", missing, "list", "--db", shop.db).exit_code == 0
    assert run("--db", shop.db, "list", "--db", missing).exit_code == 5


def test_the_apps_file_is_found_by_importing_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.enqueue("nap")
    monkeypatch.delenv("JOBDASH_DB")
    assert len(json.loads(run("-A", shop.app, "list", "--json").stdout)) == 1
    monkeypatch.setenv("JOBDASH_APP", shop.app)
    assert run("list").exit_code == 0


def test_an_app_that_does_not_import_cannot_tell_its_file(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JOBDASH_DB")
    refused(run("-A", "nosuch.mod", "list"), 3, "'nosuch'", "--db FILE")


def test_the_samples_are_the_last_resort(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOBDASH_DB")
    result = run("list")
    assert "these are the sample tasks" in result.stderr
    refused(result, 5, "there are no jobs yet", str(shop.folder / "data/jobdash/samples.db"))


def test_both_ways_to_find_the_samples_file_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBDASH_DB", str(tmp_path / "unused.db"))
    from jobdash.cli.samples import sample_database
    from sample_tasks.app import database_file

    for environ in ({"XDG_DATA_HOME": str(tmp_path)}, {"XDG_DATA_HOME": "relative"}, {}):
        monkeypatch.setenv("HOME", str(tmp_path))
        assert sample_database(environ) == database_file(environ)


# -- [tool.jobdash] ------------------------------------------------------------------------------


def configure(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text)


def test_configuration_in_a_parent_folder(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.enqueue("nap")
    monkeypatch.delenv("JOBDASH_DB")
    configure(shop.folder, f'[tool.jobdash]\napp = "{shop.app}"\ndb = "shop.db"\n')
    below = shop.folder / "src" / "deep"
    below.mkdir(parents=True)
    configure(below, '[project]\nname = "jobdash-user"\n')
    monkeypatch.chdir(below)
    assert len(run_json("list")) == 1


def test_a_configured_app_is_imported_from_its_folder(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JOBDASH_DB")
    monkeypatch.setenv("PYTHONPATH", "")
    configure(shop.folder, f'[tool.jobdash]\napp = "{shop.app}"\n')
    (shop.folder / "deep").mkdir()
    monkeypatch.chdir(shop.folder / "deep")
    monkeypatch.setattr("sys.path", [p for p in __import__("sys").path if p != str(shop.folder)])
    assert run_json("enqueue", "nap")["seq"] == 1


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            '[tool.jobdash]\ndatabase = "x"\n',
            ["pyproject.toml:2", "'database'", "app, db, alerts, theme and keys"],
        ),
        ('[tool.jobdash]\n\nap = "x"\n', ["pyproject.toml:3", "did you mean 'app'?"]),
        ("[tool.jobdash]\napp = 3\n", ["pyproject.toml:2", "'app' must be a text"]),
        ("[tool]\njobdash = 3\n", ["must be a table"]),
        ("[tool.jobdash\n", ["is no TOML", "line 1"]),
    ],
)
def test_bad_configuration_is_named_with_its_line(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, text: str, parts: list[str]
) -> None:
    monkeypatch.delenv("JOBDASH_DB")
    configure(shop.folder, text)
    refused(run("list"), 2, *parts)
