"""`jobdash testcase`: the file that it writes is run by pytest, before and after the fix.

All of them in one pytest process each. About five seconds.
"""

import datetime
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from cli_support import Shop, a_shop, refused, run, run_json
from hypothesis import given, settings
from hypothesis import strategies as st

from jobdash.cli.testcase.asking import asks_for_its_job
from jobdash.cli.testcase.literals import Literals
from jobdash.cli.testcase.names import Names, Unwritable

MORE = '''

from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import jobdash
from jobdash import GiveUp, once


class NoStock(Exception):
    """There is nothing left."""


@dataclass
class Item:
    name: str
    price: Decimal
    token: str = ""


class Odd:
    """Has no source that gives it back."""

    def __init__(self, number):
        self.number = number


class Login:
    def __init__(self, password):
        self.password = password


@huey.task(retries=2, retry_delay=60)
def order(item, at, *, count=1, where=None):
    if count > 3:
        raise NoStock(f"{count} of {item.name} are too many [{where}]")
    return item.price * count


@huey.task(context=True)
def who(number, task=None):
    raise KeyError(f"{number} {type(task).__name__}")


@huey.task()
def odd(thing):
    raise ValueError(f"odd {thing.number}")


@huey.task()
def login(user, password, options=None):
    raise PermissionError(user)


@huey.task()
def enter(login):
    raise PermissionError("enter")


@huey.task()
def charge(number):
    return _paid(number) + 1


def _paid(number):
    return [once(f"charge:{number}", lambda: number * 2) for _ in range(1)][0]


@huey.task(retries=1)
def asks(who):
    job = jobdash.current_job()
    raise LookupError(f"{who}: {job.seq} {job.attempt} {job.token} {job.cancel_requested}")


@huey.task()
def join(left, right):
    raise OSError(left + right)


@huey.task()
def gives_up():
    raise GiveUp("no such order")


@huey.task()
def parent():
    send("ada")


def _hidden():
    @huey.task()
    def inner():
        raise OSError


_hidden()
'''


class Colour(Enum):
    RED = 1


@dataclass
class Growing:
    """Made again from its fields it is another one."""

    number: int

    def __post_init__(self) -> None:
        self.number += 1


class Point(NamedTuple):
    x: int
    y: int


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with a_shop(tmp_path, monkeypatch) as made:
        made.source.write_text(made.source.read_text() + MORE)
        monkeypatch.setenv("JOBDASH_APP", made.app)
        yield made


def ended(shop: Shop, task: str, *args: object, **kwargs: object) -> int:
    """Enqueue a call, run it once, and return the job's number."""
    made = shop.task(task).s(*args, **kwargs)
    shop.huey.enqueue(made)
    shop.huey.execute(shop.huey.dequeue())
    return int(shop.huey.ledger.intake.find(made.id))


def an_order(shop: Shop, count: int) -> int:
    module: Any = sys.modules[shop.huey is None or shop.module]
    at = datetime.datetime(2026, 11, 23, 3, 20, tzinfo=datetime.UTC)
    item = module.Item("bolt", Decimal("1.50"))
    return ended(shop, "order", item, at, count=count, where=Path("/etc"))


