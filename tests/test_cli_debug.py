"""`jobdash debug`: a job again in the foreground, the debugger where it fails, nothing changed.

With a real terminal where the debugger is meant. About five seconds.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_support import Shop, a_shop, refused, run, run_json
from cli_terminal import Terminal
from click.testing import Result
from waiting import eventually

MORE = '''

import json
import json.decoder
import os

from jobdash import current_job, once
from huey import RetryTask
from huey.exceptions import CancelExecution


@huey.task(retries=3, retry_delay=1, context=True, timeout=0.001)
def order(number, *, currency, task=None):
    """Fails in its own code."""
    total = number * 2
    time.sleep(0.002)
    task.check_timeout()
    once(f"pay:{number}", print, "paid")
    send("ada")
    raise LookupError(f"no order {number} in {currency} by {task.id}")


@huey.task()
def parse(text):
    return json.loads(text)


@huey.task()
def stops():
    before = 7
    breakpoint()
    return before


@huey.task()
def waits(path):
    os.close(os.open(path, os.O_CREAT))
    while True:
        pass


@huey.task()
def again():
    raise RetryTask()


@huey.task()
def step(value, more):
    raise ValueError(value + more)


@huey.task()
def who():
    job = current_job()
    return [job.seq, job.attempt, job.token]


@huey.pre_execute()
def hook(task):
    if "no hook" in task.args:
        raise CancelExecution()
    print("pre")


@huey.on_startup()
def startup():
    print("startup")
'''


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        made.source.write_text(made.source.read_text() + MORE)
        monkeypatch.setenv("JOBDASH_APP", made.app)
        monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
        yield made


@pytest.fixture(autouse=True)
def loud() -> Iterator[None]:
    """Put back what the command does to its own process."""
    level = logging.getLogger("huey").level
    yield
    logging.getLogger("huey").setLevel(level)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONBREAKPOINT", "0")


@pytest.fixture
def terminal(shop: Shop) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*words: object) -> Terminal:
        opened.append(Terminal("debug", *words))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def debug(shop: Shop, *words: object) -> Result:
    """Run the command here, with the app imported anew, as in a process of its own."""
    module = sys.modules.pop(shop.module, None)
    try:
        return run("debug", *words)
    finally:
        if module is not None:
            sys.modules[shop.module] = module


def turned_down(result: Result, code: int, *words: str) -> None:
    """Check how a command failed that the app's hooks have printed before."""
    last = result.stderr.splitlines()[-1]
    assert (result.exit_code, [word for word in words if word not in last]) == (code, []), last


def everything(shop: Shop) -> str:
    """Return what the ledger holds of jobs."""
    return str([run_json("--db", shop.db, "show", job["seq"]) for job in run_json("list")])


def test_the_debugger_is_where_it_failed(shop: Shop, terminal: Callable[..., Terminal]) -> None:
    task = shop.task("order").s(21, currency="EUR")
    shop.huey.enqueue(task)
    seq = shop.huey.ledger.intake.find(task.id)
    before = everything(shop)
    screen = terminal(seq)
    screen.wait_for("(Pdb)")
    assert f"LookupError: no order 21 in EUR by {task.id}" in screen.text
    assert "order()\n-> raise LookupError" in screen.text.replace("\r", "")
    assert "execute" not in screen.text, "what runs jobs is left out"
    screen.press("p total, currency\n")
    screen.wait_for("(42, 'EUR')")
    screen.press("q\n")
    assert screen.end() == 1
    assert f"#{seq} failed here with LookupError" in screen.text
    assert "paid" in screen.text
    assert everything(shop) == before


def test_it_goes_up_to_ones_own_code(shop: Shop, terminal: Callable[..., Terminal]) -> None:
    screen = terminal(shop.ended("parse", "{"))
    screen.wait_for("return json.loads(text)\r\n(Pdb)")
    screen.press("p text\n")
    screen.wait_for("'{'")
    screen.press("q\n")
    assert screen.end() == 1


