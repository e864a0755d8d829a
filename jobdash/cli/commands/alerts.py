"""`jobdash alerts`: what is watched, and what of it is wrong."""

from typing import Any

import click

from jobdash.alert import Alert, Level
from jobdash.alerts.check import Finding, check
from jobdash.alerts.rules import BREAKER, USUAL
from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import note, print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import print_table
from jobdash.cli.target import Target
from jobdash.text import iso

_STATES = {Level.OK: "ok", Level.WARNING: "warning", Level.CRITICAL: "critical"}


@click.command("alerts", cls=FileCommand, example="jobdash alerts --json")
@json_option
@click.pass_obj
def alerts(settings: Settings, as_json: bool) -> int:
    """Show every alert and whether it is on, and what breakers have paused.

    The limits stand in [tool.jobdash.alerts] of pyproject.toml. This command reads them now; a pool
    has read them when it started, so start it anew after a change.
    """
    watching = Target(settings).watching
    with open_report(settings) as report:
        found = check(watching.rules if watching else USUAL, report, now())
        kept = {(alert.queue, alert.name): alert for alert in report.kept_alerts()}
    if as_json:
        print_json([_document(one, kept.get((one.queue, one.rule.name))) for one in found])
        return DONE
    if watching is None:
        note("no alerts are configured, so these are the usual ones: see [tool.jobdash.alerts]")
    rows = [(_STATES[one.level], one.queue, one.rule.name, _what(one)) for one in found]
    if rows:
        print_table(("LEVEL", "QUEUE", "ALERT", "WHAT"), rows)
    else:
        say("nothing is watched: the file has no jobs, or no rules are configured")
    return DONE


def _what(one: Finding) -> str:
    resumes = f": jobdash resume {one.rule.task}" if one.rule.kind == BREAKER else ""
    return f"{one.what}{resumes}"


def _document(one: Finding, kept: Alert | None) -> dict[str, Any]:
    is_kept = kept is not None and kept.level is one.level
    return {
        "queue": one.queue,
        "name": one.rule.name,
        "level": _STATES[one.level],
        "since": iso(kept.standing.since) if kept is not None and is_kept else None,
        "value": one.value,
        "what": one.what,
    }
