"""The report: what it finds, what it makes of rows, and that it reads through indexes."""

import itertools
import random
import re
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields, replace
from pathlib import Path
from typing import Any

import pytest

from jobdash import liveness
from jobdash.database import Database, open_database
from jobdash.errors import DatabaseError, NotFound, UnknownJob, UnknownTask, UsageError
from jobdash.job import CHUNK, Attempt, Job, JobEvent, State, TaskType, Worker
from jobdash.ledger.samples import Samples
from jobdash.report import JobFilter, Order, Report
from jobdash.report.plan import LONGEST_TEXT

NOW = 1_790_000_000_000_000
SECOND = 1_000_000


class File:
    """A jobdash file whose rows a test writes by itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database: Database = open_database(path)

    def add(self, seq: int, **columns: Any) -> int:
        """Insert a job that satisfies the schema's checks, with these columns."""
        state = str(columns.get("state", "pending"))
        row: dict[str, Any] = {
            "seq": seq,
            "id": f"id-{seq:04}",
            "queue": "huey",
            "task": "mail.send",
            "state": state,
            "place": seq,
            "created_at": NOW + seq * SECOND,
        }
        if State(state).is_final:
            row["finished_at"] = NOW + seq * SECOND + 500
        if state == "running":
            row["worker"] = row["ran_by"] = columns.get("worker") or self.insert(
                "worker", queue="huey", kind="worker", name="w", pid=1, boot="b", born=1,
                started_at=NOW,
            )  # fmt: skip
        if state in ("scheduled", "retrying"):
            row["eta"] = NOW + 10**9
        self.insert("job", **row | columns)
        return seq

    def insert(self, table: str, **columns: Any) -> int:
        """Insert one row and return its integer key."""
        names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        with self.database.transaction() as tx:
            return tx.insert(f"INSERT INTO {table} ({names}) VALUES ({marks})", columns)

    def delete(self, seqs: tuple[int, ...]) -> None:
        """Leave gaps in the numbers, as pruning does."""
        with self.database.transaction() as tx:
            for seq in seqs:
                tx.run("DELETE FROM job WHERE seq = ?", (seq,))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[File]:
    made = File(tmp_path / "jobs.db")
    yield made
    made.database.close()


@pytest.fixture
def report(file: File) -> Iterator[Report]:
    with Report(file.path) as opened:
        yield opened


def seqs(jobs: list[Job]) -> list[int]:
    return [job.seq for job in jobs]


# -- records -------------------------------------------------------------------------------------


def test_every_column_arrives_in_its_field(file: File, report: Report) -> None:
    columns: dict[str, Any] = {
        "state": "running", "worker": 77, "id": "abc", "queue": "q", "task": "t", "args": "[1]",
        "kwargs": '{"a": 2}', "priority": 3.5, "claims": 4, "failures": 5, "rescues": 6,
        "retries": 7, "retries_left": 8, "retry_delay": 8.25, "retry_backoff": 8.5,
        "retry_max_delay": 8.75, "retry_jitter": 0.5, "idle": 1, "created_at": 9,
        "eta": 10, "expires": 11,
        "started_at": 12, "result": "13", "error_type": "E14", "error_message": "m15",
        "error_where": "w15", "signature": "s15",
        "reason": "r16", "progress_done": 17, "progress_total": 18, "progress_note": "n19",
        "after": 20, "parent": 21, "replay_of": 22, "duplicate_of": 23, "batch": "b24",
        "key": "k25", "key_until": 36, "cancel_requested_at": 26, "held": 1,
        "progress_at": 30, "progress_rate": 31.5, "progress_mean": 32.5,
        "cpu": 33, "memory": 34,
    }  # fmt: skip
    file.insert(
        "worker", id=77, queue="q", kind="worker", name="w", pid=1, boot="", born=1, started_at=1
    )
    file.add(5, **columns)
    file.insert("kv", queue="q", key="r:abc", value=b"")
    file.insert("key_repeat", seq=5, times=28, last_at=29)
    expected = columns | {
        "seq": 5,
        "attempts": 3,
        "finished_at": None,
        "revoked": True,
        "held": True,
        "limited": False,
        "key_window": 27,
        "repeats": 28,
    }
    assert report.job_by_seq(5) == Job(
        **{field.name: expected[field.name] for field in fields(Job)}
    )


