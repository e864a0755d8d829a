"""`jobdash` itself: finds the command, runs it, and turns every error into a line and a code."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from jobdash import __version__
from jobdash.cli.failure import INTERRUPTED, READER_LEFT, report_failure
from jobdash.cli.looks import looks_options
from jobdash.cli.output import give_up_output, note, silence
from jobdash.cli.settings import (
    Settings,
    app_option,
    config_option,
    database_option,
    traceback_option,
)
from jobdash.errors import JobdashError
from jobdash.near import nearest

_HOMES = {
    "demo": "demo",
    "worker": "worker",
    "tasks": "tasks",
    "enqueue": "enqueue",
    "run": "run",
    "batch": "batch",
    "list": "list",
    "show": "show",
    "edit": "edit",
    "logs": "logs",
    "why": "why",
    "stack": "stack",
    "debug": "debug",
    "testcase": "testcase",
    "wait": "wait",
    "cancel": "decide",
    "retry": "decide",
    "replay": "decide",
    "discard": "decide",
    "now": "decide",
    "change": "decide",
    "dead": "dead",
    "stats": "stats",
    "alerts": "alerts",
    "check": "check",
    "workers": "workers",
    "schedule": "schedule",
    "events": "events",
    "batches": "batches",
    "pause": "pause",
    "resume": "pause",
    "prune": "prune",
    "export": "export",
    "diff": "diff",
    "chaos": "chaos",
    "bench": "bench",
    "web": "web",
    "serve": "serve",
}


class CommandLine(click.Group):
    """Imports a command's module when the command is run, and not before."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(_HOMES)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return the command of this name."""
        home = _HOMES.get(name)
        if home is None:
            near = nearest(name, _HOMES)
            hint = f": did you mean {near}?" if near else ""
            raise click.UsageError(f"there is no command '{name}'{hint}", context)
        command: click.Command = getattr(import_module(f"jobdash.cli.commands.{home}"), name)
        return command

    def invoke(self, context: click.Context) -> Any:
        """Run the command and return its exit code; a reader that left early is no error."""
        try:
            code = super().invoke(context)
            sys.stdout.flush()
        except BrokenPipeError:
            silence()
            return READER_LEFT
        return code

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run the program and exit with the code that its result stands for."""
        settings = Settings()
        extra |= {"standalone_mode": False, "obj": settings}
        try:
            code = super().main(args, prog_name or "jobdash", **extra)
        except (click.Abort, KeyboardInterrupt):
            note("interrupted")
            code = INTERRUPTED
        except (click.ClickException, JobdashError, OSError) as error:
            code = report_failure(error, settings.traceback)
            give_up_output()
        sys.exit(code)


@click.group(
    "jobdash",
    cls=CommandLine,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: jobdash -A myapp:huey",
    params=[app_option(), database_option(), config_option(), traceback_option()],
)
@click.option(
    "-w", "--workers", type=click.IntRange(1, 1000), help="Workers of a pool that is started."
)
@click.option("--no-pool", is_flag=True, help="Start no pool.")
@click.option("--read-only", is_flag=True, help="Change nothing, only look.")
@looks_options
@click.version_option(__version__, message="jobdash %(version)s")
@click.pass_context
def command_line(context: click.Context, /, **chosen: Any) -> int | None:
    """Show the jobs of a huey app live, and run them.

    Without a command: the dashboard. It starts a pool of workers if none serves the file.
    """
    if context.invoked_subcommand is None:
        from jobdash.cli.dashboard import Wishes, show_dashboard

        return show_dashboard(context.obj, Wishes(**chosen))
    if any(chosen.values()):
        raise click.UsageError("dashboard options go with no command", context)
    return None
