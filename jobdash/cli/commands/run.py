"""`jobdash run`: commands as jobs."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import say
from jobdash.cli.parameters import DURATION, LABEL, RATE, STOP, WINDOW
from jobdash.cli.run.inputs import STREAM, Inputs, Source, part_words
from jobdash.cli.run.order import Order, written
from jobdash.cli.run.place import prepare_file
from jobdash.cli.run.session import MOST_COUNTED, Manner
from jobdash.cli.run.template import Template, words_of
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.errors import UsageError
from jobdash.pool import MOST_WORKERS

if TYPE_CHECKING:
    from jobdash.cli.run.enqueueing import Each

_MOST = 1_000_000_000
_EXAMPLES = """\b
Examples:
  jobdash run -j4 gzip -9 {} ::: *.log
  find . -name '*.wav' | jobdash run --retries 2 --timeout 5m -- flac {} -o {.}.flac
  jobdash run --shell 'grep -c error {} > {/.}.count' :::: files.txt
"""


class _RunCommand(FileCommand):
    """Takes all from the command's first word on for the command, and shows its examples so."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.context_settings["allow_interspersed_args"] = False
        self.epilog = _EXAMPLES
        # There is but one app that runs commands.
        self.params = [one for one in self.params if one.name != "app"]


@click.command("run", cls=_RunCommand)
@click.argument("words", nargs=-1, required=True, metavar="COMMAND [ARG]... [::: INPUT]...")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, MOST_WORKERS), help="How many run at once; all cores."
)
@click.option(
    "-a",
    "--from",
    "--arg-file",
    "files",
    multiple=True,
    metavar="FILE",
    help="Inputs, a line each; - reads a pipe.",
)
@click.option("-0", "--null", is_flag=True, help="Inputs end with a NUL byte, not with a line.")
@click.option("-C", "--colsep", metavar="REGEX", help="What parts an input into {1}, {2}, ...")
@click.option("--shell", is_flag=True, help="Let /bin/sh run it; inputs are quoted for that.")
@click.option("--timeout", type=WINDOW, help="How long one attempt may take: 90s, 10m.")
@click.option(
    "--retries", type=click.IntRange(0, _MOST), default=0, help="More attempts after a failure."
)
@click.option("--retry-delay", type=DURATION, help="How long to wait before each.")
@click.option("--delay", type=DURATION, help="Not before this time has passed; do not wait.")
@click.option("--after", metavar="REF", help="Begin when this job has succeeded; do not wait.")
@click.option("--stash", is_flag=True, help="Run none before a resume, and do not wait.")
@click.option(
    "--chunk",
    type=click.IntRange(1, 100_000),
    help="Let so many run as soon as they are in, before all inputs are read.",
)
@click.option("--rate", type=RATE, help="How many start in a time: 10/s, 600/m.")
@click.option(
    "--stop-on-failures",
    type=STOP,
    metavar="N|P%",
    help="Cancel the rest after so many; now,N: what runs too.",
)
@click.option("--name", type=LABEL, help="What the batch is called; else as the program.")
@click.option(
    "-k", "--keep-order", is_flag=True, help="Print what they print in the order of inputs."
)
@click.option("--no-output", is_flag=True, help="Keep what they print, but do not print it.")
@click.option(
    "--exit-count", is_flag=True, help=f"Exit with the number of failures, {MOST_COUNTED} at most."
)
@click.option(
    "--resume", is_flag=True, help="Go on with it: run what is missing or did not succeed."
)
@click.option(
    "--joblog",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a line there as each job ends, as GNU parallel does.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Print the commands, and run none.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but what they print.")
@json_option
@click.pass_obj
def run(
    settings: Settings,
    /,
    words: Sequence[str],
    files: Sequence[str],
    null: bool,
    colsep: str | None,
    shell: bool,
    jobs: int | None,
    after: str | None,
    stash: bool,
    resume: bool,
    joblog: Path | None,
    dry: bool,
    **options: Any,
) -> int:
    """Run a command for each input as a job, with history and retries.

    Inputs stand after :::, in files after ::::, or come from a pipe; several ::: make all
    combinations, :::+ goes along. {} stands for the input, {.} for it without its ending, {/} for
    its last part, {//} for its folder, {/.} for the last part without ending, {#} for the number of
    the job, {1} or {2/} for one of several inputs. Without any of them the input comes last.

    No shell is used: an input is one argument, whatever is in it.

    The exit code is 0 if every command succeeded, else 1.
    """
    order = _order(words, files, null=null, colsep=colsep, is_shell=shell)
    order.check()
    if dry:
        for _, command in order.calls():
            say(written(command))
        return DONE
    leaving = {"--stash": stash, "--after": after, "--delay": options["delay"]}
    _check_leaving([option for option, given in leaving.items() if given], resume or joblog)
    if stash and after:
        raise UsageError("--after begins by itself, --stash does not: not both")
    from jobdash.cli.run.carrying_out import Wanted, carry_out

    manner, each = _manner(options), _each(options)
    file = prepare_file(Target(settings).named_database, os.environ)
    return carry_out(file, order, Wanted(jobs, after, stash, resume, joblog, each, manner, options))


def _check_leaving(leaving: Sequence[str], staying: object) -> None:
    if leaving and staying:
        raise UsageError(f"{leaving[0]} does not wait: --resume and --joblog do, so not both")


def _order(
    words: Sequence[str], files: Sequence[str], *, null: bool, colsep: str | None, is_shell: bool
) -> Order:
    typed, sources = part_words(words)
    sources = [Source(path=path) for path in files] + sources
    if not typed:
        raise UsageError("run what? Write the command before :::")
    template = Template(words_of(typed, is_shell=is_shell), is_shell=is_shell)
    if not sources and template.takes_inputs:
        sources = [Source(path=STREAM)]
    inputs = Inputs(tuple(sources), b"\0" if null else b"\n", _pattern(colsep)) if sources else None
    return Order(template, inputs, os.getcwd(), dict(os.environ))


def _pattern(colsep: str | None) -> re.Pattern[str] | None:
    try:
        return None if colsep is None else re.compile(colsep)
    except re.error as error:
        raise UsageError(f"--colsep {colsep!r}: {error}") from error


def _manner(options: dict[str, Any]) -> Manner:
    """Take those options out that say how somebody wants to hear of it."""
    return Manner(
        keeps_order=options.pop("keep_order"),
        shows_output=not options.pop("no_output"),
        quiet=options.pop("quiet"),
        as_json=options.pop("as_json"),
        counts=options.pop("exit_count"),
    )


def _each(options: dict[str, Any]) -> "Each":
    """Take those options out that hold for each job."""
    from jobdash.cli.run.enqueueing import Each

    names = ("timeout", "delay", "retries", "retry_delay")
    return Each(**{name: options.pop(name) for name in names})