def test_a_job_that_ended_names_the_worker_that_ran_it(file: File, report: Report) -> None:
    file.add(1, state="succeeded", ran_by=3)
    assert report.job("1").worker == 3


def test_a_revoke_mark_of_another_queue_or_job_is_not_this_jobs(file: File, report: Report) -> None:
    file.add(1)
    file.insert("kv", queue="other", key="r:id-0001", value=b"")
    file.insert("kv", queue="huey", key="r:id-0002", value=b"")
    assert not report.job("1").revoked


# -- lists against plain Python ------------------------------------------------------------------

TASKS = ("mail.send", "mail.bounce", "mailer", "image.resize")
STATES = (State.PENDING, State.SUCCEEDED, State.FAILED, State.CANCELLED, State.WAITING)
FILTERS = [
    JobFilter(states=states, task=task, text=text, queue=queue, batch=batch)
    for states, task, text, queue, batch in itertools.product(
        ((), (State.FAILED,), (State.FAILED, State.PENDING, State.FAILED), tuple(State)),
        ("", "mail.send", "mail.*", "*", "nothing"),
        ("", "PATH/7", "100%"),
        ("", "huey"),
        ("", "b1"),
    )
]


SIGNATURES = ("1111111111", "2222222222", "3333333333")
DEAD_FILTERS = [
    JobFilter(states, task, "", "huey", batch, error, signature)
    for states, task, batch, (error, signature) in itertools.product(
        ((), (State.FAILED,), (State.CANCELLED, State.FAILED), (State.PENDING,)),
        ("", "mail.*"),
        ("", "b1"),
        (("Timeout", ""), ("", SIGNATURES[0]), ("Timeout", SIGNATURES[1]), ("Nope", ""), ("", "0")),
    )
]


def matches(job: Job, wanted: JobFilter) -> bool:
    """The meaning of a filter, written without SQL."""
    shown = (job.task, job.id, job.args, job.kwargs, job.error_type or "", job.error_message or "")
    name = wanted.task.removesuffix("*")
    return (
        (not wanted.states or job.state in wanted.states)
        and (job.task.startswith(name) if wanted.task.endswith("*") else name in ("", job.task))
        and any(wanted.text.lower() in text.lower() for text in shown)
        and wanted.queue in ("", job.queue)
        and wanted.batch in ("", job.batch)
        and wanted.error_type in ("", job.error_type)
        and (not wanted.signature or (job.state, job.signature) == (State.FAILED, wanted.signature))
    )


def fill(file: File, queues: tuple[str, ...], stride: int = 1) -> None:
    chance = random.Random(7)
    for seq in range(stride, 121 * stride, stride):
        state = chance.choice(STATES)
        failed = state is State.FAILED
        file.add(
            seq,
            state=str(state),
            task=chance.choice(TASKS),
            queue=chance.choice(queues),
            batch=chance.choice((None, "b1", "b2")),
            args=f'["path/{seq}"]',
            error_type=chance.choice(("Timeout", "KeyError")) if failed else None,
            # Of a job that was retried since, the group stays behind.
            signature=chance.choice(SIGNATURES) if failed or seq % 3 else None,
            error_message=f"{chance.choice((100, 1000))}% of {seq}" if failed else None,
        )


@pytest.mark.parametrize("queues", [("huey",), ("huey", "side")])
@pytest.mark.parametrize(
    ("stride", "gaps"),
    [(1, ()), (1, (1, 50, 51, 120)), (5000, tuple(range(150_000, 300_000, 5000)))],
    ids=["dense", "with gaps", "over many chunks"],
)
def test_lists_counts_and_positions_agree_with_plain_python(
    file: File, report: Report, queues: tuple[str, ...], stride: int, gaps: tuple[int, ...]
) -> None:
    fill(file, queues, stride)
    file.delete(gaps)
    everything = report.jobs(limit=1000)
    numbers = range(120 * stride, 0, -stride)
    assert seqs(everything) == [seq for seq in numbers if seq not in gaps]
    half = 60 * stride
    for wanted in FILTERS if gaps else FILTERS + DEAD_FILTERS:
        expected = [job for job in everything if matches(job, wanted)]
        assert report.jobs(wanted, limit=1000) == expected, wanted
        assert report.jobs(wanted, limit=5, offset=7) == expected[7:12], wanted
        oldest = expected[::-1][7:12]
        assert report.jobs(wanted, limit=5, offset=7, order=Order.OLDEST) == oldest, wanted
        assert report.seqs(wanted) == seqs(expected), wanted
        assert report.count(wanted) == len(expected), wanted
        assert report.count(wanted, at_most=3) == min(3, len(expected)), wanted
        assert report.older(wanted, half, 5) == [j for j in expected if j.seq < half][:5], wanted
        assert report.newer(wanted, half, 5) == [j for j in expected if j.seq > half][-5:], wanted
        found = [report.position(wanted, job.seq) for job in expected[::11]]
        assert found == list(range(0, len(expected), 11)), wanted
        others = {job.seq for job in everything} - {job.seq for job in expected}
        assert all(report.position(wanted, seq) is None for seq in list(others)[:3]), wanted


