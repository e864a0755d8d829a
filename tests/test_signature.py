"""What failures have in common: messages without their particulars, and the user's own frame.

Costs well under a second.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from scene import Scene, run_all

from jobdash.broker.culprit import culprit
from jobdash.report import JobFilter, Report
from jobdash.signature import LONGEST, normalised, signature

ALIKE = [
    ("order 7 is gone", "order 88120 is gone"),
    ("after 3.5s", "after 12s"),
    ("[Errno 2] No such file: '/tmp/a'", "[Errno 2] No such file: 'b.txt'"),
    ("cannot read /srv/data/x.csv", "cannot read /home/ada/other/y.csv"),
    ("ada@example.org refused", "bob.b@mail.example.com refused"),
    ("<Job object at 0x7f3a2b10>", "<Job object at 0x7f3a2bffd0>"),
    ("no blob 9f86d081884c7d65", "no blob 2c26b46b68ffc68f"),
    ("job 123e4567-e89b-12d3-a456-426614174000", "job 00000000-0000-0000-0000-000000000001"),
    ("503 from https://api.example.org/v1/a?id=7", "502 from https://api.example.org/v2/b"),
    ("at 2026-11-22T14:30:00Z", "at 2025-01-02T03:04:05Z"),
    ("10.0.0.1:80 refused", "192.168.7.20:8080 refused"),
    ("fe80::1 refused", "2001:db8:0:0:1:2:3:4 refused"),
    ("rows [1, 2, 3]", "rows [4, 5]"),
    ("two\n  lines", "two lines"),
]  # fmt: skip
DIFFERENT = [
    ("no such customer", "no such order"),
    ("division by zero", "integer modulo by zero"),
    ("can't open user's file", "can't close user's file"),
    ("a facade", "a decade"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_particulars_do_not_count(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_words_count(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(
    "evil",
    ["'", "/a", "a@", "1,", "f:", "a.", "<number>, ", "://", "f", "-", "1e", "\\", "..", "0x"],
)
def test_no_text_takes_long(evil: str) -> None:
    """Only the beginning is looked at; a pattern that loses itself in that would never end."""
    text = evil * 100_000
    assert normalised(text) == normalised(text[:LONGEST])


def test_the_line_does_not_count_but_type_function_and_file_do() -> None:
    base = signature("OSError", "gone", "app/mail.py:12 in send")
    assert re.fullmatch("[0-9a-f]{10}", base)
    assert signature("OSError", "gone", "app/mail.py:99 in send") == base
    others = [
        signature("KeyError", "gone", "app/mail.py:12 in send"),
        signature("OSError", "lost", "app/mail.py:12 in send"),
        signature("OSError", "gone", "app/mail.py:12 in receive"),
        signature("OSError", "gone", "app/post.py:12 in send"),
        signature(None, None, ""),
    ]
    assert len({base, *others}) == 6


def test_it_is_the_same_in_every_process() -> None:
    call = "from jobdash.signature import signature as s; print(s('A', 'b 1', 'c.py:1 in d'))"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == signature("A", "b 2", "c.py:2 in d")


# -- the user's own frame ------------------------------------------------------------------------


def deep(text: str) -> Any:
    return json.loads(text)


class Mailer:
    def send(self) -> None:
        deep("{")


def raised_by(body: Callable[[], object]) -> BaseException:
    try:
        body()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_the_innermost_own_frame_is_told_and_not_the_librarys() -> None:
    told = culprit(raised_by(Mailer().send))
    line = deep.__code__.co_firstlineno + 1
    assert told == f"test_signature.py:{line} in deep"


def test_a_package_names_its_folders_but_no_machine() -> None:
    module = ModuleType("shop.mails.outbox")
    exec(compile("def send():\n    1 / 0\n", "/srv/x/shop/mails/outbox.py", "exec"), vars(module))
    assert culprit(raised_by(module.send)) == "shop/mails/outbox.py:2 in send"


def test_an_installed_app_is_its_own_code_and_what_it_calls_is_not() -> None:
    def installed(name: str, source: str, **names: object) -> ModuleType:
        module = ModuleType(name)
        vars(module).update(names)
        exec(compile(source, f"/venv/lib/site-packages/{name}.py", "exec"), vars(module))
        return module

    library = installed("library", "def call():\n    1 / 0\n")
    app = installed("app", "def task():\n    call()\n", call=library.call)
    app.task.__module__ = "app"
    error = raised_by(app.task)
    # The test's own frame is outermost and no part of the app.
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
    assert culprit(error) == "app.py:2 in task"


def test_nobodys_frame_is_told_where_there_is_none() -> None:
    assert culprit(ValueError("never raised")) is None


# -- what is written -----------------------------------------------------------------------------


def group_of(scene: Scene, seq: int) -> tuple[str | None, str | None]:
    job = scene.job(seq)
    return job.signature, job.error_where


def test_a_failed_job_knows_its_group_and_a_retried_one_joins_it_again(scene: Scene) -> None:
    huey = scene.huey()

    @huey.task()
    def fail(order: int) -> None:
        raise OSError(f"order {order} is gone")

    fail(1)
    fail(22)
    run_all(huey)
    found, where = group_of(scene, 1)
    assert found is not None
    assert (found, where) == group_of(scene, 2)
    assert where is not None
    assert where.startswith("test_signature.py:")
    assert where.endswith("in test_a_failed_job_knows_its_group_and_a_retried_one_joins_it_again"
                          ".<locals>.fail")  # fmt: skip
    huey.ledger.decisions.retry(1, 1)
    run_all(huey)
    assert group_of(scene, 1) == (found, where)


def test_only_what_failed_for_good_has_a_group(scene: Scene) -> None:
    huey = scene.huey()

    @huey.task(retries=1, retry_delay=60)
    def again() -> None:
        raise OSError("busy")

    @huey.task()
    def fine() -> int:
        return 1

    again()
    fine()
    run_all(huey)
    assert scene.states() == ["retrying", "succeeded"]
    assert scene.rows("SELECT DISTINCT signature, error_where FROM job") == [(None, None)]


def test_what_cannot_be_decoded_and_what_killed_its_workers_has_a_group(scene: Scene) -> None:
    huey = scene.huey()

    @huey.task()
    def crash(number: int) -> None:
        raise AssertionError("it is never run")

    for number in range(2):
        crash(number)
    huey.storage.enqueue(b"no message")
    while (claim := huey.claim_next()) is not None:
        if claim.task:
            huey.ledger.attempts.rescue(claim_worker(scene, claim.seq), f"signal {claim.seq}", 1)
        else:
            huey.run_claim(claim, lambda: False)
    assert scene.states() == ["failed"] * 3
    first, second, broken = (group_of(scene, seq)[0] for seq in (1, 2, 3))
    assert first == second
    assert None not in (first, broken)
    assert first != broken


def test_where_no_own_code_is_to_blame_the_task_tells_failures_apart(scene: Scene) -> None:
    huey = scene.huey()

    @huey.task()
    def mail() -> Any:
        return lambda: None

    @huey.task()
    def post() -> Any:
        return lambda: None

    for task in (mail, mail, post):
        task()
    run_all(huey)
    groups = [group_of(scene, seq) for seq in (1, 2, 3)]
    assert groups[0] == groups[1]
    assert groups[0] != groups[2]
    assert groups[0][1] is None


def claim_worker(scene: Scene, seq: int) -> int:
    ((worker,),) = scene.rows("SELECT worker FROM job WHERE seq = ?", (seq,))
    return int(worker)


def test_a_group_is_counted_and_dated_by_the_jobs_that_are_in_it(scene: Scene, path: Path) -> None:
    huey = scene.huey()

    @huey.task()
    def mail(order: int) -> None:
        raise OSError(f"order {order}")

    @huey.task()
    def post(order: int) -> None:
        mail.call_local(order)

    for order in range(3):
        mail(order)
        post(order)
    run_all(huey)
    with Report(path) as report:
        ((group,), total) = report.dead_groups()
        assert (total, group.jobs, len(group.tasks), group.newest.seq) == (1, 6, 2, 6)
        assert report.seqs(group.filter) == [6, 5, 4, 3, 2, 1]
        ends = [report.job(str(seq)).finished_at for seq in range(1, 7)]
        assert (group.first_at, group.last_at) == (min(ends), max(ends))
        # Failing again is a later failure of the same group.
        huey.ledger.decisions.retry(2, 1)
        assert report.dead_groups()[0][0].jobs == 5
        run_all(huey)
        ((again,), _) = report.dead_groups()
        assert (again.jobs, again.newest.seq) == (6, 2)
        assert again.last_at > group.last_at
        huey.ledger.decisions.discard(1, 1)
        assert report.dead_groups(JobFilter(task="*.mail"))[0] == []
        assert sum(g.jobs for g in report.dead_groups()[0]) == 5
