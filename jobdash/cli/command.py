"""The kinds of command, by the options that they share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from jobdash.cli.settings import app_option, config_option, database_option, traceback_option

Function = TypeVar("Function", bound=Callable[..., Any])


class FileCommand(click.Command):
    """A command on a file, which may be named itself or be the app's."""

    def __init__(self, *arguments: Any, example: str = "", **attributes: Any) -> None:
        if example:
            attributes["epilog"] = f"Example: {example}"
        super().__init__(*arguments, **attributes)
        self.params += [app_option(), database_option(), config_option(), traceback_option()]


class FileGroup(click.Group):
    """A command on a file that has commands of its own."""

    def __init__(self, *arguments: Any, example: str = "", **attributes: Any) -> None:
        if example:
            attributes["epilog"] = f"Example: {example}"
        super().__init__(*arguments, **attributes)
        self.params += [app_option(), database_option(), config_option(), traceback_option()]


def json_option(function: Function) -> Function:
    """Give a command `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(
        function
    )