@pytest.mark.parametrize("queues", [("huey",), ("huey", "side")])
def test_groups_of_dead_letters_agree_with_plain_python(
    file: File, report: Report, queues: tuple[str, ...]
) -> None:
    fill(file, queues)
    file.add(500, state="failed", task="by.hand")
    everything = report.jobs(limit=1000)
    for wanted in {replace(one, states=(State.FAILED,)) for one in FILTERS + DEAD_FILTERS}:
        groups: dict[str, list[Job]] = defaultdict(list)
        for job in everything:
            if matches(job, wanted):
                groups[job.signature or "none"].append(job)
        found, total = report.dead_groups(wanted)
        assert total == len(found) == len(groups), wanted
        assert [g.jobs for g in found] == sorted((len(g) for g in groups.values()), reverse=True)
        for group in found:
            jobs = groups[group.signature]
            ends = [job.finished_at for job in jobs]
            assert (group.first_at, group.last_at) == (min(ends), max(ends)), wanted
            assert group.newest.finished_at == max(ends)
            assert set(group.tasks) == {job.task for job in jobs}
            of_queue = replace(group.filter, queue=wanted.queue)
            assert set(seqs(jobs)) <= set(report.seqs(of_queue)), wanted
        assert report.dead_groups(wanted, 1) == (found[:1], total)


def test_a_group_without_a_signature_is_never_all_jobs(file: File, report: Report) -> None:
    file.add(1, state="failed")
    file.add(2, state="failed", signature="1111111111")
    file.add(3)
    found = {group.signature: report.seqs(group.filter) for group in report.dead_groups()[0]}
    assert found == {"none": [1], "1111111111": [2]}


def test_a_group_is_named_by_its_beginning(file: File, report: Report) -> None:
    file.add(1, state="failed", signature="1111111111")
    file.add(2, state="failed", signature="1122222222")
    file.add(3, state="succeeded", signature="9999999999")
    assert report.dead_group("112") == "1122222222"
    for ref, words in (("11", "fits 2 groups"), ("99", "no group"), ("", "no group")):
        with pytest.raises(NotFound, match=words):
            report.dead_group(ref)


def test_groups_are_read_without_a_look_at_rows(file: File, report: Report) -> None:
    fill(file, ("huey", "side"))
    with noting_statements(report) as noted:
        report.dead_groups(JobFilter(task="mail.*", queue="huey", signature=SIGNATURES[0]))
        report.dead_groups()
    for sql, parameters in noted:
        if "job_signature" in sql:
            plan = report._reader.rows(f"EXPLAIN QUERY PLAN {sql}", parameters)
            steps = [step for *_, step in plan]
            assert any("COVERING INDEX job_signature" in step for step in steps), steps
            assert not any("TEMP B-TREE" in step for step in steps), steps


def test_an_empty_file_has_nothing(report: Report) -> None:
    assert report.jobs(offset=3) == report.jobs() == []
    assert report.count() == 0
    assert report.position(JobFilter(), 1) is None
    assert report.oldest_pending_at() is None
    assert report.counts() == dict.fromkeys(State, 0)


@pytest.mark.parametrize("field", ["task", "id", "args", "kwargs", "error_type", "error_message"])
def test_text_is_found_wherever_it_stands(file: File, report: Report, field: str) -> None:
    file.add(1, **{field: "a Needle in it"})
    file.add(2)
    assert seqs(report.jobs(JobFilter(text="nEEDLE"))) == [1]


@pytest.mark.parametrize("text", ["5%", "a_b", "\\", "\\%", "'", "#", '"', "\udc80"])
def test_text_means_itself(file: File, report: Report, text: str) -> None:
    stored = text.encode("utf-8", "backslashreplace").decode()
    file.add(1, args=f"<{stored}>")
    file.add(2, args="5 acb / b a")
    assert seqs(report.jobs(JobFilter(text=text))) == [1]


