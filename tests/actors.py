"""What the processes in the tests of races and kills do. Run as `python actors.py ROLE FILE …`.

Each says `ready`, waits for a line on standard input, then acts and tells what happens line by
line. Those that race for many jobs stop once more after a few, so that each surely has some.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from jobdash.database import Database, open_database
from jobdash.errors import Refused
from jobdash.identity import Identity
from jobdash.job import Claim, Event
from jobdash.ledger import Ledger, NewChord, NewJob, Settlement

NOW = 1_790_000_000_000_000


def tell(*words: object) -> None:
    """Write one line in one go, so that a kill cannot cut it."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def wait_for_go() -> None:
    """Wait until the test says so."""
    tell("ready")
    sys.stdin.readline()


def meet(number: int) -> None:
    """Wait for the others after the first few of many steps."""
    if number == 20:
        wait_for_go()


def open_ledger(path: str) -> tuple[Database, Ledger]:
    """Open the file as a process of its own."""
    database = open_database(path, durability="fast")
    return database, Ledger(database, "huey")


def register(path: str, ledger: Ledger) -> int:
    """Enter as a worker that holds its liveness lock."""
    from jobdash import liveness

    def hold(worker: int) -> None:
        liveness.hold(path, worker)

    return ledger.crew.register("worker", "actor", None, Identity.own(), NOW, hold=hold)


def make_huey(path: str) -> Any:
    """Make a huey whose task writes to the file named by OUTSIDE."""
    from jobdash import SqliteHuey, current_job

    huey = SqliteHuey("huey", filename=path, durability="fast")

    def note(word: str) -> None:
        job = current_job()
        with open(os.environ["OUTSIDE"], "ab", buffering=0) as outside:
            outside.write(f"{word} {job.seq if job else 0} {os.getpid()}\n".encode())

    @huey.task(name="body")
    def body(how: str = "") -> str:
        note("start")
        if how == "wait":
            tell("in body")
            sys.stdin.readline()
        if how == "fork" and os.fork() == 0:
            return "the child"
        if how == "fork":
            os.wait()
        note("stop")
        return "well"

    @huey.task(name="gather")
    def gather(values: list[Any]) -> int:
        note("start")
        return len(values)

    add_payment(huey, note)
    add_locked(huey)
    return huey


def add_locked(huey: Any) -> None:
    """Give it a task that stops while it holds a lock."""

    @huey.task(name="locked")
    @huey.lock_task("door")
    def locked() -> str:
        tell("in body")
        sys.stdin.readline()
        return "well"


def add_payment(huey: Any, note: Callable[[str], None]) -> None:
    """Give it a task that does something once, and stops inside or behind that."""
    from jobdash import once

    def stop_at(here: str, there: str) -> None:
        if here == there:
            tell("in body")
            sys.stdin.readline()

    @huey.task(name="pays")
    def pays(stop: str = "") -> str:
        def charge() -> str:
            note("charge")
            stop_at("inside", stop)
            return "receipt"

        receipt: str = once("charge:42", charge)
        stop_at("behind", stop)
        return receipt


def succeed(ledger: Ledger, claim: Claim) -> None:
    """End an attempt well."""
    settlement = Settlement(Event.SUCCEED, outcome="succeeded", result=b"r")
    ledger.attempts.settle(claim, settlement, NOW)


def claimer(path: str) -> None:
    """Claim and finish until nothing is left."""
    _, ledger = open_ledger(path)
    worker = register(path, ledger)
    wait_for_go()
    number = 0
    while claim := ledger.attempts.claim(worker, NOW):
        tell(claim.seq, claim.number)
        succeed(ledger, claim)
        number += 1
        meet(number)


def finisher(path: str, count: str) -> None:
    """Claim so many jobs, then finish one after another and tell who was in time."""
    _, ledger = open_ledger(path)
    worker = register(path, ledger)
    claims = [ledger.attempts.claim(worker, NOW) for _ in range(int(count))]
    tell(worker)
    wait_for_go()
    for number, claim in enumerate(claims):
        meet(number)
        assert claim is not None
        try:
            succeed(ledger, claim)
            tell(claim.seq, "won")
        except Refused:
            tell(claim.seq, "lost")


