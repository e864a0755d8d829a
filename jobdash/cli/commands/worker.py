"""`jobdash worker`: the pool alone."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from jobdash.alerts.rules import USUAL, Watching
from jobdash.cli.command import FileCommand
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.errors import UsageError
from jobdash.pool import MOST_WORKERS, PoolOptions, run_pool

Function = TypeVar("Function", bound=Callable[..., Any])

_SECONDS = click.FloatRange(min=0)

# What huey's consumer needs and a pool does not: accepted, so that a command line can be kept.
_NEEDLESS: dict[str, click.Option] = {
    option.human_readable_name: option
    for option in (
        click.Option(["-d", "--delay"], type=float, hidden=True),
        click.Option(["-m", "--max-delay"], type=float, hidden=True),
        click.Option(["-b", "--backoff"], type=float, hidden=True),
        click.Option(["-c", "--health-check-interval"], type=float, hidden=True),
        click.Option(["-C", "--disable-health-check"], is_flag=True, default=None, hidden=True),
        click.Option(["-s", "--scheduler-interval"], type=int, hidden=True),
        click.Option(["-g", "--graceful-signal"], type=click.Choice(["INT", "TERM"]), hidden=True),
    )
}


@click.command(
    "worker",
    cls=FileCommand,
    params=[*_NEEDLESS.values()],
    example="jobdash worker -A myapp:huey -w 4",
)
@click.argument("positional", metavar="[APP]", required=False)
@click.option(
    "-w",
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    show_default=True,
    help="Worker processes.",
)
@click.option(
    "-k",
    "--worker-type",
    type=click.Choice(["process", "thread", "greenlet"]),
    default="process",
    help="Only process is possible.",
)
@click.option("--queue", metavar="NAME", help="Refuse to serve another queue.")
@click.option("--join", is_flag=True, help="Help a pool that serves the same queue already.")
@click.option("-n", "--no-periodic", is_flag=True, help="Enqueue no periodic tasks.")
@click.option("-M", "--max-tasks", type=click.IntRange(min=1), help="Jobs until a worker is new.")
@click.option(
    "--max-rss",
    type=click.IntRange(min=1),
    metavar="MB",
    help="Memory a worker may have after a job, else it is replaced.",
)
@click.option(
    "-t",
    "--shutdown-timeout",
    type=_SECONDS,
    metavar="SECONDS",
    help="How long running jobs may take to end at a stop; for ever if not given.",
)
@click.option("-f", "--flush-locks", is_flag=True, help="Release all huey locks first.")
@click.option("-L", "--extra-locks", default="", help="More locks to release, with commas.")
@click.option("-l", "--logfile", metavar="FILE", help="Write the log there.")
@click.option("-v", "--verbose", is_flag=True, help="Log every job.")
@click.option("-q", "--quiet", is_flag=True, help="Log only what goes wrong.")
@click.option("-S", "--simple", "simple_log", is_flag=True, help="Short log lines.")
@click.option("--no-echo", is_flag=True, help="Keep what jobs print off this terminal.")
@click.option("--notify", metavar="CMD", help="Tell a shell command of alerts; JSON is its input.")
@click.option("--lifeline", type=click.IntRange(min=0), hidden=True)
@click.option("--reload", is_flag=True, help="Restart workers when the app's code changes.")
@click.pass_obj
def worker(settings: Settings, /, positional: str | None, **options: Any) -> int:
    """Run jobs in worker processes until told to stop.

    The first Ctrl-C lets running jobs end; the second puts them back into the queue.
    Takes the options of huey_consumer.
    """
    if positional is not None:
        settings = replace(settings, app=_only(positional, settings.app))
    target = Target(settings)
    target.prepare_environment()
    # Imported here, for `jobdash --help` reads all commands.
    from jobdash.alerts.companion import Companion

    watching = _watching(target, options.pop("notify"))
    return run_pool(_pool_options(target, options), partial(Companion, watching))


def _watching(target: Target, notify: str | None) -> Watching:
    """Return what is configured; who is to be told and has no rules gets the usual ones."""
    found = target.watching or Watching(USUAL if notify else ())
    return found if notify is None else replace(found, notify=notify)


def _only(app: str, other: str | None) -> str:
    if other not in (None, app):
        raise UsageError(f"one app at a time: {app} or {other}")
    return app


def _pool_options(target: Target, options: dict[str, Any]) -> PoolOptions:
    ignored = tuple(
        f"--{name.replace('_', '-')}" for name in _NEEDLESS if options.pop(name) is not None
    )
    return PoolOptions(
        app=target.app,
        database=_absolute(target.named_database),
        periodic=not options.pop("no_periodic"),
        echo=not options.pop("no_echo"),
        verbose=_verbosity(options.pop("verbose"), options.pop("quiet")),
        ignored=ignored,
        **options,
    )


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _verbosity(verbose: bool, quiet: bool) -> bool | None:
    if verbose and quiet:
        raise UsageError("--verbose or --quiet: not both")
    return True if verbose else False if quiet else None