def test_a_text_too_long_to_search_is_refused(report: Report) -> None:
    assert report.jobs(JobFilter(text="x" * LONGEST_TEXT)) == []
    assert report.jobs(JobFilter(text="%" * LONGEST_TEXT)) == []
    with pytest.raises(UsageError, match="longer than"):
        report.jobs(JobFilter(text="x" * (LONGEST_TEXT + 1)))


def test_a_prefix_finds_all_tasks_that_begin_with_it(file: File, report: Report) -> None:
    for seq in range(1, 60):
        file.add(seq, task=f"t.{seq}")
    file.add(500, task="other")
    file.add(501, task="t")
    assert seqs(report.jobs(JobFilter(task="t.*"), 1000)) == list(range(59, 0, -1))
    assert report.count(JobFilter(task="t.*")) == 59
    assert report.position(JobFilter(task="t.*"), 500) is None
    assert seqs(report.jobs(JobFilter(task="t"))) == [501]


# -- one job by what people type -----------------------------------------------------------------


@pytest.mark.parametrize("ref", ["12", "#12", " #12 ", "01ab-12", "01ab-12cd"])
def test_a_job_is_found_by_number_id_and_beginning(file: File, report: Report, ref: str) -> None:
    file.add(12, id="01ab-12cd")
    file.add(13, id="01ab-13cd")
    assert report.job(ref).seq == 12


def test_an_id_that_others_begin_with_means_itself(file: File, report: Report) -> None:
    file.add(1, id="daily")
    file.add(2, id="daily-2")
    assert report.job("daily").seq == 1


def test_an_id_of_digits_is_found_where_no_job_has_that_number(file: File, report: Report) -> None:
    file.add(1, id="0192")
    file.add(192, id="777")
    assert report.job("0192").seq == 1
    assert report.job("777").seq == 192
    assert report.job("192").seq == 192


def test_an_ambiguous_reference_names_the_jobs(file: File, report: Report) -> None:
    for seq in range(1, 9):
        file.add(seq)
    with pytest.raises(UnknownJob, match=r"'id-0' fits #6, .*#2 and more: use a job's number"):
        report.job("id-0")


def test_one_id_in_two_queues_is_ambiguous(file: File, report: Report) -> None:
    file.add(1, id="same", queue="a")
    file.add(2, id="same", queue="b")
    with pytest.raises(UnknownJob, match="fits #2, #1:"):
        report.job("same")


@pytest.mark.parametrize("ref", ["", "#", "#0", "-1", "99", "#" + "9" * 40, "nope", "\x1b[2J", "²"])
def test_an_unknown_reference_is_told_so(file: File, report: Report, ref: str) -> None:
    file.add(1)
    with pytest.raises(UnknownJob, match="there is no job") as caught:
        report.job(ref)
    assert str(caught.value).isprintable()


def test_an_overlong_reference_is_cut_in_the_message(report: Report) -> None:
    with pytest.raises(UnknownJob) as caught:
        report.job("x" * 100_000)
    assert len(str(caught.value)) < 200


# -- one job's past ------------------------------------------------------------------------------


def fail_once(file: File, seq: int, number: int, at: int, outcome: str = "retry") -> None:
    file.insert(
        "attempt", seq=seq, number=number, worker=2, started_at=at, ended_at=at + 5,
        outcome=outcome, error_type="OSError", error_message="broken", traceback="Traceback",
    )  # fmt: skip


def test_attempts_end_with_the_one_the_row_carries(file: File, report: Report) -> None:
    file.add(1, state="succeeded", claims=2, ran_by=3, started_at=NOW + 20, finished_at=NOW + 30)
    fail_once(file, 1, 1, NOW)
    assert report.attempts(1) == [
        Attempt(1, 2, NOW, NOW + 5, "retry", "OSError", "broken", "Traceback"),
        Attempt(2, 3, NOW + 20, NOW + 30, "succeeded"),
    ]


def test_a_running_attempt_has_no_end_yet(file: File, report: Report) -> None:
    file.add(1, state="running", claims=1, started_at=NOW)
    worker = report.job("1").worker
    assert report.attempts(1) == [Attempt(1, worker, NOW, None, None)]


