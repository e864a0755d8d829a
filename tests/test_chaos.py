"""`jobdash chaos`: faults on purpose in a real pool, and how they are told apart from real ones.

About 6 seconds.
"""

from collections.abc import Callable
from typing import Any

import pytest
from cli_support import refused, run, run_json
from pool_support import Site
from waiting import eventually

from jobdash.job import State

pytest_plugins = ["pool_fixtures"]


@pytest.fixture(scope="module")
def served(shared: Callable[..., Site]) -> Site:
    """A pool that every test uses in turn."""
    site = shared(app="fragile")
    site.serve()
    return site


def chaos(site: Site, *words: object) -> Any:
    return run_json("--db", site.database, "chaos", *words)


def events(site: Site, seq: int) -> list[str]:
    return [line["event"] for line in run_json("--db", site.database, "events", "--job", seq)]


def test_the_next_run_raises_the_one_after_does_not(served: Site) -> None:
    (armed,) = chaos(served, "again", "--raise", "1")
    assert (armed["fault"], armed["left"]) == ("raise", 1)
    seq = served.enqueue("again", served.book)
    served.ends_as(State.SUCCEEDED, seq)
    first, second = served.attempts(seq)
    assert (first.error_type, second.outcome) == ("ChaosError", "succeeded")
    assert "chaos" in str(first.error_message)
    assert "chaos" in events(served, seq)
    assert chaos(served) == []


def test_a_count_is_counted_down(served: Site) -> None:
    chaos(served, "doubled", "--raise", "3")
    served.ends_as(State.FAILED, served.enqueue("doubled", 1))
    (armed,) = chaos(served)
    assert armed["left"] == 2
    # Another task is none of its business.
    served.ends_as(State.SUCCEEDED, served.enqueue("idempotent", served.book, "other"))
    assert chaos(served, "--off") == []
    served.ends_as(State.SUCCEEDED, served.enqueue("doubled", 1))


def test_a_killed_worker_costs_a_rescue_and_the_attempt_says_why(served: Site) -> None:
    chaos(served, "doubled", "--kill", "1")
    seq = served.enqueue("doubled", 4)
    assert served.ends_as(State.SUCCEEDED, seq).rescues == 1
    lost, _ = served.attempts(seq)
    assert lost.outcome == "lost"
    assert "chaos: on purpose" in str(lost.error_message)


@pytest.mark.parametrize(("task", "kind"), [("limited", "TaskTimeout"), ("limited_hard", "Hard")])
def test_what_hangs_meets_its_time_limit(served: Site, task: str, kind: str) -> None:
    chaos(served, task, "--hang", "1")
    job = served.ends_as(State.FAILED, served.enqueue(task, served.book))
    assert kind in str(job.error_type)
    (attempt,) = served.attempts(job.seq)
    assert "chaos: on purpose" in str(attempt.error_message)


def test_what_hangs_can_be_cancelled(served: Site) -> None:
    chaos(served, "doubled", "--hang", "1")
    seq = served.enqueue("doubled", 1)
    eventually(lambda: served.is_in(State.RUNNING, seq))
    run("--db", served.database, "cancel", seq)
    served.ends_as(State.CANCELLED, seq)


@pytest.mark.parametrize(
    ("task", "state", "verdict"),
    [
        ("doubled", State.SUCCEEDED, "the second delivery returned the same: 8"),
        ("counts", State.SUCCEEDED, "the results differ: first "),
        ("once_only", State.FAILED, "the second delivery failed: FileExistsError"),
    ],
)
def test_a_second_delivery_shows_what_it_comes_to(
    served: Site, task: str, state: State, verdict: str
) -> None:
    chaos(served, task, "--twice", "1")
    seq = served.enqueue(task, 4 if task == "doubled" else served.book)
    served.ends_as(state, seq)
    assert len(served.attempts(seq)) == 2
    shown = run("--db", served.database, "show", seq).stdout
    assert verdict in shown
    assert "delivered twice on purpose" in shown
    assert served.job(seq).failures == (state is State.FAILED)


def test_what_follows_a_job_that_came_twice_comes_once(served: Site) -> None:
    chaos(served, "doubled", "--twice", "1")
    app = served.app()
    app.huey.enqueue(app.doubled.s(11).then(app.doubled))
    eventually(lambda: served.job(_newest(served)).result == "44")
    # By its task too: a folder's name may be among the arguments of others.
    same = run_json("--db", served.database, "list", "task:fragile.doubled args:22")
    assert len([job for job in same if job["args"]]) == 1


def _newest(site: Site) -> int:
    return int(run_json("--db", site.database, "list", "--limit", "1")[0]["seq"])


def test_the_list_says_what_to_type(served: Site) -> None:
    result = run("--db", served.database, "chaos")
    assert "no faults are armed" in result.stdout
    chaos(served, "again", "--kill", "2")
    assert "kills its worker" in run("--db", served.database, "chaos").stdout
    assert "again: off" in run("--db", served.database, "chaos", "again", "--off").stderr
    refused(run("--db", served.database, "chaos", "--raise", "1"), 2, "which task")
    refused(run("--db", served.database, "chaos", "agian", "--raise", "1"), 3, "no task is called")
    refused(run("--db", served.database, "chaos", "again", "--raise", "1", "--hang", "1"), 2)
    kinds = [line["event"] for line in run_json("--db", served.database, "events", "--limit", "50")]
    assert "chaos armed" in kinds
    assert "chaos off" in kinds
