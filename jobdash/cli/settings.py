"""What every command is told: by options before the command, or after it, where they win."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click


@dataclass(slots=True)
class Settings:
    """App, file and configuration as typed, None if not; whether a mistake shows its traceback."""

    app: str | None = None
    database: str | None = None
    config: str | None = None
    traceback: bool = False


def app_option() -> click.Option:
    """Make `-A`."""
    return _remembered(
        ["-A", "--app"], "app", metavar="MODULE:ATTR", help="The huey app, for example myapp:huey."
    )


def database_option() -> click.Option:
    """Make `--db`."""
    return _remembered(["--db"], "database", metavar="FILE", help="The database file.")


def config_option() -> click.Option:
    """Make `--config`."""
    return _remembered(
        ["--config"], "config", metavar="TOML", help="Read [tool.jobdash] from this file."
    )


def traceback_option() -> click.Option:
    """Make `--traceback`."""
    return _remembered(
        ["--traceback"], "traceback", is_flag=True, default=None, help="Show where an error arose."
    )


def _remembered(names: list[str], field: str, **attributes: Any) -> click.Option:
    return click.Option(
        names, expose_value=False, is_eager=True, callback=_keeper(field), **attributes
    )


def _keeper(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value is not None:
            setattr(context.ensure_object(Settings), field, value)

    return keep