@pytest.mark.parametrize("state", ["pending", "failed", "cancelled", "retrying"])
def test_what_is_not_running_adds_no_attempt(file: File, report: Report, state: str) -> None:
    file.add(1, state=state, claims=1, started_at=NOW)
    assert report.attempts(1) == []


def test_history_merges_what_follows_from_rows_with_what_was_stored(
    file: File, report: Report
) -> None:
    file.add(9)
    file.add(
        1, state="succeeded", claims=3, ran_by=4, created_at=NOW, started_at=NOW + 70,
        finished_at=NOW + 80, parent=9, batch="night",
    )  # fmt: skip
    fail_once(file, 1, 1, NOW + 10)
    fail_once(file, 1, 2, NOW + 30, "failed")
    file.insert("event", at=NOW + 50, seq=1, kind="retried by hand", detail="was failed")
    file.insert("event", at=NOW + 51, seq=2, kind="of another job")
    assert report.history(1) == [
        JobEvent(NOW, 1, "enqueued", "by #9, in batch night"),
        JobEvent(NOW + 10, 1, "claimed", "attempt 1 by worker 2"),
        JobEvent(NOW + 15, 1, "retry", "attempt 1: OSError: broken"),
        JobEvent(NOW + 30, 1, "claimed", "attempt 2 by worker 2"),
        JobEvent(NOW + 35, 1, "failed", "attempt 2: OSError: broken"),
        JobEvent(NOW + 50, 1, "retried by hand", "was failed"),
        JobEvent(NOW + 70, 1, "claimed", "attempt 3 by worker 4"),
        JobEvent(NOW + 80, 1, "succeeded", "attempt 3"),
    ]


def test_an_end_that_nothing_else_tells_comes_from_the_row(file: File, report: Report) -> None:
    file.add(1, state="cancelled", created_at=NOW, finished_at=NOW + 9, reason="#7 failed")
    assert report.history(1)[-1] == JobEvent(NOW + 9, 1, "cancelled", "#7 failed")
    file.add(2, state="cancelled", created_at=NOW, finished_at=NOW + 9, reason="cancelled by hand")
    file.insert("event", at=NOW + 9, seq=2, kind="cancelled", detail="cancelled by hand")
    assert [line.kind for line in report.history(2)] == ["enqueued", "cancelled"]


def test_an_unknown_job_has_no_history(report: Report) -> None:
    assert not [*report.history(1), *report.attempts(1), *report.related(1)]


def test_related_are_steps_replays_parents_children_and_duplicates(
    file: File, report: Report
) -> None:
    file.add(1)
    file.add(2, after=1, state="waiting")
    file.add(3, after=2, state="waiting", parent=20, replay_of=21, duplicate_of=22)
    file.add(4, after=3, state="cancelled", cancelled_because=2)
    file.add(5, after=4, state="waiting")
    for seq in (20, 21, 22, 99):
        file.add(seq)
    file.add(30, parent=3)
    file.add(31, replay_of=3)
    assert seqs(report.related(3)) == [31, 30, 22, 21, 20, 5, 4, 2, 1]
    assert seqs(report.related(4)) == [5, 3, 2, 1]
    assert report.related(99) == []


def test_a_chord_relates_its_members_and_its_callback(file: File, report: Report) -> None:
    for seq in (1, 2, 3, 4):
        file.add(seq)
    file.insert("chord", cid="c", callback=3)
    for position, member in enumerate((1, 2)):
        file.insert("chord_member", cid="c", position=position, member=member)
    assert seqs(report.related(3)) == [2, 1]
    assert seqs(report.related(1)) == [3]


def test_a_family_too_large_to_show_is_cut(file: File, report: Report) -> None:
    file.add(1)
    for seq in range(2, 302):
        file.add(seq, parent=1, after=seq - 1, state="waiting")
    assert len(report.related(1)) == 200
    assert len(report.related(301)) == 200


# -- who works -----------------------------------------------------------------------------------


def add_worker(file: File, kind: str, **columns: Any) -> int:
    row: dict[str, Any] = {
        "queue": "huey",
        "kind": kind,
        "name": kind,
        "pid": 1,
        "boot": "b",
        "born": 1,
    }
    return file.insert("worker", **row, started_at=NOW, **columns)


@contextmanager
def alive(file: File, *workers: int) -> Iterator[None]:
    for worker in workers:
        liveness.hold(file.path, worker)
    try:
        yield
    finally:
        for worker in workers:
            liveness.let_go(file.path, worker)