def written(seq: int, *words: object) -> str:
    """Write a test to standard output and return it."""
    result = run("testcase", seq, "-o", "-", *words)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def outcomes(shop: Shop) -> dict[str, str]:
    """Run all tests of the folder in a process of their own; return how each ended, in a line."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--tb=line", "."],
        cwd=shop.folder,
        env={**os.environ, "COLUMNS": "300", "PYTEST_ADDOPTS": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"^(PASSED|FAILED|ERROR) \S+?::(\w+)(.*)$", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return {name: how + rest for how, name, rest in found}


def test_it_fails_as_recorded_until_the_fix(shop: Shop) -> None:
    failing, good = an_order(shop, 4), an_order(shop, 2)
    context, odd = ended(shop, "who", 7), ended(shop, "odd", _odd(shop, 5))
    paid, spawning = ended(shop, "charge", 4), ended(shop, "parent")
    asking = ended(shop, "asks", "ada")
    for seq in (failing, good, context, odd, paid, spawning, asking):
        assert run("testcase", seq).exit_code == 0
    asserted = ("testcase", failing, "--expect-failure", "-o", "test_expected.py")
    assert run(*asserted).exit_code == 0
    text = Path("test_expected.py").read_text().replace("_job_", "_as_recorded_")
    Path("test_expected.py").write_text(text)

    before = outcomes(shop)
    message = "NoStock: 4 of bolt are too many [/etc]"
    assert before[f"test_order_job_{failing}"].startswith("FAILED")
    assert message in before[f"test_order_job_{failing}"]
    assert before[f"test_order_job_{good}"] == "PASSED"
    assert before[f"test_order_as_recorded_{failing}"] == "PASSED"
    assert "KeyError: '7 who'" in before[f"test_who_job_{context}"]
    assert "ValueError: odd 5" in before[f"test_odd_job_{odd}"]
    assert before[f"test_charge_job_{paid}"] == "PASSED"
    assert before[f"test_parent_job_{spawning}"] == "PASSED"
    told = f"LookupError: ada: {asking} 1 jobdash-{id_of(asking)} False"
    assert told in before[f"test_asks_job_{asking}"]

    shop.source.write_text(shop.source.read_text().replace("count > 3", "count > 4"))
    after = outcomes(shop)
    assert after[f"test_order_job_{failing}"] == "PASSED"
    assert after[f"test_order_as_recorded_{failing}"].startswith("FAILED")


def id_of(seq: int) -> str:
    return str(run_json("show", seq)["id"])


def _odd(shop: Shop, number: int) -> Any:
    assert shop.huey is not None
    return sys.modules[shop.module].Odd(number)  # type: ignore[attr-defined]


def test_what_it_looks_like(shop: Shop) -> None:
    seq = an_order(shop, 4)
    text = written(seq)
    assert text.splitlines()[0] == f"# Job #{seq}, {shop.module}.order, retrying with"
    assert "#     NoStock: 4 of bolt are too many [/etc]" in text
    assert "import datetime\nfrom decimal import Decimal\nfrom pathlib import Path\n\nfrom" in text
    assert f"from {shop.module} import Item, order" in text
    assert (
        f"def test_order_job_{seq}() -> None:\n"
        "    order.call_local(\n"
        "        Item(name='bolt', price=Decimal('1.50'), token=''),\n"
        "        datetime.datetime(2026, 11, 23, 3, 20, tzinfo=datetime.timezone.utc),\n"
        "        count=4,\n"
        "        where=Path('/etc'),\n"
        "    )\n"
    ) in text


def test_a_task_that_asks_is_told_its_last_attempt(shop: Shop) -> None:
    seq = ended(shop, "asks", "ada")
    shop.work()
    assert f"with as_job('{id_of(seq)}', {seq}, attempt=2):" in written(seq)


def test_who_asks_is_found_in_the_other_modules_of_the_package() -> None:
    from sample_tasks import toys, webhooks

    assert asks_for_its_job(webhooks.deliver.func)
    assert not asks_for_its_job(toys.add.func)


def test_a_step_is_called_with_what_it_got(shop: Shop) -> None:
    first = shop.task("send").s("ada").then(shop.task("join"), "!")
    shop.huey.enqueue(first)
    shop.work()
    text = written(shop.huey.ledger.intake.find(first.on_complete.id))
    assert "join.call_local('!', 'sent to ada')" in text


def test_secrets_are_left_out_unless_asked_for(shop: Shop) -> None:
    options = {"api_key": "k-123", "url": "ftp://me:hush@host/"}
    seq = ended(shop, "login", "ada", "s3cret", options)
    result = run("testcase", seq, "-o", "-")
    for secret in ("s3cret", "k-123", "hush"):
        assert secret not in result.stdout
    assert "# Left out, for it looks secret: password, api_key, a text." in result.stdout
    assert "left out, for it looks secret: password, api_key" in result.stderr
    assert "'s3cret',\n" in written(seq, "--secrets")
    entered = ended(shop, "enter", sys.modules[shop.module].Login("s3cret"))  # type: ignore[attr-defined]
    assert "base64" not in written(entered)
    assert "base64" in written(entered, "--secrets")


def test_what_has_no_source_is_kept_as_the_queue_keeps_it(shop: Shop) -> None:
    text = written(ended(shop, "odd", _odd(shop, 5)))
    assert re.search(r'    # thing: "<.*Odd', text)
    assert "recorded_1 = odd.huey.serializer.deserialize(base64.b64decode(\n" in text
    assert "odd.call_local(recorded_1)" in text


def test_what_jobdash_offers_is_imported_from_there(shop: Shop) -> None:
    text = written(ended(shop, "gives_up"), "--expect-failure")
    assert "import re\n\nimport pytest\nfrom jobdash import GiveUp\n" in text.replace("#\n", "")
    assert "with pytest.raises(GiveUp, match=re.escape('no such order')):" in text


def test_a_file_that_is_there_stays(shop: Shop) -> None:
    seq = ended(shop, "fail")
    assert f"test_fail_job_{seq}.py" in run("testcase", seq).stdout
    path = Path(f"test_fail_job_{seq}.py")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("mine")
    refused(run("testcase", seq), 4, f"{path} is there", "--force")
    assert path.read_text() == "mine"
    assert run("testcase", seq, "--force").exit_code == 0
    assert "def test_fail_job" in path.read_text()


def test_what_cannot_be_written(shop: Shop) -> None:
    good = ended(shop, "send", "ada")
    refused(run("testcase", good, "--expect-failure"), 4, f"job #{good} has not failed")
    refused(run("testcase", 99), 3, "there is no job '99'")
    inner = shop.huey._registry._registry[f"{shop.module}.inner"]
    task = inner((), {})
    shop.huey.enqueue(task)
    seq = run_json("list", "--limit", 1)[0]["seq"]
    refused(run("testcase", seq, "-o", "-"), 4, "no test can import", "inner")
    step = shop.task("send").s("ada").then(shop.task("join"), "!")
    shop.huey.enqueue(step)
    later = shop.huey.ledger.intake.find(step.on_complete.id)
    refused(run("testcase", later, "-o", "-"), 4, "never had its turn")


def test_hostile_words_stay_comments(shop: Shop) -> None:
    seq = ended(shop, "fail", 'x\n"""\nimport os; os.abort()\n\\')
    text = written(seq)
    compile(text, "t", "exec")
    assert "\nimport os;" not in text