def test_a_breakpoint_in_the_task(shop: Shop, terminal: Callable[..., Terminal]) -> None:
    screen = terminal(shop.enqueue("stops"))
    screen.wait_for("(Pdb)")
    screen.press("before = 8\nc\n")
    assert screen.end() == 0
    assert "did not fail here, it returned 8" in screen.text


def test_ctrl_c_looks_where_it_is(shop: Shop, terminal: Callable[..., Terminal]) -> None:
    begun = shop.folder / "begun"
    screen = terminal(shop.enqueue("waits", str(begun)))
    eventually(begun.exists)
    os.kill(screen.process.pid, signal.SIGINT)
    screen.wait_for("(Pdb)")
    screen.press("p path\nq\n")
    screen.wait_for(f"'{begun}'\r\n")
    assert screen.end() == 1
    assert "failed here with KeyboardInterrupt" in screen.text


def test_an_end_from_outside_leaves_no_copy(
    shop: Shop, terminal: Callable[..., Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = shop.folder / "tmp"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    screen = terminal(shop.ended("fail"))
    screen.wait_for("(Pdb)")
    assert [*place.iterdir()]
    os.kill(screen.process.pid, signal.SIGHUP)
    assert screen.end() == 128 + signal.SIGHUP
    assert [*place.iterdir()] == []


def test_a_debugger_of_ones_own(shop: Shop, terminal: Callable[..., Terminal]) -> None:
    (shop.folder / "kdb.py").write_text(
        "import pdb\n\n\nclass Kdb(pdb.Pdb):\n    prompt = '(Kdb) '\n"
        "    def __init__(self):\n        super().__init__()\n        self.prompt = '(Kdb) '\n"
    )
    screen = terminal(shop.ended("fail"), "--pdbcls", "kdb:Kdb")
    screen.wait_for("(Kdb)")
    screen.press("p why\nq\n")
    screen.wait_for("'no such customer'")
    assert screen.end() == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere:Class", "No module named 'nowhere'"),
        ("json:nothing", "no attribute 'nothing'"),
        ("breaks:Class", "ZeroDivisionError: division by zero"),
        ("pdb:", "takes module:Class"),
        (":Pdb", "takes module:Class"),
        ("json:JSONDecoder", "takes module:Class"),
    ],
)
def test_no_such_debugger_is_a_mistake(
    shop: Shop, terminal: Callable[..., Terminal], name: str, words: str
) -> None:
    (shop.folder / "breaks.py").write_text("1 / 0\n")
    screen = terminal(shop.ended("fail"), "--pdbcls", name)
    screen.wait_for(words)
    assert screen.end() == 2
    assert "Traceback" not in screen.text


