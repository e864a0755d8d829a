"""`jobdash bench`: how fast it is on this machine."""

import sys
from pathlib import Path
from typing import Any

import click

from jobdash.cli.failure import DONE
from jobdash.cli.parameters import DURATION
from jobdash.cli.settings import traceback_option
from jobdash.errors import UnsupportedPlatform


@click.command("bench", epilog="Example: jobdash bench --quick", params=[traceback_option()])
@click.option("--tui", is_flag=True, help="Measure the dashboard instead.")
@click.option("--jobs", type=click.IntRange(1), help="Jobs in the full file.  [default: 1,000,000]")
@click.option("--quick", is_flag=True, help="Less of everything, in about a minute.")
@click.option("--rounds", type=click.IntRange(1, 100), help="How often everything is repeated.")
@click.option("--samples", type=click.IntRange(1, 1000), help="How often in a round, each time.")
@click.option("--seconds", type=DURATION, help="How long CPU is measured, at rest and busy.")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The full file; made if it is not there, and kept.",
)
@click.option("--keep", is_flag=True, help="Keep the folder with the files that were made.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, all samples in it.")
def bench(tui: bool, as_json: bool, **given: Any) -> int:
    """Measure how fast jobdash is on this machine.

    Queue and workers beside plain huey, and beside what SQLite alone can do; or, with --tui, the
    dashboard in a real terminal, on a full file and on an empty one. All take turns. Each line has
    its budget, and what else the machine did.
    """
    if sys.platform == "win32":
        raise UnsupportedPlatform("the benchmark needs process workers, which Windows lacks")
    # Heavy: what is measured comes with it.
    from jobdash.cli.bench.benchmarks import Wanted, measure_engine, measure_tui, print_benchmark

    benchmark = measure_tui if tui else measure_engine
    print_benchmark(benchmark(Wanted(**given)), as_json)
    return DONE
