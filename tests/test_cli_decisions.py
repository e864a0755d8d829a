"""`cancel`, `retry`, `replay`, `discard`, `wait`, `pause`, `resume`."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, refused, run, run_json

from jobdash import chord

FAR = 4_000_000_000_000_000


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        monkeypatch.setenv("JOBDASH_DB", str(made.db))
        yield made


# -- one by one ----------------------------------------------------------------------------------


def test_cancel_ends_what_waits(shop: Shop) -> None:
    seq = shop.enqueue("nap")
    result = run("cancel", f"#{seq}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("#1 cancelled  ")
    assert shop.state(seq) == "cancelled"


def test_retry_lets_the_same_job_go_on(shop: Shop) -> None:
    seq = shop.ended("fail")
    assert run("retry", seq).stdout.startswith("#1 retried, now pending")
    assert shop.state(seq) == "pending"


def test_replay_makes_a_new_job(shop: Shop) -> None:
    seq = shop.ended("send", "ada")
    outcome = run_json("replay", seq)
    (new,) = outcome["created"]
    assert (new["seq"], new["replay_of"], new["state"]) == (2, 1, "pending")
    assert run("replay", seq).stdout.startswith("#3 replays #1")
    assert shop.state(seq) == "succeeded"


def test_discard_empties_the_dead_letters(shop: Shop) -> None:
    seq = shop.ended("fail")
    assert run_json("discard", seq)["changed"][0]["state"] == "discarded"
    assert run_json("dead") == []


def test_several_at_once_and_one_twice(shop: Shop) -> None:
    seqs = [shop.enqueue("nap") for _ in range(3)]
    outcome = run_json("cancel", *seqs, seqs[0])
    assert [job["seq"] for job in outcome["changed"]] == seqs


@pytest.mark.parametrize("operation", ["cancel", "retry", "replay", "discard"])
def test_no_such_job_changes_nothing(shop: Shop, operation: str) -> None:
    seq = shop.enqueue("nap")
    refused(run(operation, seq, 99), 3, "99")
    assert shop.state(seq) == "pending"


@pytest.mark.parametrize(
    ("operation", "state", "words"),
    [
        ("cancel", "succeeded", ["succeeded"]),
        ("retry", "pending", ["pending"]),
        ("retry", "succeeded", ["succeeded"]),
        ("replay", "pending", ["pending", "finished"]),
        ("discard", "succeeded", ["succeeded"]),
    ],
)
def test_the_wrong_state_is_refused(
    shop: Shop, operation: str, state: str, words: list[str]
) -> None:
    seq = shop.enqueue("nap") if state == "pending" else shop.ended("nap")
    result = run(operation, seq)
    assert result.exit_code == 4
    assert all(word in result.stderr for word in ("jobdash: ", f"#{seq}", *words))
    assert shop.state(seq) == state


def test_those_that_can_be_are_done_beside_a_refusal(shop: Shop) -> None:
    done, waiting = shop.ended("nap"), shop.enqueue("nap")
    result = run("cancel", done, waiting)
    assert result.exit_code == 4
    assert f"#{waiting} cancelled" in result.stdout
    assert shop.state(waiting) == "cancelled"


def test_cancelling_twice_is_refused_the_second_time(shop: Shop) -> None:
    seq = shop.enqueue("nap")
    assert [run("cancel", seq).exit_code for _ in range(2)] == [0, 4]


# -- what comes of it for others -----------------------------------------------------------------


def test_cancelling_a_step_tells_what_becomes_of_the_later_ones(shop: Shop) -> None:
    huey, send = shop.huey, shop.task("send")
    huey.enqueue(send.s("ada").then(send, 2).then(send, 3))
    result = run("cancel", 1)
    first, *others = result.stdout.splitlines()
    assert first.startswith("#1 cancelled  ")
    assert [line.partition("  shop")[0] for line in others] == [
        "  #2 cancelled: #1 before it did not succeed",
        "  #3 cancelled: #1 before it did not succeed",
    ]
    shown = run("show", 1).stdout
    assert shown.count("#1 before it did not succeed") == 2
    assert "cancelled by hand" in shown


def test_cancelling_a_member_tells_that_its_chords_callback_goes_on(shop: Shop) -> None:
    huey, send = shop.huey, shop.task("send")
    huey.enqueue(chord([send.s("ada").then(send), send.s("bob")], shop.task("total").s()))
    affected = run_json("cancel", 1)["affected"]
    by_seq = {job["seq"]: (job["state"], job["reason"]) for job in affected}
    callback = max(by_seq)
    assert by_seq.pop(callback) == ("waiting", None)
    assert set(by_seq.values()) == {("cancelled", "#1 before it did not succeed")}
    other = next(seq for seq in range(2, 5) if seq not in by_seq and seq != callback)
    assert f"  #{callback} pending: ready for" in run("cancel", other).stdout
    assert "after its members" not in run("show", callback).stdout


def test_cancelling_what_nothing_depends_on_names_nobody_else(shop: Shop) -> None:
    parent, seq = shop.ended("nap"), shop.enqueue("nap")
    replayed = run_json("replay", parent)["created"][0]["seq"]
    assert run_json("cancel", seq, replayed)["affected"] == []


def test_now_runs_what_is_scheduled(shop: Shop) -> None:
    seq = shop.enqueue("nap", eta=FAR)
    assert run("now", seq).stdout.startswith(f"#{seq} brought forward, now pending")
    shop.work()
    assert shop.state(seq) == "succeeded"


def test_change_says_how_urgent_and_when(shop: Shop) -> None:
    seq = shop.enqueue("nap")
    (job,) = run_json("change", seq, "--priority", "7", "--delay", "10m")["changed"]
    assert (job["priority"], job["state"]) == (7, "scheduled")
    assert job["eta"] > job["created_at"]
    assert run("change", seq, "--at", "2026-01-01T00:00Z").stdout.startswith(
        f"#{seq} changed, now pending"
    )


def test_many_are_changed_at_once(shop: Shop) -> None:
    shop.register()
    seqs = [shop.enqueue("nap") for _ in range(3)]
    refused(run("change", "--all", "--priority", 1), 2, "change 3 jobs", "--yes")
    assert run("change", "--task", "nap", "--priority", 1, "-y").exit_code == 0
    assert {run_json("show", seq)["priority"] for seq in seqs} == {1}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["now"], 2),
        (["change", "1"], 2),
        (["change", "1", "--priority", "nan"], 2),
        (["change", "1", "--priority", "high"], 2),
        (["change", "1", "--delay", "1m", "--at", "14:30"], 2),
        (["change", "9", "--priority", "1"], 3),
    ],
)
def test_what_cannot_be_moved_or_changed_is_said(shop: Shop, words: list[str], code: int) -> None:
    shop.enqueue("nap")
    assert run(*words).exit_code == code
    assert run("now", 1).exit_code == 4


# -- by filter -----------------------------------------------------------------------------------


def test_a_filter_needs_a_yes_where_nobody_can_be_asked(shop: Shop) -> None:
    seqs = [shop.ended("fail", why) for why in ("one", "two")]
    refused(run("retry", "--all"), 2, "retry 2 jobs", "--yes")
    assert {shop.state(seq) for seq in seqs} == {"failed"}
    assert run("retry", "--all", "--yes").exit_code == 0
    assert {shop.state(seq) for seq in seqs} == {"pending"}


def test_filters_choose_among_those_that_it_can_be_done_to(shop: Shop) -> None:
    good, left, right = shop.ended("send", "left"), shop.ended("fail", "left"), shop.ended("fail")
    assert run("discard", "--text", "left", "--yes").exit_code == 0
    assert [shop.state(seq) for seq in (good, left, right)] == ["succeeded", "discarded", "failed"]


def test_a_typed_filter_chooses_as_the_options_do(shop: Shop) -> None:
    shop.register()
    left, right = shop.ended("fail", "left"), shop.ended("fail", "right")
    gone = shop.enqueue("nap", 5)
    run("cancel", gone)
    refused(run("discard", "--filter", "agee<1h", "-y"), 2, "unknown field 'agee'")
    refused(run("discard", "--filter", "  ", "-y"), 2, "discard which jobs?")
    refused(run("retry", "--dead", "--filter", "state:failed", "-y"), 2, "--dead")
    assert run_json("discard", "-y", "--filter", "age>1h")["changed"] == []
    run("discard", "-y", "--task", "*", "--filter", "-arg.why:left age<1h")
    assert [shop.state(seq) for seq in (left, right)] == ["failed", "discarded"]
    assert [job["seq"] for job in run_json("dead", "--jobs", "--filter", "error:LEFT")] == [left]
    run("retry", "-y", "--filter", "state:cancelled,discarded try<1")
    assert [shop.state(seq) for seq in (left, right, gone)] == ["failed", "discarded", "pending"]
    replayed = run_json("replay", "-y", "--filter", "error:runtimeerror")["created"]
    assert [job["replay_of"] for job in replayed] == [left]


def test_retry_by_state(shop: Shop) -> None:
    seq = shop.enqueue("nap")
    run("cancel", seq)
    run("retry", "--all", "--yes")
    assert shop.state(seq) == "cancelled"
    run("retry", "--state", "cancelled", "--yes")
    assert shop.state(seq) == "pending"


def test_many_are_counted_not_listed(shop: Shop) -> None:
    shop.register()
    run("enqueue", "-A", shop.app, "nap", "--count", 30)
    assert run("cancel", "--task", "nap", "-y").stdout == "cancelled 30 jobs\n"


def test_none_is_no_mistake(shop: Shop) -> None:
    shop.enqueue("nap")
    assert run("retry", "--all").stdout == "retried 0 jobs\n"


@pytest.mark.parametrize("words", [[], ["1", "--all"], ["--state", "nope", "--yes"]])
def test_what_is_meant_must_be_clear(shop: Shop, words: list[str]) -> None:
    seq = shop.enqueue("nap")
    refused(run("cancel", *words), 2)
    assert shop.state(seq) == "pending"


def test_a_group_and_an_error_mean_dead_letters(shop: Shop) -> None:
    seqs = [shop.ended("fail", f"order {n}") for n in range(2)] + [shop.ended("nap", "long")]
    group = run_json("dead")[0]["group"]
    assert run("discard", "--error", "TypeError", "--yes").stdout.startswith(
        f"#{seqs[2]} discarded"
    )
    outcome = run_json("replay", "--group", group[:5], "--yes")
    assert [job["replay_of"] for job in outcome["created"]] == seqs[:2]
    assert run("replay", "--error", "TypeError", "--yes").stdout == "replayed 0 jobs\n"
    assert run_json("retry", "--dead", "--task", "*", "--yes")["refused"] == []
    assert [shop.state(seq) for seq in seqs] == ["pending", "pending", "discarded"]
    refused(run("retry", "--group", group), 3, "no group")
    refused(run("retry", "--dead", "--state", "failed"), 2, "--dead")


def test_jobs_are_named_by_another_program(shop: Shop) -> None:
    seqs = [shop.ended("fail") for _ in range(3)]
    result = run("retry", "-", stdin=f"{seqs[0]}\n#{seqs[2]}\n")
    assert result.exit_code == 0
    assert [shop.state(seq) for seq in seqs] == ["pending", "failed", "pending"]
    refused(run("retry", "-", stdin="99\n"), 3, "99")


# -- wait ----------------------------------------------------------------------------------------


def test_wait_ends_with_the_job(shop: Shop) -> None:
    seq = shop.enqueue("send", "ada")
    worker = threading.Thread(target=shop.work)
    worker.start()
    result = run("wait", seq, "--timeout", "30s")
    worker.join()
    assert result.exit_code == 0
    assert result.stdout.startswith("#1 succeeded")


def test_wait_tells_failure_by_its_code(shop: Shop) -> None:
    good, bad = shop.ended("nap"), shop.ended("fail")
    assert run("wait", good).exit_code == 0
    result = run("wait", good, bad)
    assert result.exit_code == 1
    assert "RuntimeError: no such customer" in result.stdout
    assert [job["state"] for job in run_json("wait", good)] == ["succeeded"]


def test_wait_gives_up_in_time(shop: Shop) -> None:
    done, waiting = shop.ended("nap"), shop.enqueue("nap")
    result = run("wait", done, waiting, "--timeout", "50ms")
    assert result.exit_code == 124
    assert f"#{waiting} is pending" in result.stderr
    assert result.stdout.startswith(f"#{done} succeeded")


def test_wait_for_what_a_filter_finds(shop: Shop) -> None:
    good, bad = shop.ended("send", "ada"), shop.ended("fail")
    assert run("wait", "--filter", "state:succeeded").exit_code == 0
    result = run("wait", "--filter", "age<1h")
    assert result.exit_code == 1
    assert {line.split()[0] for line in result.stdout.splitlines()} == {f"#{good}", f"#{bad}"}
    shop.enqueue("nap")
    refused(run("wait", "--filter", "task:nap", "--timeout", "0.1s"), 124, "the time is up")


def test_wait_for_no_such_job(shop: Shop) -> None:
    shop.enqueue("nap")
    refused(run("wait", 99), 3, "99")
    refused(run("wait"), 2, "wait for what?")
    refused(run("wait", 1, "--filter", "nap"), 2, "wait for what?")
    refused(run("wait", "--filter", "agee<1h"), 2, "did you mean age?")
    refused(run("wait", 1, "--timeout", "soon"), 2, "duration")


# -- pause and resume ----------------------------------------------------------------------------


def test_pause_holds_a_task_back_until_resume(shop: Shop) -> None:
    shop.register()
    held, free = shop.enqueue("nap"), shop.enqueue("send", "ada")
    assert run("pause", "nap").stdout == f"{shop.module}.nap: paused\n"
    shop.work()
    assert (shop.state(held), shop.state(free)) == ("pending", "succeeded")
    assert run_json("stats")["paused"] == [{"queue": "shop", "task": f"{shop.module}.nap"}]
    assert run("resume", "nap").stdout == f"{shop.module}.nap: resumed\n"
    shop.work()
    assert shop.state(held) == "succeeded"


def test_pause_everything(shop: Shop) -> None:
    seq = shop.enqueue("nap")
    document = run_json("pause")
    assert document == {"queue": "shop", "task": None, "changed": True, "paused": [""]}
    shop.work()
    assert shop.state(seq) == "pending"
    assert "nothing to pause" in run("pause").stdout
    assert run("resume").exit_code == 0
    assert "nothing to resume" in run("resume").stdout


def test_resuming_everything_names_what_stays_paused(shop: Shop) -> None:
    shop.register()
    run("pause", "nap")
    run("pause")
    assert f"still paused: {shop.module}.nap" in run("resume").stderr


def test_pause_of_what_does_not_exist(shop: Shop) -> None:
    shop.register()
    refused(run("pause", f"{shop.module}.napp"), 3, f"did you mean {shop.module}.nap")
    refused(run("pause", "--queue", "other"), 2, "shop")
