"""A steady mixed load at a readable pace, the same for the same seed.

`seed_load()` is for the first moment. `steady_load()` then tells a fixed story of ten seconds, in
which everything that a job can go through happens at least once, and goes on with a random mix.
"""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from sample_tasks import mail, migration, report, toys, webhooks, workflows
from sample_tasks.workflows import Enqueue, Job

Build = Callable[[], Job]
Step = tuple[float, Callable[[], Any]]

NAMES = ("Ada", "Alan", "Barbara", "Edsger", "Grace", "Katherine", "Margaret", "Tim")
EVENTS = ("order.paid", "order.shipped", "user.created", "user.left")
SHORTEST_PAUSE, LONGEST_PAUSE = 0.4, 1.2


def seed_load() -> list[Job]:
    """Jobs, not enqueued yet, that fill the first screen: ready, scheduled, urgent, failing."""
    return [
        toys.sleep.s(3),
        mail.send_welcome.s("ada@example.com", "Ada"),
        toys.add.s(2, 3, priority=10),
        toys.fail_always.s("no such customer: 4711"),
        webhooks.deliver.s("/flaky", {"event": "order.paid", "order": 1}),
        toys.add.s(20, 22, delay=20),
        toys.sleep.s(2, delay=60),
    ]


def steady_load(enqueue: Enqueue, rng: Random) -> Iterator[Step]:
    """Endless steps: wait that many seconds, then call; the call enqueues one job or workflow."""
    passed = 0.0
    for moment, build in _opening():
        yield moment - passed, partial(_enqueue, enqueue, build)
        passed = moment
    while True:
        build = _anything(rng)
        yield rng.uniform(SHORTEST_PAUSE, LONGEST_PAUSE), partial(_enqueue, enqueue, build)


def _enqueue(enqueue: Enqueue, build: Build) -> Any:
    # Built only now, so that the delay of a scheduled job counts from here.
    return enqueue(build())


def _opening() -> list[tuple[float, Build]]:
    """What happens at which second."""
    return [
        (0.4, partial(toys.fail_times.s, 2, "opening")),
        (0.6, partial(webhooks.deliver.s, "/gone", {"event": "user.left", "user": 17})),
        (0.9, partial(mail.send_welcome.s, "grace@example.com", "Grace")),
        (1.2, workflows.word_count),
        (1.6, workflows.sum_of_squares),
        (1.8, partial(toys.sleep.s, 6)),
        (2.0, partial(toys.add.s, 1, 1, delay=15)),
        (2.4, partial(workflows.burst, (1.0,) * 8, -5)),
        (2.8, partial(toys.add.s, 40, 2, priority=50)),
        (3.2, partial(report.build_report.s, 300_000)),
        (3.8, partial(mail.send_welcome.s, "nobody@nowhere.invalid", "Nobody")),
        (4.4, partial(webhooks.deliver.s, "/flaky", {"event": "order.shipped", "order": 2})),
        (5.0, partial(workflows.resize_all, 4)),
        (6.0, partial(toys.crash_worker.s, priority=20)),
        (6.8, partial(webhooks.deliver.s, "/slow", {"event": "user.created", "user": 18})),
        (7.6, partial(migration.migrate_orders.s, 1_000, 50_000)),
        (8.4, partial(toys.print_lots.s, 200)),
        (9.2, partial(toys.sleep.s, 3, delay=40)),
    ]


def _anything(rng: Random) -> Build:
    kinds = [kind for kind, _ in _MIX]
    weights = [weight for _, weight in _MIX]
    return rng.choices(kinds, weights)[0](rng)


def _nap(rng: Random) -> Build:
    return partial(toys.sleep.s, round(rng.uniform(0.5, 4), 1))


def _sum(rng: Random) -> Build:
    return partial(toys.add.s, rng.randrange(100), rng.randrange(100), priority=rng.choice((0, 10)))


def _later(rng: Random) -> Build:
    return partial(toys.sleep.s, 1, delay=rng.randrange(5, 60))


def _welcome(rng: Random) -> Build:
    name = rng.choice(NAMES)
    domain = rng.choices(("example.com", "nowhere.invalid"), (15, 1))[0]
    return partial(mail.send_welcome.s, f"{name.lower()}.{rng.randrange(1000)}@{domain}", name)


def _webhook(rng: Random) -> Build:
    paths = ("/ok", "/flaky", "/slow", "/gone", "/bad")
    (path,) = rng.choices(paths, (12, 5, 3, 1, 1))
    payload = {"event": rng.choice(EVENTS), "order": rng.randrange(10_000)}
    return partial(webhooks.deliver.s, path, payload)


def _stumble(rng: Random) -> Build:
    return partial(toys.fail_times.s, rng.randint(1, 3), f"mix-{rng.randrange(10**9)}")


def _failure(rng: Random) -> Build:
    return partial(toys.fail_always.s, f"no such customer: {rng.randrange(10_000)}")


def _report(rng: Random) -> Build:
    return partial(report.build_report.s, 50_000, rng.randrange(3))


def _migration(rng: Random) -> Build:
    return partial(migration.migrate_orders.s, 500, 50_000 + 1_000 * rng.randrange(1, 100))


def _burst(rng: Random) -> Build:
    return partial(workflows.burst, (round(rng.uniform(0.2, 1), 1),) * rng.randint(4, 10))


def _words(rng: Random) -> Build:
    return partial(workflows.word_count, 20_000, rng.randrange(100))


def _squares(rng: Random) -> Build:
    return partial(workflows.sum_of_squares, rng.randint(3, 8))


def _pictures(rng: Random) -> Build:
    return partial(workflows.resize_all, 3, rng.randrange(100))


_MIX: tuple[tuple[Callable[[Random], Build], int], ...] = (
    (_nap, 16),
    (_sum, 20),
    (_welcome, 20),
    (_webhook, 20),
    (_later, 6),
    (_stumble, 4),
    (_words, 4),
    (_squares, 4),
    (_failure, 2),
    (_burst, 2),
    (_report, 1),
    (_migration, 2),
    (_pictures, 1),
)
