"""The tree of jobs that belong together, from the real ledger. Costs about a second."""

from typing import Any

import pytest
from book import NOW, Book, new_job
from huey.api import chord, group
from scene import Scene, run_all, run_next

from jobdash import SqliteHuey
from jobdash.ids import new_id
from jobdash.report import JobFilter, Relative, Report, Role, parse_filter


def drawn(report: Report, seq: int, per_branch: int = 50) -> list[str]:
    """The tree in words: depth, role, number."""
    return [_line(line) for line in report.workflow(seq, per_branch)]


def _line(line: Relative) -> str:
    what = f"{line.more} more" if line.job is None else f"#{line.job.seq}"
    if line.group is not None:
        told = (f"{jobs} {state}" for state, jobs in line.group.states)
        what = f"of {line.group.size}: {', '.join(told)}"
    return "  " * line.depth + f"{line.role} {what}".strip()


@pytest.fixture
def report(book: Book, path: Any) -> Any:
    with Report(path) as made:
        yield made


def test_a_job_alone_is_a_tree_of_one(book: Book, report: Report) -> None:
    seq = book.add("alone")
    assert drawn(report, seq) == ["#1"]
    job = report.job_by_seq(seq)
    assert job is not None
    assert not report.has_kin(job)
    assert report.workflow(99) == []


def test_a_pipeline_reads_from_its_first_step(huey: SqliteHuey, scene: Scene) -> None:
    @huey.task()
    def add(a: int, b: int = 1) -> int:
        return a + b

    huey.enqueue(add.s(1).then(add, 2).then(add, 3))
    run_next(huey)
    with Report(scene.path) as report:
        for seq in (1, 2, 3):
            assert drawn(report, seq) == ["#1", "then #2", "then #3"]
            assert report.has_kin(report.job(str(seq)))


def test_a_chord_has_its_members_below_its_callback(huey: SqliteHuey, scene: Scene) -> None:
    @huey.task()
    def add(a: int, b: int = 1) -> int:
        return a + b

    @huey.task()
    def gather(values: list[int]) -> int:
        return sum(values)

    huey.enqueue(chord([add.s(1), add.s(2).then(add, 5)], gather.s()).then(add, 7))
    with Report(scene.path) as report:
        tree = drawn(report, 1)
        by_task = [line.job.task.rpartition(".")[2] for line in report.workflow(1) if line.job]
        assert by_task == ["gather", "add", "add", "add", "add"]
        assert [line.role for line in report.workflow(1)] == [
            Role.FIRST, Role.MEMBER, Role.MEMBER, Role.STEP, Role.STEP
        ]  # fmt: skip
        assert [line.depth for line in report.workflow(1)] == [0, 1, 1, 2, 0]
        for line in report.workflow(1):
            assert line.job is not None
            assert drawn(report, line.job.seq) == tree
    run_all(huey)


def found(report: Report, typed: str) -> list[int]:
    return [job.seq for job in report.jobs(JobFilter(terms=parse_filter(typed)))][::-1]


def test_the_members_of_a_group_stand_side_by_side(huey: SqliteHuey, scene: Scene) -> None:
    @huey.task()
    def add(a: int, b: int = 1) -> int:
        return a + b

    add(0)
    huey.enqueue(group([add.s(1), add.s(2).then(add, 5), add.s(3)]))
    huey.enqueue_many([add.s(7), group([add.s(8), chord([add.s(9)], add.s())])])
    run_next(huey)
    run_next(huey)
    with Report(scene.path) as report:
        tree = [
            "group of 3: 2 pending, 1 succeeded",
            "  member #2", "  member #3", "    then #4", "  member #5",
        ]  # fmt: skip
        for seq in (2, 3, 4, 5):
            assert drawn(report, seq) == tree
            assert report.has_kin(report.job(str(seq)))
        for seq in (1, 6):
            assert drawn(report, seq) == [f"#{seq}"]
        assert drawn(report, 7) == drawn(report, 8) == [
            "group of 2: 1 waiting, 1 pending", "  member #7", "  member #9", "    member #8"
        ]  # fmt: skip
        assert found(report, "with:#3") == found(report, "with:#2,5") == [2, 3, 5]
        assert found(report, "with:#1,#4") == []


def test_replays_and_repeated_keys_are_no_members(huey: SqliteHuey, scene: Scene) -> None:
    add = huey.task(name="add")(lambda a: a)
    once = huey.task(name="once", idempotency_key="k")(lambda: None)

    huey.enqueue(once.s())
    huey.enqueue(group([once.s(), add.s(2), add.s(3)]))
    run_all(huey)
    new = huey.ledger.decisions.replay(2, new_id(), 1)
    with Report(scene.path) as report:
        assert drawn(report, 1) == ["#1"]
        tree = ["group of 2: 2 succeeded", "  member #2", f"    replay #{new}", "  member #3"]
        for seq in (2, 3, new):
            assert drawn(report, seq) == tree
        assert found(report, "with:#3") == [2, 3]