def rescuer(path: str, worker: str) -> None:
    """Free what a worker holds."""
    _, ledger = open_ledger(path)
    wait_for_go()
    wait_for_go()
    tell(*ledger.attempts.rescue(int(worker), "killed", NOW))


def decider(path: str, decision: str, first: str, last: str) -> None:
    """Cancel, retry or discard jobs one after another and tell what came of each."""
    _, ledger = open_ledger(path)
    wait_for_go()
    for number, seq in enumerate(range(int(first), int(last) + 1)):
        meet(number)
        try:
            tell(seq, getattr(ledger.decisions, decision)(seq, NOW))
        except Refused:
            tell(seq, "refused")


def opener(path: str, name: str) -> None:
    """Open a file that may not exist yet, and enter one job."""
    wait_for_go()
    _, ledger = open_ledger(path)
    ledger.intake.enqueue([NewJob(id=name, task="t", data=b"d")], NOW)
    tell("entered")


def toggler(path: str, word: str, times: str) -> None:
    """Pause or resume a task again and again."""
    _, ledger = open_ledger(path)
    wait_for_go()
    for _ in range(int(times)):
        getattr(ledger.decisions, word)("t", NOW)


def ticker(path: str, minutes: str) -> None:
    """Enter a periodic task's runs, as each pool's scheduler does."""
    huey = make_huey(path)
    tick = huey.periodic_task(lambda _: True, name="tick")(lambda: None).task_class
    wait_for_go()
    tell(sum(huey.enqueue_tick(tick(), minute) for minute in range(int(minutes))))


def keyed(path: str, keys: str) -> None:
    """Enter jobs with keys that others use too."""
    _, ledger = open_ledger(path)
    wait_for_go()
    for n in range(int(keys)):
        meet(n)
        job = NewJob(id=f"{os.getpid()}-{n}", task="t", data=b"d", key=f"k{n}")
        tell(ledger.intake.enqueue([job], NOW)[0].id)


def producer(path: str) -> None:
    """Enter pipelines and chords for ever, and tell each that has been accepted."""
    _, ledger = open_ledger(path)
    wait_for_go()
    number = 0
    while True:
        number += 1
        unit = f"{os.getpid()}-{number}"
        ledger.intake.enqueue([whole_unit(unit)], NOW)
        tell(unit)


def whole_unit(unit: str) -> NewChord:
    """Five jobs that are entered together: a pipeline of three and another member, a callback."""
    steps = tuple(NewJob(id=f"{unit}-s{n}", task="t", data=None) for n in range(2))
    members = (
        NewJob(id=f"{unit}-m0", task="t", data=b"d", steps=steps),
        NewJob(id=f"{unit}-m1", task="t", data=b"d"),
    )
    return NewChord(unit, members, NewJob(id=f"{unit}-cb", task="t", data=b"d"))


def claims_and_waits(path: str) -> None:
    """Claim a job and go no further."""
    _, ledger = open_ledger(path)
    worker = register(path, ledger)
    wait_for_go()
    claim = ledger.attempts.claim(worker, NOW)
    tell(worker, claim and claim.seq)
    sys.stdin.readline()


def locker(path: str) -> None:
    """Hold a lock outside of any task."""
    huey = make_huey(path)
    with huey.lock_task("door"):
        wait_for_go()


def runner(path: str) -> None:
    """Run jobs as a worker does until nothing is left, fusing each finish with the next claim."""
    huey = make_huey(path)
    tell(huey.storage.guest.worker)
    wait_for_go()
    claim = huey.claim_next()
    while claim is not None:
        seq = claim.seq
        claim = huey.run_claim(claim, lambda: True) or huey.claim_next()
        tell("done", seq)
    tell("nothing left")
    sys.stdin.readline()


ROLES: dict[str, Callable[..., None]] = {
    role.__name__: role
    for role in (
        claimer, finisher, rescuer, decider, opener, toggler, ticker, keyed, producer,
        claims_and_waits, locker, runner,
    )
}  # fmt: skip

if __name__ == "__main__":
    # By its name, so that the task is called the same here as in the test.
    import actors

    actors.ROLES[sys.argv[1]](*sys.argv[2:])