def test_only_those_whose_lock_is_held_are_alive(file: File, report: Report) -> None:
    pool = add_worker(file, "pool")
    busy = add_worker(file, "worker", pool=pool, done=4, failed=1)
    dead = add_worker(file, "worker", pool=pool)
    ended = add_worker(file, "guest", ended_at=NOW + 1, ended_how="stopped")
    file.add(1, state="running", worker=busy, started_at=NOW + 3)
    with alive(file, pool, busy):
        assert [worker.id for worker in report.workers()] == [pool, busy]
        assert report.workers()[1] == Worker(
            busy, "huey", "worker", "worker", 1, pool, NOW, None, None, 4, 1, True, 1,
            "mail.send", NOW + 3, is_here=False,
        )  # fmt: skip
        everyone = {worker.id: worker.alive for worker in report.workers(everyone=True)}
        assert everyone == {pool: True, busy: True, dead: False, ended: False}
    assert report.workers() == []


def test_those_that_have_ended_lately_are_told_of(file: File, report: Report) -> None:
    pool = add_worker(file, "pool", size=3)
    drained = add_worker(file, "worker", pool=pool, wish="drain")
    unseen = add_worker(file, "worker", pool=pool)
    late = add_worker(file, "worker", pool=pool, ended_at=NOW + 9, ended_how="removed")
    add_worker(file, "worker", pool=pool, ended_at=NOW + 1, ended_how="removed")
    with alive(file, pool, drained):
        found = {one.id: one.doing for one in report.recent_workers(NOW + 5)}
    assert found == {pool: "serves", drained: "drained", unseen: "died", late: "ended"}


def test_a_worker_that_holds_several_jobs_is_one_worker(file: File, report: Report) -> None:
    guest = add_worker(file, "guest")
    for seq in (1, 2):
        file.add(seq, state="running", worker=guest)
    with alive(file, guest):
        assert [worker.id for worker in report.workers()] == [guest]


def test_the_pool_is_the_living_one_of_the_queue(file: File, report: Report) -> None:
    pool = add_worker(file, "pool")
    assert report.pool() is None
    with alive(file, pool):
        assert report.pool() == report.pool("huey") == report.workers()[0]
        assert report.pool("other") is None


def add_task(file: File, name: str, queue: str = "huey") -> None:
    file.insert(
        "task_type", queue=queue, name=name, parameters="[]", doc="Does it.", retries=2,
        retry_delay=1.5, priority=0, timeout=None, periodic=1, registered_at=NOW,
    )  # fmt: skip