def test_all_that_a_body_enqueues_is_below_it(huey: SqliteHuey, scene: Scene) -> None:
    leaf = huey.task(name="leaf")(lambda value=None: value)

    @huey.task()
    def body() -> None:
        huey.enqueue(chord([leaf.s(number) for number in range(3)], leaf.s()))
        huey.enqueue(group([leaf.s(), leaf.s()]))
        huey.enqueue(leaf.s(1).then(leaf))

    body()
    run_next(huey)
    with Report(scene.path) as report:
        tree = [
            "#1", "  child #5", "    member #2", "    member #3", "    member #4",
            "  child #8", "    then #9",
            "  group of 2: 2 pending", "    member #6", "    member #7",
        ]  # fmt: skip
        for seq in range(1, 10):
            assert drawn(report, seq) == tree
        # Also if not all of them are shown, a chord's members are no children beside it.
        assert drawn(report, 1, 1) == [
            "#1", "  child #5", "    member #2", "    member 2 more", "  child 1 more",
            "  group of 2: 2 pending", "    member #6", "    member 1 more",
        ]  # fmt: skip
        assert found(report, "parent:#1") == [2, 3, 4, 5, 6, 7, 8]


def test_a_group_outlives_its_first_member(book: Book, report: Report) -> None:
    for number in range(3):
        book.add(f"member {number}")
    book.write("UPDATE job SET group_head = 1")
    book.write("DELETE FROM job WHERE seq = 1")
    assert drawn(report, 3) == ["group of 2: 2 pending", "  member #2", "  member #3"]
    assert found(report, "with:#1") == found(report, "with:#2") == [2, 3]


def test_children_are_below_their_parent(book: Book, report: Report) -> None:
    book.add("root")
    book.add("child", parent=1)
    book.add("grandchild", parent=2)
    for seq in (1, 2, 3):
        assert drawn(report, seq) == ["#1", "  child #2", "    child #3"]


def test_a_replay_is_below_its_original(book: Book, report: Report) -> None:
    book.add("first")
    book.drain(book.worker())
    book.ledger.decisions.replay(1, new_id(), NOW)
    for seq in (1, 2):
        assert drawn(report, seq) == ["#1", "  replay #2"]


def test_a_replayed_chord_shares_its_members(huey: SqliteHuey, scene: Scene) -> None:
    @huey.task()
    def add(a: int) -> int:
        return a

    @huey.task()
    def gather(values: list[int]) -> int:
        return sum(values)

    huey.enqueue(chord([add.s(1), add.s(2)], gather.s()))
    run_all(huey)
    with Report(scene.path) as report:
        (callback,) = (line.job.seq for line in report.workflow(1) if line.job and not line.depth)
        new = huey.ledger.decisions.replay(callback, new_id(), 1)
        assert [line.role for line in report.workflow(new)].count(Role.REPLAY) == 1
        assert len(report.workflow(new)) == 4


def test_a_large_family_is_cut_and_counted_and_shows_the_way(book: Book, report: Report) -> None:
    book.add("root")
    for number in range(30):
        book.add(f"child {number}", parent=1)
    assert drawn(report, 1, 3) == [
        "#1", "  child #2", "  child #3", "  child #4", "  child 27 more",
    ]  # fmt: skip
    assert drawn(report, 20, 3)[-2:] == ["  child #20", "  child 26 more"]


def test_a_pruned_origin_makes_its_child_the_root(book: Book, report: Report) -> None:
    book.enter(new_job("orphan", parent=77))
    assert drawn(report, 1) == ["#1"]


def test_a_large_group_is_cut_and_shows_the_way(book: Book, report: Report) -> None:
    for number in range(30):
        book.add(f"member {number}")
    book.write("UPDATE job SET group_head = 1")
    assert drawn(report, 20, 2) == [
        "group of 30: 30 pending", "  member #1", "  member #2", "  member #20", "  member 27 more"
    ]  # fmt: skip


def test_many_groups_of_a_job_are_cut(book: Book, report: Report) -> None:
    book.add("root")
    for number in range(6):
        book.add(f"member {number}", parent=1)
    book.write("UPDATE job SET group_head = seq / 2 * 2 WHERE seq > 1")
    assert drawn(report, 6, 1) == [
        "#1", "  group of 2: 2 pending", "    member #2", "    member 1 more",
        "  group of 2: 2 pending", "    member #6", "    member 1 more", "  group -1 more",
    ]  # fmt: skip


def test_jobs_that_name_each_other_are_no_endless_tree(book: Book, report: Report) -> None:
    book.add("a")
    book.add("b", parent=1)
    book.write("UPDATE job SET parent = 2 WHERE seq = 1")
    assert {line.job.seq for line in report.workflow(1) if line.job} == {1, 2}


def test_thousands_of_children_cost_few_rows(book: Book, report: Report) -> None:
    book.add("root")
    book.write("UPDATE job SET state = 'failed', finished_at = 1 WHERE seq = 1")
    book.write(
        """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)
        INSERT INTO job (id, queue, state, place, created_at, parent)
          SELECT 'c' || i, 'huey', 'pending', i, 1, 1 FROM n"""
    )
    tree = report.workflow(1)
    assert len(tree) == 52
    assert tree[-1].more == 2950
    whole = report.workflow(1, 10_000)
    assert len(whole) == 2_001
    assert (whole[-1].job, whole[-1].more) == (None, -1)
