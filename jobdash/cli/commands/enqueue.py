"""`jobdash enqueue`: one job, or the same one several times."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import is_terminal, note, print_json, say
from jobdash.cli.parameters import DURATION, LABEL, MOMENT, PRIORITY, WINDOW
from jobdash.cli.reading import NOBODY_WORKS
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.cli.words import read_json, with_negative_numbers
from jobdash.errors import UsageError
from jobdash.job import MICROSECONDS, Job
from jobdash.render import describe_when, job_json
from jobdash.report import Report
from jobdash.text import iso

if TYPE_CHECKING:
    from jobdash.cli.call_words import CallWords
    from jobdash.control.enqueue import Enqueued

_MOST = 1_000_000_000
_MOST_AT_ONCE = 100_000


class _Entered(NamedTuple):
    """A job, and whether it was made by this command."""

    job: Job
    is_new: bool


class _Enqueue(FileCommand):
    """Takes negative numbers for arguments, not for options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        return super().parse_args(ctx, with_negative_numbers(args))


@click.command(
    "enqueue", cls=_Enqueue, example="jobdash enqueue mail.send ada@example.com -k name=Ada"
)
@click.argument("task")
@click.argument("words", nargs=-1, metavar="[ARG]...")
@click.option(
    "-k", "--keyword", "pairs", multiple=True, metavar="NAME=VALUE", help="A named argument."
)
@click.option("--args", "args_json", metavar="JSON", help="All arguments as a JSON list.")
@click.option("--kwargs", "kwargs_json", metavar="JSON", help="Named arguments as a JSON object.")
@click.option("--delay", type=DURATION, help="Not before this time has passed: 90s, 10m, 2h.")
@click.option("--at", type=MOMENT, help="Not before this moment: 14:30, 2027-01-31T14:30Z.")
@click.option("--priority", type=PRIORITY, help="Higher is earlier; 0 if not given.")
@click.option("--retries", type=click.IntRange(0, _MOST), help="More attempts after a failure.")
@click.option("--retry-delay", type=DURATION, help="How long to wait before each.")
@click.option("--timeout", type=DURATION, help="How long one attempt may take.")
@click.option("--expires", type=DURATION, help="Not at all after this time.")
@click.option("--key", type=LABEL, help="If there is a job with this key, return that one.")
@click.option("--dedupe", type=WINDOW, help="For how long the key holds: 90s, 10m, 2h.")
@click.option("--id", type=LABEL, help="The job's id.")
@click.option("--count", type=click.IntRange(1, _MOST_AT_ONCE), help="So many jobs.")
@json_option
@click.pass_obj
def enqueue(
    settings: Settings,
    /,
    task: str,
    words: Sequence[str],
    pairs: Sequence[str],
    args_json: str | None,
    kwargs_json: str | None,
    count: int | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Enqueue a job of TASK and print its id, or that of the first job with the same key.

    Each ARG is JSON (3, true, '[1, 2]', '{"a": 1}') or a bare word, which is a text; what TASK
    wants as a text is one, also if it looks like a number.
    """
    _check(count, options)
    huey = Target(settings).load()
    reader = _reader(huey, task)
    args = _positional(reader, words, args_json)
    kwargs = _named(reader, pairs, kwargs_json)
    entered = _enqueue(huey, task, args, kwargs, count or 1, options)
    with Report(huey.storage.database.path) as report:
        jobs = [_Entered(report.job(one.id), one.is_new) for one in entered]
        _print(jobs, as_json, is_one=count is None)
        _comment(report, jobs)
    return DONE


def _reader(huey: Any, task: str) -> "CallWords":
    from jobdash.cli.call_words import CallWords

    return CallWords(huey, task)


def _positional(reader: "CallWords", words: Sequence[str], args_json: str | None) -> list[Any]:
    if args_json is None:
        return reader.positional(words)
    if words:
        raise UsageError("give the arguments one by one or with --args: not both")
    args: list[Any] = read_json(args_json, list, "--args")
    return args


def _named(reader: "CallWords", pairs: Sequence[str], kwargs_json: str | None) -> dict[str, Any]:
    one_by_one = reader.named(pairs)
    together = {} if kwargs_json is None else read_json(kwargs_json, dict, "--kwargs")
    twice = next((name for name in one_by_one if name in together), None)
    if twice is not None:
        raise UsageError(f"'{twice}' is given twice")
    return {**together, **one_by_one}


def _check(count: int | None, options: dict[str, Any]) -> None:
    if options["delay"] is not None and options["at"] is not None:
        raise UsageError("give --delay or --at: not both")
    for name in ("timeout", "expires"):
        if options[name] == 0:
            raise UsageError(f"--{name} must be more than 0")
    if count is not None and (options["id"] or options["key"]):
        raise UsageError("--count makes several jobs: --id and --key are for one")


def _enqueue(
    huey: Any, task: str, args: list[Any], kwargs: dict[str, Any], count: int, typed: dict[str, Any]
) -> "list[Enqueued]":
    from jobdash.control.enqueue import Options, enqueue

    delay, moment = typed.pop("delay"), typed.pop("at")
    if delay is not None:
        moment = now() + round(delay * MICROSECONDS)
    options = Options(eta=moment, **typed)
    return [enqueue(huey, task, args, kwargs, options) for _ in range(count)]


def _print(jobs: Sequence[_Entered], as_json: bool, *, is_one: bool) -> None:
    if as_json:
        documents = [{**job_json(one.job), "is_new": one.is_new} for one in jobs]
        print_json(documents[0] if is_one else documents)
    else:
        for one in jobs:
            say(one.job.id)


def _comment(report: Report, jobs: Sequence[_Entered]) -> None:
    first = jobs[0].job
    known = [one.job for one in jobs if not one.is_new]
    if known:
        note(f"first job returned: #{known[0].seq} ({known[0].state}) has the key '{known[0].key}'")
    elif is_terminal():
        when = f"{describe_when(first, now())} ({iso(first.eta)})" if first.eta else first.state
        note(f"#{first.seq} {when}" if len(jobs) == 1 else f"{len(jobs):,} jobs, {when}")
        if not report.workers():
            note(NOBODY_WORKS)
