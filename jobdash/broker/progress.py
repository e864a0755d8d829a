"""`progress(done, total, note)`: a task tells how far it has come."""

from collections.abc import Generator, Iterable
from operator import length_hint
from time import monotonic
from typing import Any, TypeVar

from jobdash.broker.current import Run, current_run
from jobdash.broker.reporter import Reporter

Item = TypeVar("Item")


class Progress:
    """What tasks call to tell how far they have come: `jobdash.progress`.

    Dashboard and command line show it as a bar with the rate and the time that is left. It is
    cheap enough for an inner loop: most calls only take a note, and the file is written a few times
    a second at most. What was told last is kept with the attempt, however that ends.

    Outside a job, in other threads than the job's own and in processes that it forks it does
    nothing. It never raises: what is no number counts as not known.
    """

    def __call__(self, done: Any = None, total: Any = None, note: Any = None) -> None:
        """Tell that `done` units of `total` are done, and what goes on in a few words.

        What is left out stays as it was told before. Inside a `track` loop `done` and `total` are
        about the current item, and count as a part of it.
        """
        run = current_run()
        if run is not None:
            (run.reporter or _reporter(run)).tell(done, total, note)

    def track(
        self, items: Iterable[Item], total: Any = None, note: Any = None
    ) -> Generator[Item, None, None]:
        """Yield the items, and count each as done when the next one is asked for.

        The total is the number of items where that is known; name it for a generator. A loop inside
        a loop counts as a part of the outer one's current item.
        """
        run = current_run()
        if run is None:
            yield from items
            return
        reporter = run.reporter or _reporter(run)
        level = reporter.enter(_length(items) if total is None else total, note)
        try:
            for item in items:
                yield item
                level.done += 1
                reporter.done = reporter.total = None
                if monotonic() >= reporter.due:
                    reporter.write()
        finally:
            reporter.leave(level)


def _reporter(run: Run) -> Reporter:
    run.reporter = Reporter(run.ledger, run.claim)
    return run.reporter


def _length(items: Iterable[Any]) -> int | None:
    length = length_hint(items, -1)
    return None if length < 0 else length


progress = Progress()
