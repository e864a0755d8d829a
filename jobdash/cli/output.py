"""Printing: results to standard output, notes to standard error, nothing that a terminal obeys."""

import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import click

from jobdash.text import clean, clean_lines, shorten

LONGEST_NOTE = 4_000


def say(text: str = "", *, style: dict[str, Any] | None = None) -> None:
    """Print a line, or lines, of the result."""
    harmless = clean_lines(text)
    click.echo(click.style(harmless, **style) if style and has_colours() else harmless)


def note(text: str, *, lines: bool = False) -> None:
    """Tell the user something that is not the result; a terminal that is gone does not matter."""
    harmless = clean_lines(text) if lines else shorten(clean(text), LONGEST_NOTE)
    with suppress(OSError):
        click.echo(f"jobdash: {harmless}", err=True)


def print_json(document: Any) -> None:
    """Print one JSON document: indented for people, compact for programs."""
    indent = 2 if is_terminal() else None
    click.echo(json.dumps(document, indent=indent))


def print_json_list(documents: Iterable[Any]) -> None:
    """Print one JSON document, a list, as its parts come: however many there are."""
    before = "["
    for document in documents:
        click.echo(f"{before}{json.dumps(document)}", nl=False)
        before = ",\n" if is_terminal() else ", "
    click.echo("[]" if before == "[" else "]")


def is_terminal() -> bool:
    """Return whether the result goes to a terminal."""
    return sys.stdout.isatty()


def has_colours() -> bool:
    """Return whether the result may be coloured."""
    return is_terminal() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def give_up_output() -> None:
    """Let what cannot be written go nowhere: Python would try once more at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        silence()


def silence() -> None:
    """Let what is still to be printed go nowhere: its reader has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
