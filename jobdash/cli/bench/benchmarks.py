"""The two benchmarks, with the effort that the user wants."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jobdash.bench import Results
from jobdash.cli.bench.files import bench_files
from jobdash.cli.bench.table import print_results, results_json
from jobdash.cli.output import note, print_json

_JOBS, _QUICK_JOBS = 1_000_000, 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user has said; None where he leaves it to the benchmark."""

    jobs: int | None
    quick: bool
    rounds: int | None
    samples: int | None
    seconds: float | None
    file: Path | None
    keep: bool

    @property
    def size(self) -> int:
        """How many jobs the full file is to hold."""
        return self.jobs or (_QUICK_JOBS if self.quick else _JOBS)


class Measured(NamedTuple):
    """What came of a benchmark, and how its subjects are called."""

    name: str
    results: Results
    jobs: int
    effort: Mapping[str, Any]
    heads: Mapping[str, str]


def measure_engine(wanted: Wanted) -> Measured:
    """Measure queue and workers."""
    from jobdash.bench.engine import EngineEffort, measure_engine
    from jobdash.bench.engine.subjects import HUEY, JOBDASH, LIMIT

    usual = _quick_effort() if wanted.quick else EngineEffort(5, 5000, 10)
    effort = EngineEffort(**{**asdict(usual), **_said(wanted, seconds="idle")})
    with bench_files(wanted.file, wanted.size, "scheduled", wanted.keep, note) as (files, total):
        results = measure_engine(files.full, files.folder, total, effort, note)
    heads = {HUEY: "PLAIN HUEY", JOBDASH: "JOBDASH", LIMIT: "SQLITE ALONE"}
    return Measured("engine", results, total, asdict(effort), heads)


def _quick_effort() -> Any:
    from jobdash.bench.engine import EngineEffort

    return EngineEffort(1, 2000, 5, idle=5.0, long_idle=0.0, crowd=1.0)


def measure_tui(wanted: Wanted) -> Measured:
    """Measure the dashboard."""
    from jobdash.bench.tui import Effort, measure_dashboard
    from jobdash.bench.tui.figure_list import EMPTY, FULL

    usual = Effort(1, 3, 2.0) if wanted.quick else Effort(5, 5, 4.0)
    effort = Effort(**{**asdict(usual), **_said(wanted, seconds="seconds")})
    with bench_files(wanted.file, wanted.size, "pending", wanted.keep, note) as (files, total):
        results = measure_dashboard(files, effort, note)
    return Measured(
        "tui", results, total, asdict(effort), {EMPTY: "EMPTY", FULL: f"{total:,} JOBS"}
    )


def _said(wanted: Wanted, seconds: str) -> dict[str, Any]:
    said = {"rounds": wanted.rounds, "samples": wanted.samples, seconds: wanted.seconds}
    return {name: value for name, value in said.items() if value}


def print_benchmark(measured: Measured, as_json: bool) -> None:
    """Print it: a table for people, or a document."""
    if as_json:
        document = results_json(measured.name, measured.results, measured.jobs, measured.effort)
        print_json(document)
    else:
        print_results(measured.results, measured.heads)
