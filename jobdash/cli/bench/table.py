"""How the results of a benchmark are shown: a table for people, a document for programs."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from jobdash.bench import Budget, Figure, Results, Row
from jobdash.bench.results import Summary
from jobdash.cli.output import say
from jobdash.cli.table import print_table

_VERDICTS = {True: "met", False: "MISSED"}


def print_results(results: Results, heads: Mapping[str, str]) -> None:
    """Print one line per thing that was measured, its statistics beside one another.

    `heads` says how the subjects are called.
    """
    head = ("WHAT", "", *heads.values(), "RATIO", "BUDGET", "", "OTHER LOAD")
    rows = results.rows()
    lines = [
        _line(list(group), heads) for _, group in groupby(rows, lambda row: row.figure.reading)
    ]
    print_table(head, lines, right=frozenset(range(2, 3 + len(heads))))
    judged = [row for row in rows if row.is_met is not None]
    met = sum(bool(row.is_met) for row in judged)
    say()
    say(f"{met} of {len(judged)} budgets met. Other load: cores that others kept busy, middle and")
    say("highest; where that is not near 0 all is slower than it has to be.")


def _line(rows: Sequence[Row], subjects: Iterable[str]) -> tuple[str, ...]:
    first = rows[0]
    judged = [row for row in rows if row.figure.budget is not None]
    return (
        first.figure.meaning,
        " / ".join(row.figure.statistic for row in rows),
        *(_values(rows, subject) for subject in subjects),
        "" if first.ratio is None else f"{first.ratio:.2f}",
        " / ".join(_budget(row.figure) for row in judged),
        _verdict(judged),
        _load(first),
    )


def _verdict(judged: Sequence[Row]) -> str:
    verdicts = [row.is_met for row in judged if row.is_met is not None]
    return _VERDICTS[all(verdicts)] if verdicts else ""


def _values(rows: Sequence[Row], subject: str) -> str:
    found = [row.summaries[subject].value for row in rows if subject in row.summaries]
    return f"{' / '.join(map(_number, found))} {rows[0].figure.unit}".rstrip() if found else "-"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _budget(figure: Figure) -> str:
    budget = figure.budget
    if budget is None:
        return ""
    sign = ">=" if budget.is_least else "<="
    if budget.times is None:
        return f"{sign} {budget.bound:g} {figure.unit}".rstrip()
    return " ".join(filter(None, (sign, f"{budget.bound:.2g} x", budget.times, budget.of)))


def _load(row: Row) -> str:
    summary = row.summaries.get(row.figure.judged) or next(iter(row.summaries.values()))
    if summary.other_load is None or summary.highest_load is None:
        return ""
    return f"{summary.other_load:.1f} {summary.highest_load:.1f}"


def results_json(
    name: str, results: Results, jobs: int, effort: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the same as a document, with every sample."""
    return {
        "benchmark": name,
        "jobs": jobs,
        **effort,
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "figures": [_figure_json(row) for row in results.rows()],
        "readings": [
            {
                "subject": subject,
                "reading": reading.figure,
                "value": round(reading.value, 3),
                "other_load": _rounded(reading.other_load),
            }
            for subject, reading in results.readings()
        ],
    }


def _figure_json(row: Row) -> dict[str, Any]:
    figure = row.figure
    budget = figure.budget
    return {
        "reading": figure.reading,
        "meaning": figure.meaning,
        "statistic": figure.statistic,
        "unit": figure.unit,
        "subjects": {name: _summary_json(summary) for name, summary in row.summaries.items()},
        "ratio": _rounded(row.ratio),
        "budget": None if budget is None else _budget_json(budget),
        "met": row.is_met,
    }


def _budget_json(budget: Budget) -> dict[str, Any]:
    bound = "least" if budget.is_least else "most"
    return {bound: round(budget.bound, 3), "times": budget.times, "of": budget.of}


def _summary_json(summary: Summary) -> dict[str, Any]:
    return {
        "value": round(summary.value, 3),
        "least": round(summary.least, 3),
        "most": round(summary.most, 3),
        "count": summary.count,
        "other_load": _rounded(summary.other_load),
        "highest_load": _rounded(summary.highest_load),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
