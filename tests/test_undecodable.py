"""Jobs that a worker cannot decode: kept with the reason, and run once the app is mended."""

from pathlib import Path
from typing import Any

import pytest
from cli_support import run, run_json
from pool_support import Site, Sites

from jobdash.job import State
from jobdash.tui.job.facts import outcome
from jobdash.tui.looks.present import Present

pytest_plugins = ["pool_fixtures"]

# What the producer has, and a worker may lack: a task, a class, a class that can be loaded.
APP = """
import os, sys
from jobdash import SqliteHuey

huey = SqliteHuey("pool", filename=os.environ["POOL_DB"])
is_broken = "BROKEN" in os.environ

class Order:
    number = 7
    def __reduce__(self):
        return (load, ())

def load():
    if is_broken:
        sys.exit(3)
    return Order()

if not is_broken:
    class Invoice:
        number = 7

    @huey.task()
    def gone(order): return order
else:
    del Order

@huey.task()
def stays(order): return order.number
"""

REASON = "the message cannot be decoded: fix the app, then retry"


@pytest.fixture
def site(sites: Sites, tmp_path: Path) -> Site:
    code = tmp_path / "code"
    code.mkdir()
    (code / "shop.py").write_text(APP)
    return sites(code=code, BROKEN="1")


def enqueue(site: Site, task: str, argument: Any) -> int:
    app = site.app("shop")
    unit = getattr(app, task).s(argument)
    app.huey.enqueue(unit)
    return site.job(unit.id).seq


def test_what_cannot_be_decoded_waits_for_a_mended_app(site: Site) -> None:
    app = site.app("shop")
    unregistered = enqueue(site, "gone", 7)
    unknown_class = enqueue(site, "stays", app.Invoice())
    exits = enqueue(site, "stays", app.Order())
    broken = site.serve("shop:huey")
    told = {
        unregistered: "HueyException: shop.gone not found in TaskRegistry",
        unknown_class: "Can't get attribute 'Invoice'",
        exits: "SystemExit: 3",
    }
    for seq, words in told.items():
        job = site.ends_as(State.FAILED, seq)
        assert words in str(job.error_message)
        assert (job.error_type, job.reason, job.rescues) == ("CannotDecode", REASON, 0)
    assert "lost" not in broken.said()
    broken.stop()

    del site.environ["BROKEN"]
    mended = site.serve("shop:huey")
    for seq in told:
        app.huey.ledger.decisions.retry(seq, 1)
        assert site.ends_as(State.SUCCEEDED, seq).result == "7"
    mended.stop()


def test_the_reason_is_shown_to_people_and_programs(site: Site) -> None:
    seq = enqueue(site, "gone", 7)
    pool = site.serve("shop:huey")
    job = site.ends_as(State.FAILED, seq)
    pool.stop()
    assert REASON in run("--db", site.database, "show", seq).stdout
    shown = run_json("--db", site.database, "show", seq)
    assert (shown["reason"], shown["error"]["type"]) == (REASON, "CannotDecode")
    assert REASON in "".join(text for text, _ in outcome(job, Present()))
