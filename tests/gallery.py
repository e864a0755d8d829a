"""A file in which something of everything has happened, all of it at fixed moments.

With a clock that stands still, each screen of the dashboard looks the same every time.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tui_support import SECOND, Stock

from jobdash import liveness
from jobdash.job import State
from jobdash.signature import signature

# 2026-11-22T14:30:00Z
NOW = 1_795_357_800 * SECOND
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
_TRACEBACK = """Traceback (most recent call last):
  File "/srv/shop/webhooks.py", line 41, in deliver
    reply = client.post(url, json=body, timeout=5)
  File "/srv/shop/net.py", line 88, in post
    raise TimeoutError(f"no answer from {host}")
TimeoutError: no answer from hooks.example.org
"""
_PARAMETERS = json.dumps(
    [
        {"name": "url", "kind": "positional_or_keyword", "required": True, "annotation": "str"},
        {
            "name": "body",
            "kind": "positional_or_keyword",
            "required": False,
            "annotation": "dict",
            "default": "{}",
        },
        {"name": "tries", "kind": "keyword_only", "required": False, "annotation": "int",
         "default": "3"},
    ]
)  # fmt: skip


@contextmanager
def gallery(path: Path) -> Iterator[Stock]:
    """Fill a file; its pool and two workers live for as long as the block."""
    stock = Stock(path, queue="shop")
    _register_tasks(stock)
    workers = _hire(stock)
    _history(stock, workers[1])
    _troubles(stock, workers[1])
    _present(stock, workers)
    _samples(stock)
    try:
        yield stock
    finally:
        for worker in workers:
            liveness.let_go(path, worker)
        stock.database.close()


def _register_tasks(stock: Stock) -> None:
    docs = {
        "mail.send_welcome": "Send the welcome e-mail.",
        "media.resize": "Make a picture smaller.",
        "report.build": "Build the monthly report.",
        "webhooks.deliver": "Deliver a webhook; safe to repeat.",
    }
    for name, doc in docs.items():
        stock.insert(
            "task_type", queue=stock.queue, name=name, parameters=_PARAMETERS, doc=doc, retries=3,
            retry_delay=2.0, priority=0.0, periodic=0, registered_at=NOW - 3 * HOUR,
        )  # fmt: skip


def _hire(stock: Stock) -> list[int]:
    """Enter a pool and its workers, and hold their locks in their name."""
    columns = {"queue": stock.queue, "boot": "b", "born": 1, "started_at": NOW - 3 * HOUR}
    # No such processes: nothing is read about them that would be another thing each time.
    pool = stock.insert("worker", kind="pool", name="pool", pid=4_100_000, **columns)
    ids = [pool]
    for number in (1, 2):
        ids.append(
            stock.insert(
                "worker", kind="worker", name=f"w{number}", pool=pool, pid=4_100_000 + number,
                done=120 * number, failed=number, **columns,
            )
        )  # fmt: skip
    for worker in ids:
        liveness.hold(stock.path, worker)
    return ids


def _job(stock: Stock, state: State, ago: int, **columns: Any) -> int:
    at = NOW - ago
    row = {"created_at": at, "place": at, "id": f"019ab{len(columns)}{ago:x}", **columns}
    return stock.add(state, **row)


def _history(stock: Stock, worker: int) -> None:
    tasks = ("mail.send_welcome", "media.resize", "report.build")
    for number in range(24):
        ago = 2 * HOUR - number * 4 * MINUTE
        started = NOW - ago + 2 * SECOND
        _job(
            stock, State.SUCCEEDED, ago, task=tasks[number % 3], args=json.dumps([number]),
            started_at=started, finished_at=started + (number % 5 + 1) * SECOND // 2, claims=1,
            ran_by=worker, result=json.dumps(number * number),
        )  # fmt: skip


def _troubles(stock: Stock, worker: int) -> None:
    """Three deliveries that died of the same, and one report of its own fault."""
    for number in range(3):
        _dead(stock, worker, (9 - number) * MINUTE, number)
    _dead(
        stock, worker, 5 * MINUTE, 1, task="report.build", error_type="KeyError",
        error_message="'region_7'",
    )  # fmt: skip
    _job(
        stock, State.CANCELLED, 4 * MINUTE, task="media.resize", reason="cancelled by hand",
        finished_at=NOW - 3 * MINUTE, started_at=None, args='["/data/77.png"]',
    )  # fmt: skip


def _dead(stock: Stock, worker: int, ago: int, number: int, **columns: Any) -> None:
    error = {
        "task": "webhooks.deliver",
        "error_type": "TimeoutError",
        "error_message": "no answer from hooks.example.org",
        **columns,
    }
    first = NOW - ago
    seq = _job(
        stock, State.FAILED, ago, args=json.dumps([f"https://hooks.example.org/{number}"]),
        kwargs='{"body": {"order": 4711}}', failures=3, claims=3, retries=2,
        started_at=first + 20 * SECOND, finished_at=first + 25 * SECOND, ran_by=worker,
        error_where="webhooks.py deliver",
        signature=signature(error["error_type"], error["error_message"], "webhooks.py"), **error,
    )  # fmt: skip
    for attempt in range(3):
        at = first + attempt * 10 * SECOND
        stock.insert(
            "attempt", seq=seq, number=attempt + 1, worker=worker, started_at=at,
            ended_at=at + 5 * SECOND, outcome="failed", error_type=error["error_type"],
            error_message=error["error_message"], traceback=_TRACEBACK,
        )  # fmt: skip


def _present(stock: Stock, workers: list[int]) -> None:
    _job(
        stock, State.RUNNING, 20 * SECOND, task="report.build", worker=workers[1],
        started_at=NOW - 15 * SECOND, claims=1, ran_by=workers[1], args='["2026-10"]',
        progress_done=41, progress_total=118, progress_note="page 41", progress_at=NOW - SECOND,
        progress_rate=3.5, progress_mean=2.9,
    )  # fmt: skip
    _job(
        stock, State.RETRYING, 90 * SECOND, task="webhooks.deliver", claims=1, failures=1,
        retries=3, retries_left=2, retry_delay=30.0, eta=NOW + 42 * SECOND,
        started_at=NOW - 80 * SECOND, error_type="ConnectionResetError",
        error_message="[Errno 104] peer went away", args='["https://hooks.example.org/9"]',
    )  # fmt: skip
    _job(
        stock, State.SCHEDULED, 60 * SECOND, task="mail.send_welcome", eta=NOW + 14 * MINUTE,
        args='["ada@example.org"]',
    )  # fmt: skip
    for number in range(3):
        _job(
            stock, State.PENDING, (12 - number) * SECOND, task="media.resize",
            args=json.dumps([f"/data/{number}.png"]), kwargs='{"size": [320, 200]}',
        )  # fmt: skip
    _job(stock, State.WAITING, 10 * SECOND, task="mail.send_welcome", after=1)


def _samples(stock: Stock) -> None:
    for number in range(60):
        at = NOW - (60 - number) * 10 * SECOND
        ended = number // 2
        stock.insert(
            "sample", queue=stock.queue, at=at, arrived=ended + 6, ended=ended, failed=number // 20,
            pending=number % 4,
        )  # fmt: skip


def some_batches(stock: Stock) -> None:
    """Put batches there that have come to their end, go on, and wait."""
    _batch(stock, "night", HOUR, closed_at=NOW - HOUR, finished_at=NOW - HOUR // 2, total=40)
    _jobs_of(stock, "night", 38, State.SUCCEEDED)
    _jobs_of(stock, "night", 2, State.FAILED)
    _batch(stock, "thumbnails", MINUTE, closed_at=NOW - MINUTE, total=100, concurrency=4)
    _jobs_of(stock, "thumbnails", 60, State.SUCCEEDED)
    _jobs_of(stock, "thumbnails", 3, State.FAILED)
    _jobs_of(stock, "thumbnails", 37, State.PENDING, held=2)
    _batch(stock, "mails [/x]", MINUTE, paused_at=NOW - SECOND, total=5, rate=10.0)
    _jobs_of(stock, "mails [/x]", 5, State.PENDING, held=2)
    _batch(stock, "import", SECOND, total=1_000_000)
    _jobs_of(stock, "import", 3, State.PENDING, held=2)


def _batch(stock: Stock, name: str, ago: int, **columns: Any) -> None:
    source = json.dumps({"path": f"/srv/shop/{name}.csv", "columns": ["path"]})
    row = {"queue": "shop", "task": "shop.images.resize", "source": source, "created_at": NOW - ago}
    stock.insert("batch", name=name, **row | columns)


def _jobs_of(stock: Stock, batch: str, count: int, state: State, **columns: Any) -> None:
    row = {"task": "shop.images.resize", "batch": batch, "in_lane": 1, "created_at": NOW - MINUTE}
    if state.is_final:
        row |= {"started_at": NOW - MINUTE, "finished_at": NOW - MINUTE + 2 * SECOND}
    stock.add_many(count, state, **row | columns)