def test_a_debugger_that_breaks_does_not_hide_the_failure(
    shop: Shop, terminal: Callable[..., Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.folder / "breaks.py").write_text("1 / 0\n")
    monkeypatch.setenv("PYTHONBREAKPOINT", "breaks.set_trace")
    screen = terminal(shop.ended("fail"))
    screen.wait_for("(Pdb)")
    screen.press("q\n")
    assert screen.end() == 1


def test_who_wants_no_debugger_gets_none(shop: Shop, without: None) -> None:
    seq = shop.ended("fail", "no such customer")
    done = debug(shop, seq)
    assert done.exit_code == 1
    assert "RuntimeError: no such customer" in done.stderr
    assert f"#{seq} failed here with RuntimeError" in done.stderr
    assert done.stdout.startswith("startup\n")


def test_what_does_not_fail_tells_its_result(shop: Shop, without: None) -> None:
    seq = shop.ended("who")
    result = debug(shop, seq)
    token = f"jobdash-{run_json('show', seq)['id']}"
    assert result.exit_code == 0
    assert f'it returned [{seq}, 2, "{token}"]' in result.stdout


@pytest.mark.parametrize("state", ["pending", "scheduled", "retrying", "cancelled", "running"])
def test_it_works_in_every_state(shop: Shop, without: None, state: str) -> None:
    eta = 2**52 if state == "scheduled" else None
    seq = shop.enqueue("flaky" if state == "retrying" else "nap", eta=eta)
    if state == "retrying":
        shop.work()
    elif state == "cancelled":
        assert run("cancel", seq).exit_code == 0
    elif state == "running":
        shop.huey.dequeue()
    before = everything(shop)
    assert shop.state(seq) == state
    code = debug(shop, seq).exit_code
    assert code == (1 if state == "retrying" else 0)
    assert everything(shop) == before


def test_a_step_has_the_arguments_of_its_turn(shop: Shop, without: None) -> None:
    first = shop.task("send").s("ada").then(shop.task("step"), "then ")
    shop.huey.enqueue(first)
    shop.work()
    done = debug(shop, shop.huey.ledger.intake.find(first.on_complete.id))
    assert "ValueError: then sent to ada" in done.stderr


def test_a_recorded_run_is_a_replay(shop: Shop, without: None) -> None:
    seq = shop.ended("fail")
    result = debug(shop, seq, "--record")
    assert result.exit_code == 1
    assert f"it is kept as #{seq + 1}" in result.stderr
    kept = run_json("show", seq + 1)
    assert (kept["state"], kept["replay_of"], kept["attempt"]) == ("failed", seq, 1)
    assert "no such customer" in kept["error"]["traceback"]


def test_a_recorded_run_is_not_tried_again(shop: Shop, without: None) -> None:
    for task in ("flaky", "again"):
        seq = shop.enqueue(task)
        shop.huey.execute(shop.huey.dequeue())
        run("cancel", seq)
        debug(shop, seq, "--record")
        replay = run_json("list", "--limit", 1)[0]
        assert (replay["state"], replay["replay_of"]) == ("failed", seq), task


def test_a_recorded_run_that_succeeds(shop: Shop, without: None) -> None:
    seq = shop.ended("nap", 0.0)
    assert debug(shop, seq, "--record").exit_code == 0
    kept = run_json("show", seq + 1)
    assert (kept["state"], kept["result"], kept["replay_of"]) == ("succeeded", 0.0, seq)


def test_another_error_than_the_recorded_one_is_told(shop: Shop, without: None) -> None:
    seq = shop.ended("fail")
    shop.source.write_text(shop.source.read_text().replace("RuntimeError(why)", "KeyError(why)"))
    told = debug(shop, seq).stderr.splitlines()[-1]
    assert told == (
        f"jobdash: #{seq} failed here with KeyError; recorded is RuntimeError: no such customer"
    )


def test_what_is_not_run(shop: Shop, without: None) -> None:
    seq = shop.enqueue("send", "no hook")
    result = debug(shop, seq)
    assert result.exit_code == 1
    assert f"#{seq} was not run here: cancelled before it ran" in result.stderr


def test_the_last_pool_tells_the_app(
    shop: Shop, without: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JOBDASH_APP")
    seq = shop.ended("fail")
    with shop.huey.storage.database.transaction() as tx:
        tx.run(
            "INSERT INTO worker (queue, kind, name, pid, boot, born, started_at, ended_at, app)"
            " VALUES ('shop', 'pool', 'pool 1', 1, 'x', 1, 1, 2, ?)",
            (shop.app,),
        )
    result = debug(shop, "--db", shop.db, seq)
    assert result.exit_code == 1
    assert f"the app is {shop.app}" in result.stderr


def test_bad_wishes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seq = shop.ended("fail")
    refused(debug(shop, seq), 2, "a debugger needs a terminal")
    monkeypatch.setenv("PYTHONBREAKPOINT", "0")
    refused(debug(shop, 99), 3, "there is no job '99'")
    waiting = shop.task("nap").s().then(shop.task("nap"))
    shop.huey.enqueue(waiting)
    step = shop.huey.ledger.intake.find(waiting.on_complete.id)
    turned_down(debug(shop, step), 4, "never had its turn")
    pending = shop.enqueue("nap")
    turned_down(debug(shop, pending, "--record"), 4, f"#{pending}", "pending")


def test_what_the_app_cannot_read(shop: Shop, without: None) -> None:
    seq = shop.ended("fail")
    name = f"{shop.module}.fail"
    shop.source.write_text(shop.source.read_text().replace("def fail(", "def other("))
    turned_down(debug(shop, seq), 4, f"job #{seq} cannot be read by this app", name)
