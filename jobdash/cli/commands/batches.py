"""`jobdash batches`: which there are, how far they are, what became of them; pause, go on, end."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from jobdash.batch import Batch
from jobdash.cli.batches.inputs import Inputs
from jobdash.cli.batches.joblog import write_joblog
from jobdash.cli.batches.results import FORMATS, Sink, answered, writer
from jobdash.cli.batches.shown import print_batch, print_batches
from jobdash.cli.choice import Filter
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, FileGroup, json_option
from jobdash.cli.decision import Wish, decide
from jobdash.cli.failure import DONE
from jobdash.cli.output import is_terminal, note, print_json, say
from jobdash.cli.reading import find_file, open_report
from jobdash.cli.settings import Settings
from jobdash.control.batches import BatchControl
from jobdash.errors import NotFound
from jobdash.job import State
from jobdash.operations import OPERATIONS
from jobdash.render import batch_json
from jobdash.report import Report, write_term

_MOST = 100_000
_NONE = "there are no batches yet: `jobdash batch TASK --from FILE` makes one"


@click.group("batches", cls=FileGroup, invoke_without_command=True, example="jobdash batches")
@click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True)
@json_option
@click.pass_context
def batches(context: click.Context, limit: int, as_json: bool) -> int | None:
    """List batches, the newest first, or do something about one."""
    if context.invoked_subcommand is not None:
        if as_json:
            raise click.UsageError("--json goes behind the subcommand", context)
        return None
    settings: Settings = context.obj
    moment = now()
    with open_report(settings) as report:
        found = list(report.with_paces(report.batches(limit), moment))
        more = report.count_batches() - len(found)
    if as_json:
        print_json([batch_json(batch) for batch in found])
    elif found:
        print_batches(found, moment)
    else:
        note(_NONE)
    if more and is_terminal():
        note(f"these are the newest {limit}: --limit shows more")
    return DONE


@batches.command("show", cls=FileCommand, example="jobdash batches show night")
@click.argument("ref", metavar="BATCH")
@json_option
@click.pass_obj
def show(settings: Settings, ref: str, as_json: bool) -> int:
    """Show how far a batch is, by its name or number."""
    moment = now()
    with open_report(settings) as report:
        batch = report.with_pace(report.batch(ref), moment)
    if as_json:
        print_json(batch_json(batch))
    else:
        print_batch(batch, moment)
    return DONE


@batches.command("results", cls=FileCommand, example="jobdash batches results night -o night.csv")
@click.argument("ref", metavar="BATCH")
@click.option("--format", "wanted", type=click.Choice(FORMATS), help="If its name does not tell.")
@click.option("-o", "--output", metavar="FILE", help="Write there.")
@click.option("--failed", is_flag=True, help="Only of those that did not succeed.")
@click.pass_obj
def results(
    settings: Settings, ref: str, wanted: str | None, output: str | None, failed: bool
) -> int:
    """Write each input with what became of it: as CSV, or as JSON Lines.

    Texts are as they are shown everywhere: cut if very long, secrets hidden.
    """
    unsuccessful = frozenset(state.value for state in State if state.is_final) - {State.SUCCEEDED}
    chosen = wanted or ("jsonl" if (output or "").endswith((".jsonl", ".ndjson")) else "csv")
    harmless = output is None and is_terminal()
    with open_report(settings) as report:
        batch = report.batch(ref)
        with _opened(output) as sink:
            write = writer(chosen, _inputs(report, batch), sink, harmless=harmless)
            write(answered(report, batch, unsuccessful if failed else frozenset()))
    return DONE


@batches.command("joblog", cls=FileCommand, example="jobdash batches joblog night -o night.tsv")
@click.argument("ref", metavar="BATCH")
@click.option("-o", "--output", metavar="FILE", help="Write there.")
@click.pass_obj
def joblog(settings: Settings, ref: str, output: str | None) -> int:
    """Write the log that GNU parallel's --joblog would have written."""
    with open_report(settings) as report:
        batch = report.batch(ref)
        with _opened(output) as sink:
            write_joblog(answered(report, batch, frozenset()), sink)
    return DONE


@batches.command("retry-failed", cls=FileCommand, example="jobdash batches retry-failed night")
@click.argument("ref", metavar="BATCH")
@click.option("--all", "everything", is_flag=True, help="Also what was cancelled or has expired.")
@json_option
@click.pass_obj
def retry_failed(settings: Settings, ref: str, everything: bool, as_json: bool) -> int:
    """Let the failed jobs of a batch run again, each with one more attempt."""
    with open_report(settings) as report:
        batch = report.batch(ref)
    states = (State.FAILED, *((State.CANCELLED, State.EXPIRED) if everything else ()))
    chosen = Filter((states,), typed=write_term("batch", batch.name))
    wish = Wish((), chosen, False, False, True, as_json)
    return decide(settings, OPERATIONS["retry"], wish)


@batches.command("pause", cls=FileCommand, example="jobdash batches pause night")
@click.argument("ref", metavar="BATCH")
@json_option
@click.pass_obj
def pause(settings: Settings, ref: str, as_json: bool) -> int:
    """Start no more jobs of a batch. What runs goes on."""
    return _decided(settings, ref, BatchControl.pause, ("paused", "paused already"), as_json)


@batches.command("resume", cls=FileCommand, example="jobdash batches resume night")
@click.argument("ref", metavar="BATCH")
@json_option
@click.pass_obj
def resume(settings: Settings, ref: str, as_json: bool) -> int:
    """Start the jobs of a batch again."""
    return _decided(settings, ref, BatchControl.resume, ("goes on", "not paused"), as_json)


@batches.command("cancel", cls=FileCommand, example="jobdash batches cancel night --soon")
@click.argument("ref", metavar="BATCH")
@click.option("--soon", is_flag=True, help="Let what runs come to its end.")
@json_option
@click.pass_obj
def cancel(settings: Settings, ref: str, soon: bool, as_json: bool) -> int:
    """Cancel what of a batch has not begun, and stop what runs."""

    def end(control: BatchControl, name: str, moment: int) -> bool:
        return control.cancel(name, moment, running=not soon)

    return _decided(settings, ref, end, ("cancelled", "cancelled already"), as_json)


def _decided(
    settings: Settings,
    ref: str,
    decision: Callable[[BatchControl, str, int], bool],
    told: tuple[str, str],
    as_json: bool,
) -> int:
    path = find_file(settings)
    with Report(path) as report:
        control = BatchControl(path)
        try:
            changed = decision(control, report.batch(ref).name, now())
        finally:
            control.close()
        batch = report.batch(ref)
    if as_json:
        print_json({"changed": changed, "batch": batch_json(batch)})
    else:
        say(f"batch {batch.name}: {told[0 if changed else 1]}")
    return DONE


@contextmanager
def _opened(output: str | None) -> Iterator[Sink]:
    if output is None:
        yield sys.stdout
        return
    with open(output, "w", encoding="utf-8", newline="") as file:
        yield file


def _inputs(report: Report, batch: Batch) -> Inputs:
    try:
        return Inputs(batch, report.task(batch.task) if batch.task else None)
    except NotFound:
        return Inputs(batch, None)
