"""Readings become rows: medians, percentiles, ratios, and whether the budgets are met."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from jobdash.bench.figures import Figure, Reading, Statistic

_PERCENT: Mapping[Statistic, int] = {"p50": 50, "p95": 95, "p99": 99, "max": 100}


@dataclass(frozen=True, slots=True)
class Summary:
    """What the readings of one figure for one subject come to."""

    value: float
    least: float
    most: float
    count: int
    # The middle and the highest of the readings' other loads, in cores.
    other_load: float | None
    highest_load: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One figure with its summary for each subject that has it, and the verdict on its budget."""

    figure: Figure
    summaries: Mapping[str, Summary]
    ratio: float | None
    is_met: bool | None


class Results:
    """Collects readings by subject.

    A ratio is the judged subject's to the one of the budget, or else to the first.
    """

    def __init__(self, figures: Sequence[Figure], subjects: Sequence[str]) -> None:
        self._figures = figures
        self._subjects = subjects
        self._readings: dict[tuple[str, str], list[Reading]] = defaultdict(list)

    def note(self, subject: str, reading: Reading) -> None:
        """Remember a reading."""
        self._readings[reading.figure, subject].append(reading)

    def readings(self) -> Iterator[tuple[str, Reading]]:
        """Yield every reading, with its subject."""
        for (_, subject), readings in self._readings.items():
            for reading in readings:
                yield subject, reading

    def rows(self) -> list[Row]:
        """Return a row for each figure that was measured at all."""
        rows = [self._row(figure) for figure in self._figures]
        return [row for row in rows if row.summaries]

    def _row(self, figure: Figure) -> Row:
        found = {
            subject: summed_up(readings, figure.statistic)
            for subject in self._subjects
            if (readings := self._readings.get((figure.reading, subject)))
        }
        judged, other = found.get(figure.judged), self._compared_with(figure)
        if judged is None:
            return Row(figure, found, None, None)
        ratio = judged.value / other if other else None
        verdict = None if figure.budget is None else figure.budget.is_met(judged.value, other)
        return Row(figure, found, ratio, verdict)

    def _compared_with(self, figure: Figure) -> float | None:
        budget = figure.budget
        subject = (budget and budget.times) or self._subjects[0]
        reading = (budget and budget.of) or figure.reading
        if (subject, reading) == (figure.judged, figure.reading):
            return None
        readings = self._readings.get((reading, subject))
        return summed_up(readings, figure.statistic).value if readings else None


def summed_up(readings: Sequence[Reading], statistic: Statistic) -> Summary:
    """Sum up the readings of one figure for one subject."""
    values = sorted(reading.value for reading in readings)
    loads = [reading.other_load for reading in readings if reading.other_load is not None]
    return Summary(
        percentile(values, _PERCENT[statistic]),
        values[0],
        values[-1],
        len(values),
        percentile(sorted(loads), 50) if loads else None,
        max(loads, default=None),
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of sorted values, between two of them where it falls there."""
    if len(values) == 1:
        return values[0]
    if percent == 100:
        return values[-1]
    return quantiles(values, n=100, method="inclusive")[percent - 1]
