"""The subjects of a benchmark take turns, in an order that changes with every round."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jobdash.bench.figures import Figure, Reading
from jobdash.bench.results import Results

Measure = Callable[[str], Iterator[Reading]]


@dataclass(frozen=True, slots=True)
class Topic:
    """What is measured of one subject in one turn. Subjects that have no such thing yield nothing.

    Few things at a time: what is to be compared must not lie minutes apart.
    """

    name: str
    measure: Measure


def take_turns(
    figures: Sequence[Figure],
    subjects: Sequence[str],
    topics: Sequence[Topic],
    rounds: int,
    tell: Callable[[str], object] = lambda _: None,
) -> Results:
    """Measure each subject once per topic and round, and return what was read.

    The order is turned round each time, so that nobody is always the first. `tell` hears what is
    being done.
    """
    results = Results(figures, subjects)
    for number in range(rounds):
        order = subjects if number % 2 == 0 else tuple(reversed(subjects))
        for topic in topics:
            for subject in order:
                tell(f"round {number + 1} of {rounds}: {topic.name}, {subject}")
                for reading in topic.measure(subject):
                    results.note(subject, reading)
    return results
