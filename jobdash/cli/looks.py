"""How the dashboard is to look: the options that all commands have that show it."""

from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option("--ascii", is_flag=True, help="Draw with plain ASCII."),
    click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal."),
    click.option("--theme", metavar="NAME", help="Colours: light, dark, contrast, 16, nord, ..."),
)


def looks_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options: `ascii`, `no_mouse`, `theme`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
