"""`jobdash check`: one line for cron and for monitoring that speaks Nagios' language."""

import sys
from collections.abc import Sequence

import click

from jobdash.alert import Level
from jobdash.alerts.check import Finding
from jobdash.alerts.check import check as look
from jobdash.alerts.rules import USUAL, unit_of
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.output import print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.errors import JobdashError, UsageError
from jobdash.text import clean

UNKNOWN = 3
_UNITS = {"s": "s", "%": "%"}
# What would end the words, or a label, in the language of plugins.
_ENDS_WORDS = str.maketrans({"|": "/"})
_ENDS_LABEL = str.maketrans({"|": "/", "'": " ", "=": " "})


class _WronglyCalled(click.UsageError):
    exit_code = UNKNOWN


class _Plugin(FileCommand):
    """Says by its exit code that it was called wrongly, in the language of plugins."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line. Raises `click.UsageError`."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise _WronglyCalled(error.format_message(), error.ctx) from error


@click.command("check", cls=_Plugin, example="jobdash check --db shop.db")
@json_option
@click.pass_obj
def check(settings: Settings, as_json: bool) -> int:
    """Look once at all alerts: exit 0 all is well, 1 a warning, 2 critical, 3 nobody knows.

    Prints one line, with the values that were seen, as a Nagios plugin does. The limits are those
    of [tool.jobdash.alerts]; without it: a worker, a tenth of failures, stalled jobs, two minutes
    of waiting. Needs no pool.
    """
    try:
        watching = Target(settings).watching
        with open_report(settings) as report:
            found = look(watching.rules if watching else USUAL, report, now())
    except (JobdashError, OSError) as error:
        _unknown(error, settings)
        return UNKNOWN
    level = max((one.level for one in found), default=Level.OK)
    if as_json:
        print_json({"level": level.name.lower(), "rules": [_document(one) for one in found]})
    else:
        told = [one.what for one in found if one.level]
        say(f"{_line(level, told or ['all is well'])}{_perfdata(found)}")
    return int(level)


def _unknown(error: Exception, settings: Settings) -> None:
    if isinstance(error, UsageError) and settings.traceback:
        raise error
    # Monitoring shows what was printed to standard output, and nothing else.
    say(f"JOBDASH UNKNOWN: {clean(str(error)).translate(_ENDS_WORDS)}")
    sys.stdout.flush()


def _line(level: Level, told: Sequence[str]) -> str:
    return f"JOBDASH {level.name}: {clean('; '.join(told)).translate(_ENDS_WORDS)}"


def _perfdata(found: Sequence[Finding]) -> str:
    """Return `'name'=value[unit];warning;critical;least` for every value that is known."""
    several = len({one.queue for one in found}) > 1
    parts = [_part(one, several=several) for one in found if one.value is not None]
    return f" | {' '.join(parts)}" if parts else ""


def _part(one: Finding, *, several: bool) -> str:
    rule = one.rule
    label = clean(f"{one.queue}:{rule.name}" if several else rule.name).translate(_ENDS_LABEL)
    limits = ";".join(
        "" if limit is None else f"{limit:g}" for limit in (rule.warning, rule.critical)
    )
    unit = _UNITS.get(unit_of(rule), "")
    return f"'{label}'={one.value:.6g}{unit};{limits};0"


def _document(one: Finding) -> dict[str, object]:
    return {
        "queue": one.queue,
        "name": one.rule.name,
        "level": one.level.name.lower(),
        "value": one.value,
        "unit": unit_of(one.rule),
        "warning": one.rule.warning,
        "critical": one.rule.critical,
        "what": one.what,
    }
