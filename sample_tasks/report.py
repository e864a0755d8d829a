"""Sales as a big CSV file, streamed into an aggregated report."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from jobdash import progress
from sample_tasks.app import huey
from sample_tasks.folder import replacing, work_folder

REGIONS = ("Africa", "America", "Asia", "Europe", "Oceania")
FIRST_DAY = date(2024, 1, 1)
DAYS = 366
TOLD_EVERY = 50_000
SALES_COLUMNS = ("date", "region", "cents")
REPORT_COLUMNS = ("month", "region", "sales", "sum", "mean", "max")

Group = tuple[str, str]


@dataclass(slots=True)
class Tally:
    """What is known of one month in one region; amounts are in cents."""

    sales: int = 0
    cents: int = 0
    largest: int = 0

    def add(self, cents: int) -> None:
        """Counts one sale."""
        self.sales += 1
        self.cents += cents
        self.largest = max(self.largest, cents)

    def as_row(self) -> tuple[int, str, str, str]:
        """Sales, sum, mean and maximum, the amounts in whole units with two decimals."""
        return self.sales, _money(self.cents), _money(self.cents / self.sales), _money(self.largest)


@huey.task(retries=1, retry_delay=5, hard_timeout=300)
def build_report(rows: int = 300_000, seed: int = 1) -> dict[str, object]:
    """Sums up a CSV file of sales by month and region; returns file name and totals."""
    source = _sales_file(rows, seed)
    print(f"summing up {source.name}")
    sales = _counted_aloud(_read_sales(source))
    tallies = aggregate(progress.track(sales, rows, "summing up"))
    report = work_folder() / f"report-{rows}-{seed}.csv"
    _write_report(report, tallies)
    print(f"{report.name}: {len(tallies)} groups")
    summary = _summary(report, tallies)
    _write_summary(report.with_suffix(".json"), summary)
    return summary


def aggregate(sales: Iterable[tuple[str, str, int]]) -> dict[Group, Tally]:
    """Tallies by month (`YYYY-MM`) and region of sales given as ISO date, region and cents."""
    tallies: dict[Group, Tally] = defaultdict(Tally)
    for day, region, cents in sales:
        tallies[day[:7], region].add(cents)
    return dict(sorted(tallies.items()))


def _sales_file(rows: int, seed: int) -> Path:
    path = work_folder() / f"sales-{rows}-{seed}.csv"
    if not path.exists():
        print(f"no {path.name} yet: inventing {rows:,} sales")
        with replacing(path) as unfinished, unfinished.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(SALES_COLUMNS)
            sales = _counted_aloud(_invented_sales(rows, Random(seed)))
            writer.writerows(progress.track(sales, rows, "inventing sales"))
    return path


def _invented_sales(rows: int, rng: Random) -> Iterator[tuple[str, str, int]]:
    days = [(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(DAYS)]
    for _ in range(rows):
        yield rng.choice(days), rng.choice(REGIONS), int(rng.lognormvariate(8, 1))


def _read_sales(path: Path) -> Iterator[tuple[str, str, int]]:
    with path.open(newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for day, region, cents in reader:
            yield day, region, int(cents)


def _counted_aloud(sales: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, str, int]]:
    for count, sale in enumerate(sales, 1):
        yield sale
        if count % TOLD_EVERY == 0:
            print(f"{count:,} sales, the last one on {sale[0]}")


def _write_report(path: Path, tallies: dict[Group, Tally]) -> None:
    with replacing(path) as unfinished, unfinished.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REPORT_COLUMNS)
        writer.writerows((*group, *tally.as_row()) for group, tally in tallies.items())


def _summary(path: Path, tallies: dict[Group, Tally]) -> dict[str, object]:
    return {
        "path": path.name,
        "groups": len(tallies),
        "sales": sum(tally.sales for tally in tallies.values()),
        "sum": _money(sum(tally.cents for tally in tallies.values())),
    }


def _write_summary(path: Path, summary: dict[str, object]) -> None:
    with replacing(path) as unfinished:
        unfinished.write_text(json.dumps(summary, indent=2))


def _money(cents: float) -> str:
    return f"{cents / 100:.2f}"