def test_tasks_know_whether_they_are_paused(file: File, report: Report) -> None:
    for name in ("b", "a"):
        add_task(file, name)
    add_task(file, "c", queue="other")
    file.insert("pause", queue="huey", task="a", since=NOW)
    file.insert("pause", queue="other", task="", since=NOW)
    assert [(task.name, task.paused) for task in report.tasks()] == [
        ("a", True), ("b", False), ("c", True)
    ]  # fmt: skip
    assert report.task("b") == TaskType(
        "b", "huey", "[]", "Does it.", 2, 1.5, 0.0, None, True, NOW, False
    )
    assert report.pauses() == [("huey", "a"), ("other", "")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mail.sent", "did you mean mail.send"),
        ("send", "did you mean .*mail.send"),
        ("resize", "did you mean image.processing.resize"),
        ("zzz", "jobdash tasks"),
        ("\x1b[2J" * 1000, "no task is called"),
    ],
)
def test_an_unknown_task_suggests_near_ones(
    file: File, report: Report, name: str, told: str
) -> None:
    with pytest.raises(UnknownTask, match="none are registered yet"):
        report.task(name)
    for known in ("mail.send", "image.processing.resize", "text.send"):
        add_task(file, known)
    with pytest.raises(UnknownTask, match=told) as caught:
        report.task(name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


# -- numbers -------------------------------------------------------------------------------------


def test_counts_equal_a_recount(file: File, report: Report) -> None:
    fill(file, ("huey", "side"))
    file.delete((3, 4))
    jobs = report.jobs(limit=1000)
    assert +Counter(report.counts()) == Counter(job.state for job in jobs)
    side = Counter(job.state for job in jobs if job.queue == "side")
    assert +Counter(report.counts("side")) == side
    assert list(report.counts()) == list(State)


def test_queues_include_those_without_a_job(file: File, report: Report) -> None:
    file.add(1, queue="b")
    add_task(file, "t", queue="a")
    assert report.queues() == ["a", "b"]


def test_created_since(file: File, report: Report) -> None:
    for seq in range(1, 5):
        file.add(seq)
    assert report.created_since(NOW + 2 * SECOND) == 3
    assert report.created_since(0) == 4
    assert report.created_since(NOW + 9 * SECOND) == 0


def test_finished_since_counts_from_the_last_sample_before(file: File, report: Report) -> None:
    samples = Samples(file.database, "huey")
    assert report.finished_since(NOW) == 0
    for minute in range(4):
        file.add(minute * 2 + 1, state="succeeded")
        file.add(minute * 2 + 2, state="failed")
        samples.take(NOW + minute * 60 * SECOND)
    file.add(99, state="expired")
    file.delete((1, 2))
    since = [report.finished_since(NOW + minute * 60 * SECOND) for minute in (-1, 0, 1, 2, 3, 4)]
    assert since == [7, 7, 5, 3, 1, 1]


def test_a_sample_is_taken_when_something_has_changed(file: File) -> None:
    def at(minute: int) -> int:
        return NOW + minute * 60 * SECOND

    def taken() -> list[tuple[int, ...]]:
        return file.database.rows("SELECT at, arrived, ended, failed, pending FROM sample")

    samples = Samples(file.database, "huey")
    file.add(1)
    file.add(2, state="failed")
    file.add(3, state="running")
    file.add(4, queue="other")
    for minute in (0, 1):
        samples.take(at(minute))
        Samples(file.database, "huey").take(at(minute) + 1)
    assert taken() == [(at(0), 3, 1, 1, 1)]
    file.delete((2,))
    samples.take(at(2))
    assert taken()[1:] == [(at(2), 3, 1, 0, 1)]
    file.add(5)
    samples.take(at(60 * 25 + 3))
    assert [row[0] for row in taken()] == [at(2), at(60 * 25 + 3)]


def test_the_oldest_pending_waits_since_the_last_thing_known_of_it(
    file: File, report: Report
) -> None:
    file.add(1, created_at=NOW)
    fail_once(file, 1, 1, NOW + 700)
    file.add(2, created_at=NOW + 1, eta=NOW + 600)
    file.add(3, created_at=NOW + 2)
    file.insert("event", at=NOW + 650, seq=3, kind="retried by hand")
    assert report.oldest_pending_at() == NOW + 600
    file.add(4, created_at=NOW + 300, queue="other")
    assert report.oldest_pending_at() == report.oldest_pending_at("other") == NOW + 300
    assert report.oldest_pending_at("huey") == NOW + 600
    assert report.oldest_pending_at("none") is None


def test_messages_of_a_plain_huey_producer_are_counted(file: File, report: Report) -> None:
    assert report.plain_messages() == 0
    plain_producer = f"""
import datetime, huey
queue = huey.SqliteHuey("huey", filename={str(file.path)!r})
task = queue.task()(lambda: None)
for _ in range(2):
    task()
queue.storage.add_to_schedule(b"", datetime.datetime.now())
"""
    command = [sys.executable, "-c", plain_producer]
    subprocess.run(command, check=True, timeout=60, cwd=file.path.parent)
    assert report.plain_messages() == 3


# -- a reader that does no harm ------------------------------------------------------------------


def test_data_version_changes_with_anothers_commit_only(file: File, report: Report) -> None:
    before = report.data_version()
    report.jobs()
    assert report.data_version() == before
    file.add(1)
    assert report.data_version() != before


def test_a_search_can_be_interrupted_from_another_thread(file: File) -> None:
    # Slow on purpose: LIKE compares this pattern anew at each of 8,000 characters.
    for seq in range(1, 60):
        file.add(seq, args="a" * 8000)
    ready, outcome = threading.Event(), list[object]()

    def search() -> None:
        with Report(file.path) as report:
            outcome.append(report)
            ready.set()
            try:
                outcome.append(report.jobs(JobFilter(text="a" * 4000 + "b")))
            except DatabaseError as error:
                outcome.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    assert ready.wait(30)
    (searching,) = outcome
    assert isinstance(searching, Report)
    while len(outcome) < 2:
        searching.interrupt()
        thread.join(0.01)
    thread.join()
    assert isinstance(outcome[1], DatabaseError)


def test_a_file_that_does_not_exist_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="there is no database"):
        Report(tmp_path / "none.db")


