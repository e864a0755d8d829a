"""The view of one job: its parts, why it does not run, and the ways to other jobs.

Costs about twenty seconds.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tui_support import PATIENCE, SECOND, Screen, Stock, dashboard, now

from jobdash.tui.job.call import call_source, defaults_left, losses, value_source
from jobdash.tui.job.kin_branches import branches
from jobdash.tui.job.kin_list import KinList

PARAMETERS = json.dumps(
    [
        {"name": "to", "kind": "positional_or_keyword", "default": None, "required": True},
        {"name": "copies", "kind": "positional_or_keyword", "default": "1", "required": False},
        {"name": "more", "kind": "var_positional", "default": None, "required": False},
        {"name": "color", "kind": "keyword_only", "default": '"red"', "required": False},
    ]
)


@pytest.fixture
def stock(path: Path) -> Iterator[Stock]:
    made = Stock(path)
    yield made
    made.database.close()


async def opened(screen: Screen, seq: int) -> None:
    """Open a job by its number."""
    from jobdash.tui.places.place import Place

    screen.app.board.post_message(Place.OpenJob(seq))
    await screen.until(lambda: f"Job #{seq}  " in screen.text)


def shown_seq(screen: Screen) -> int:
    """The job that is shown."""
    seq: int = screen.app.board.place.seq  # type: ignore[attr-defined]
    return seq


# -- the call, without a screen ------------------------------------------------------------------


def test_a_call_has_the_names_of_its_parameters() -> None:
    source = call_source("mail.send", ["ada", 2, "x"], {"color": "blue"}, PARAMETERS)
    assert source.splitlines() == [
        "mail.send(", "    to='ada',", "    copies=2,", "    'x',", "    color='blue',", ")",
    ]  # fmt: skip
    assert call_source("mail.send", [], {}, PARAMETERS) == "mail.send()"
    assert call_source("mail.send", ["ada"], {}, "[]") == "mail.send(\n    'ada',\n)"
    assert call_source("t", [], {"a b": 1}, "no json") == "t(\n    **'a b': 1,\n)"


def test_a_call_says_what_was_left_at_its_default() -> None:
    assert defaults_left(["ada"], {}, PARAMETERS) == ["copies=1", "color='red'"]
    assert defaults_left(["ada", 2], {"color": "blue"}, PARAMETERS) == []


def test_long_values_stand_on_lines_of_their_own() -> None:
    value = {"rows": [{"name": "a" * 40, "size": n} for n in range(2)], "n": None}
    assert value_source(value).splitlines() == [
        "{",
        "    'rows': [",
        f"        {{'name': '{'a' * 40}', 'size': 0}},",
        f"        {{'name': '{'a' * 40}', 'size': 1}},",
        "    ],",
        "    'n': None,",
        "}",
    ]


def test_what_is_redacted_or_cut_says_so() -> None:
    kwargs = {"password": "[redacted]", "text": "abc…", "rows": [*["x" * 30] * 3, "… 7 more"]}
    source = call_source("t", [], kwargs, "[]")
    assert "    password=[redacted],\n" in source
    assert "    text='abc…',  # cut\n" in source
    assert "        # … 7 more\n" in source
    assert losses(json.dumps(kwargs, ensure_ascii=False)) == (
        "1 value is redacted and 2 values are cut"
    )
    assert losses("[1, 2]", None) == ""


def test_a_call_is_python(stock: Stock) -> None:
    kwargs = {"deep": [[[1] * 40] * 3] * 2, "text": "a'b\"c\n\x1b[2J"}
    made = call_source("mail.send", ["ada"], kwargs, PARAMETERS)
    compile(made, "call", "eval")
    assert "\x1b" not in made


# -- branches ------------------------------------------------------------------------------------


def test_branches_show_what_belongs_together() -> None:
    assert branches([0, 1, 2, 2, 1, 0]) == ["", "├─ ", "│  ├─ ", "│  └─ ", "└─ ", ""]
    assert branches([0, 1, 2, 1]) == ["", "├─ ", "│  └─ ", "└─ "]
    assert branches([]) == []


# -- what opens first ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "columns", "seen"),
    [
        ("pending", {"args": '["ada"]'}, "mail.send("),
        ("succeeded", {"result": '{"sum": 42}'}, "{'sum': 42}"),
        ("succeeded", {"args": '["ada"]'}, "mail.send("),
    ],
)
async def test_the_part_that_matters_most_is_open(
    stock: Stock, state: str, columns: dict[str, str], seen: str
) -> None:
    stock.add(state, **columns)
    async with dashboard(stock.path, (80, 24)) as screen:
        await screen.press("enter")
        await screen.until(seen)


async def test_every_part_has_a_letter_and_a_click(stock: Stock) -> None:
    stock.register("mail.send", parameters=PARAMETERS)
    seq = stock.fail(2, args='["ada@example.org"]')
    stock.add("succeeded", replay_of=seq)
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("Traceback (most recent call last)")
        await screen.press("a")
        await screen.until("to='ada@example.org',")
        assert "by default: copies=1, color='red'" in screen.text
        await screen.press("s")
        await screen.until("No result: the job is failed.")
        await screen.press("w")
        await screen.until("replay #2")
        await screen.press("i")
        await screen.until("» running    → ")
        assert "after    from" in screen.text
        await screen.click("Arguments")
        await screen.until("to='ada@example.org',")
        await screen.press("t")
        await screen.until("✗ attempt 2 failed")


# -- attempts ------------------------------------------------------------------------------------


async def test_a_long_traceback_is_folded_until_enter(stock: Stock) -> None:
    frames = "".join(f'  File "/srv/a{n}.py", line {n}, in call{n}\n' for n in range(300))
    stock.fail(2, traceback=f"Traceback (most recent call last):\n{frames}ValueError: the end\n")
    async with dashboard(stock.path) as screen:
        await screen.press("enter")
        await screen.until("more lines: enter unfolds")
        assert "ValueError: the end" in screen.text
        assert "285 more lines" in screen.line_with("more lines: enter unfolds")
        assert "a2.py" not in screen.text
        await screen.press("enter")
        await screen.until("a2.py")
        await screen.press("G")
        await screen.until("ValueError: the end")
        await screen.press("enter")
        await screen.until("more lines: enter unfolds")


# -- why not -------------------------------------------------------------------------------------


async def test_why_it_does_not_run_and_the_key_that_helps(stock: Stock) -> None:
    stock.insert("pause", queue=stock.queue, task="mail.send", since=now() - 180 * SECOND)
    seq = stock.add()
    async with dashboard(stock.path, (80, 24)) as screen:
        await opened(screen, seq)
        await screen.until("why not   mail.send is paused since")
        assert "P resumes it" in screen.text
        assert "nobody works on huey" in screen.text
        await screen.press("P", "t")
        await screen.gone("is paused since")
        stock.update(seq, state="succeeded", started_at=now(), finished_at=now())
        await screen.gone("why not")


async def test_the_countdown_goes_on_by_itself(stock: Stock) -> None:
    seq = stock.add("retrying", eta=now() + 3600 * SECOND, retries=1, retries_left=1, failures=1)
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("it failed and is tried again at")
        before = screen.line_with("tried again at")
        assert "(in 59m" in before
        await screen.until(lambda: screen.line_with("tried again at") != before)


async def test_a_job_that_runs_has_nothing_to_explain(stock: Stock) -> None:
    with stock.crew() as (_, worker):
        seq = stock.add("running", worker=worker)
        async with dashboard(stock.path) as screen:
            await opened(screen, seq)
            await screen.until("running")
            assert "why not" not in screen.text
    # The lock is free now: the worker counts as dead.


async def test_a_worker_that_died_under_its_job_is_told(stock: Stock) -> None:
    seq = stock.add("running")
    async with dashboard(stock.path) as screen:
        await opened(screen, seq)
        await screen.until("which ran it, is dead")


# -- workflow ------------------------------------------------------------------------------------


async def test_one_walks_through_a_workflow_and_back(stock: Stock) -> None:
    first = stock.add("succeeded")
    second = stock.fail(after=first)
    third = stock.add("cancelled", after=second, reason=f"#{second} before it did not succeed")
    async with dashboard(stock.path) as screen:
        await opened(screen, third)
        await screen.until(f"#{second} before it did not succeed")
        await screen.press("w")
        await screen.until(f"then #{third} mail.send (this one)")
        assert "✗ failed" in screen.line_with(f"then #{second} ")
        await screen.press("k", "enter")
        await screen.until(f"#{second} mail.send (this one)")
        await screen.until(f"Job #{third} > #{second}")
        await screen.press("k", "enter")
        await screen.until(f"#{first} mail.send (this one)")
        await screen.press("escape")
        await screen.until(f"#{second} mail.send (this one)")
        # On the line from where one went.
        tree = screen.app.query_one(KinList)
        await screen.until(lambda: tree.current is not None and tree.row_key(tree.cursor) == first)
        await screen.press("escape")
        await screen.until(f"then #{third} mail.send (this one)")
        await screen.press("escape")
        await screen.until("type to filter")


async def test_a_long_tree_begins_around_its_job_and_names_are_short(stock: Stock) -> None:
    steps = [stock.add("succeeded", task="app.tasks.mail.send")]
    for _ in range(40):
        steps.append(stock.add("pending", after=steps[-1], task="app.tasks.mail.send"))
    async with dashboard(stock.path, (80, 24)) as screen:
        await opened(screen, steps[20])
        await screen.press("w")
        await screen.until(f"then #{steps[20]} mail.send (this one)")
        tree = screen.app.query_one(KinList)
        await screen.until(lambda: tree.cursor - tree.top == tree.page // 2)
        small = tree.page
        await screen.resize(80, 40)
        await screen.until(lambda: tree.page > small)
        await screen.until(lambda: tree.cursor - tree.top == tree.page // 2)


async def test_a_click_goes_to_a_job_of_the_tree(stock: Stock) -> None:
    first = stock.add("succeeded")
    second = stock.add("succeeded", replay_of=first)
    async with dashboard(stock.path) as screen:
        await opened(screen, first)
        await screen.press("w")
        await screen.until(f"replay #{second}")
        await screen.click(f"replay #{second}")
        await screen.click(f"replay #{second}")
        await screen.until(f"replay #{second} mail.send (this one)")


async def test_a_branch_that_is_cut_grows(stock: Stock) -> None:
    root = stock.add("succeeded")
    stock.add_many(150, parent=root)
    async with dashboard(stock.path) as screen:
        await opened(screen, root)
        await screen.press("w")
        await screen.until(f"#{root} mail.send (this one)")
        await screen.press("G")
        await screen.until("and 130 more")
        await screen.press("enter")
        await screen.until(lambda: "and 130 more" not in screen.text)
        await screen.press("G")
        await screen.until("and 50 more")
        assert shown_seq(screen) == root


async def test_a_group_is_one_line_and_leads_to_the_list(stock: Stock) -> None:
    root = stock.add("succeeded")
    head = stock.add("succeeded", parent=root, group_head=root + 1)
    stock.add_many(600, parent=root, group_head=head)
    stock.fail(parent=root, group_head=head)
    async with dashboard(stock.path) as screen:
        await opened(screen, root)
        await screen.press("w")
        await screen.until("group of 602  ✓ 601 succeeded  ✗ 1 failed")
        await screen.press("G")
        await screen.until("and 582 more  enter shows them")
        await screen.press("enter")
        await screen.until(lambda: screen.table.length == 602)
        assert f"with:#{head}" in screen.text
        await screen.press("escape")
        await screen.until("and 582 more  enter shows them")
        assert "Job #" in screen.text, "back in the job that has led to them"
        await screen.press("escape")
        await screen.until("type to filter")


async def test_children_that_are_too_many_for_the_tree_are_listed(stock: Stock) -> None:
    root = stock.add("succeeded")
    stock.add_many(550, parent=root)
    stock.add("failed")
    async with dashboard(stock.path) as screen:
        await opened(screen, root)
        await screen.press("w")
        await screen.until(f"#{root} mail.send (this one)")
        await screen.press("G", "enter")
        await screen.until(lambda: screen.table.length == 550)
        assert f"parent:#{root}" in screen.text


async def test_the_workflow_follows_its_jobs(stock: Stock) -> None:
    first = stock.add("succeeded")
    second = stock.add("pending", after=first)
    async with dashboard(stock.path) as screen:
        await opened(screen, first)
        await screen.press("w")
        await screen.until(f"then #{second}")
        stock.update(second, state="succeeded", started_at=now(), finished_at=now())
        await screen.until(lambda: "✓ succeeded" in screen.line_with(f"then #{second}"))


# -- the list one came from ----------------------------------------------------------------------


async def test_a_key_goes_on_in_the_list_one_came_from(stock: Stock) -> None:
    failed = [stock.fail() for _ in range(3)]
    stock.add_many(5)
    async with dashboard(stock.path) as screen:
        await screen.press("exclamation_mark")
        await screen.until(lambda: screen.table.length == 3)
        await screen.press("enter")
        await screen.until(lambda: shown_seq(screen) == failed[2])
        for seq in (failed[1], failed[0]):
            await screen.press("J")
            await screen.until(f"Job #{seq}  ")
        await screen.press("J", "K")
        await screen.until(f"Job #{failed[1]}  ")
        await screen.press("n")
        await screen.until("start the dashboard with the app")
        assert shown_seq(screen) == failed[1]
        await screen.press("escape")
        await screen.until("newest first")
        assert screen.table.current.seq == failed[1]


async def test_it_goes_on_far_beyond_what_was_read(stock: Stock) -> None:
    stock.add_many(300)
    async with dashboard(stock.path, (80, 24)) as screen:
        # As far as was read at the start, but for a few.
        screen.table.move_to(70)
        await screen.press("enter")
        await screen.until("Job #230  ")
        seen = {230}
        place = screen.app.board.place
        while min(seen) > 190:
            # A press does nothing while the next stretch of the list is read.
            place.action_neighbour(1)  # type: ignore[attr-defined]
            await screen.until(lambda: screen.table.current)
            await screen._pilot.pause()
            seen.add(shown_seq(screen))
        assert seen == set(range(min(seen), 231))


async def test_only_a_list_of_jobs_has_a_next_one(stock: Stock) -> None:
    with stock.crew() as (_, worker):
        stock.add("running", worker=worker)
        async with dashboard(stock.path) as screen:
            await screen.press("5")
            await screen.until("w1")
            await screen.press("j", "enter")
            await screen.until("Job #1  ")
            assert "next job" not in screen.lines[-1]
            await screen.press("J")
            assert shown_seq(screen) == 1


# -- room ----------------------------------------------------------------------------------------


async def test_facts_stand_beside_the_parts_where_there_is_room(stock: Stock) -> None:
    seq = stock.fail(3, error_where="mail.py:88 in send", ran_by=stock.worker)
    async with dashboard(stock.path, (200, 50)) as screen:
        await opened(screen, seq)
        await screen.until("where     mail.py:88 in send")
        assert screen.line_with("priority").index("priority") > 140
        await screen.resize(80, 24)
        await screen.until(lambda: "where " not in screen.text)
        assert screen.line_with("priority").index("priority") < 40
        # Its worker has ended, and is called what the attempts call it.
        assert "last on w1 " in screen.line_with("priority")
        assert "Traceback" in screen.text


# -- text from outside ---------------------------------------------------------------------------


async def test_ten_megabytes_freeze_nothing(stock: Stock) -> None:
    huge = "x" * 10_000_000
    kwargs = json.dumps({"a": huge})
    seq = stock.add(
        "failed", args="[1]", kwargs=kwargs, result=kwargs, error_type="E", error_message=huge
    )
    stock.insert(
        "attempt", seq=seq, number=1, worker=stock.worker, started_at=now(), ended_at=now(),
        outcome="failed", error_type="E", error_message=huge, traceback=f"Traceback:\n{huge}",
    )  # fmt: skip
    async with dashboard(stock.path, (80, 24)) as screen:
        await opened(screen, seq)
        await screen.until("attempt 1 failed")
        for key in ("a", "s", "i", "t", "enter"):
            async with asyncio.timeout(PATIENCE):
                await screen.press(key)


async def test_zoomed_the_part_of_a_job_has_the_room(stock: Stock) -> None:
    seq = stock.fail(tries=2)
    for size in ((80, 24), (200, 50)):
        async with dashboard(stock.path, size) as screen:
            await screen.press("enter")
            await screen.until("2 of 2 used")
            before = screen.app.board.place.body.size.height
            await screen.press("z")
            await screen.gone("2 of 2 used")
            assert f"Job #{seq}  " in screen.text
            assert screen.app.board.place.body.size.height > before
            await screen.press("z")
            await screen.until("2 of 2 used")


async def test_a_dead_letter_tells_which_replay_made_it_good(stock: Stock) -> None:
    healed, dead = stock.fail(), stock.fail()
    stock.fail(replay_of=dead)
    replay = stock.add("succeeded", replay_of=healed)
    later = stock.add("succeeded", replay_of=healed)
    stock.add("running", replay_of=healed)
    async with dashboard(stock.path) as screen:
        await screen.until(f"replayed ok as #{later}  TimeoutError")
        assert screen.text.count("replayed ok") == 1
        assert f"replayed ok as #{replay} " not in screen.text
        await opened(screen, healed)
        await screen.until("Traceback (most recent call last)")
        assert f"replayed ok as #{later}" in screen.line_with(" error ")


async def test_a_long_reason_in_the_timeline_goes_on_below_the_states(stock: Stock) -> None:
    reason = " ".join(f"word{number}" for number in range(40))
    seq = stock.add("cancelled", reason=reason)
    async with dashboard(stock.path, size=(80, 24)) as screen:
        await opened(screen, seq)
        await screen.press("i")
        await screen.until("time          after    from")
        await screen.until("word39")
        heading = screen.line_with("time          after")
        last = screen.line_with("word39")
        assert len(last) - len(last.lstrip()) == heading.index("from")