VALUES = [
    None, True, -3, 1.5, float("inf"), float("nan"), 3j, "a\n\"'", b"\x00", ..., range(3),
    [], (), (1,), {1, 2}, set(), frozenset({"a"}), {"a": [1, {2: (3,)}]},
    datetime.date(2026, 1, 2), datetime.time(1, 2), datetime.timedelta(days=1, seconds=2),
    datetime.datetime(2026, 1, 2, tzinfo=ZoneInfo("UTC")), Decimal("NaN"), Decimal("1.50"),
    UUID(int=7), Path("/tmp/x y"), Colour.RED, Point(1, 2), ["x" * 50] * 4,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:40])
def test_a_value_comes_back_from_its_source(value: object) -> None:
    names = Names()
    text = Literals(names, secrets=False).write(value)
    space: dict[str, Any] = {}
    exec("\n".join(names.lines()), space)
    again = eval(text, space)
    assert type(again) is type(value)
    assert repr(again) == repr(value)


@pytest.mark.parametrize(
    "value",
    [object(), print, Growing(1), type("Local", (), {})(), [object()]],
    ids=["object", "builtin", "growing", "local", "list"],
)
def test_what_does_not_come_back_is_not_written(value: object) -> None:
    names = Names()
    with pytest.raises(Unwritable):
        Literals(names, secrets=False).write([Path("/"), value])
    assert names.lines() == []


ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
ATOMS |= st.datetimes() | st.decimals() | st.uuids() | st.timedeltas()
ANYTHING = st.recursive(
    ATOMS, lambda some: st.lists(some) | st.dictionaries(st.text(), some) | st.tuples(some, some)
)


@settings(max_examples=settings().max_examples // 4)
@given(ANYTHING)
def test_any_ordinary_value_comes_back(value: object) -> None:
    names = Names()
    text = Literals(names, secrets=True).write(value)
    space: dict[str, Any] = {}
    exec("\n".join(names.lines()), space)
    assert repr(eval(text, space)) == repr(value)


def test_no_name_is_no_file(shop: Shop) -> None:
    refused(run("testcase", shop.ended("send", "ada"), "-o", ""), 2, "write it where?")
    assert not [*shop.folder.glob("test_*")]