# -- plans ---------------------------------------------------------------------------------------

FAILED, TWO = JobFilter((State.FAILED,)), JobFilter((State.FAILED, State.CANCELLED))
INDEXED: dict[str, Callable[[Report], object]] = {
    "newest": lambda report: report.jobs(),
    "jump": lambda report: report.jobs(offset=100),
    "older": lambda report: report.older(TWO, 90),
    "newer": lambda report: report.newer(TWO, 90),
    "state": lambda report: report.jobs(FAILED, offset=3),
    "states": lambda report: report.jobs(TWO, offset=3),
    "task": lambda report: report.jobs(JobFilter(task="mail.send")),
    "tasks": lambda report: report.jobs(JobFilter(task="mail*")),
    "both": lambda report: report.jobs(JobFilter(states=TWO.states, task="mail.send")),
    "group": lambda report: report.count(JobFilter(signature=SIGNATURES[0])),
    "error": lambda report: report.jobs(JobFilter((State.FAILED,), error_type="Timeout")),
    "batch": lambda report: report.jobs(JobFilter(batch="b1", task="mail.send")),
    "count": lambda report: report.count(FAILED),
    "count of task": lambda report: report.count(JobFilter(task="mail.send"), 10),
    "position": lambda report: report.position(TWO, 90),
    "position of all": lambda report: report.position(JobFilter(), 90),
    "number": lambda report: report.job("#90"),
    "id": lambda report: report.job("id-0090"),
    "attempts": lambda report: report.attempts(90),
    "history": lambda report: report.history(90),
    "related": lambda report: report.related(90),
    "workers": lambda report: report.workers(),
    "recent workers": lambda report: report.recent_workers(NOW),
    "oldest": lambda report: report.oldest_pending_at(),
    "finished": lambda report: report.finished_since(NOW),
    "spread": lambda report: report.jobs(JobFilter((State.SUCCEEDED,)), offset=3),
    "spread and task": lambda report: report.jobs(JobFilter((State.PENDING,), task="mail.send")),
}


# A scan of all running jobs is one of a few entries.
SCAN = re.compile(r"SCAN job(?! USING (COVERING )?INDEX job_running)")


@contextmanager
def noting_statements(report: Report) -> Iterator[list[tuple[str, Any]]]:
    noted: list[tuple[str, Any]] = []
    connection = report._reader._connection

    def note(_cursor: object, sql: str, parameters: Any) -> bool:
        noted.append((sql, parameters))
        return True

    connection.exec_trace = note
    yield noted
    connection.exec_trace = None


@pytest.mark.parametrize("name", INDEXED)
def test_reads_go_through_an_index(file: File, report: Report, name: str) -> None:
    fill(file, ("huey",))
    with noting_statements(report) as noted:
        INDEXED[name](report)
    assert noted
    for sql, parameters in noted:
        plan = report._reader.rows(f"EXPLAIN QUERY PLAN {sql}", parameters)
        assert not [step for *_, step in plan if SCAN.match(step)], (sql, plan)
        if ":low" in sql:
            assert not [step for *_, step in plan if "TEMP B-TREE" in step], (sql, plan)


@pytest.mark.parametrize("states", [(State.RUNNING,), (State.RUNNING, State.FAILED)])
def test_running_jobs_are_found_without_a_look_at_others(
    file: File, report: Report, states: tuple[State, ...]
) -> None:
    fill(file, ("huey",))
    with noting_statements(report) as noted:
        report.jobs(JobFilter(states))
    for sql, parameters in noted:
        steps = [step for *_, step in report._reader.rows(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        assert not [step for step in steps if "KEY (rowid>" in step], (sql, steps)


def test_the_directory_speaks_of_the_same_chunks_as_the_tally(file: File) -> None:
    for seq in (CHUNK - 1, CHUNK, 5 * CHUNK):
        file.add(seq)
    found = file.database.rows("SELECT chunk FROM tally WHERE jobs")
    assert found == [(0,), (1,), (5,)]


def test_statements_write_nothing(file: File, report: Report) -> None:
    fill(file, ("huey", "side"))
    with pytest.raises(DatabaseError, match="read-only"):
        report._reader.rows("DELETE FROM job")
    assert astuple(report.jobs()[0])[0] == 120
