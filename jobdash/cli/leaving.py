"""What Ctrl-C means to somebody who follows a batch: it is asked where somebody can answer."""

import sys
from enum import Enum

import click


class Leaving(Enum):
    """What is to become of a batch that somebody does not want to wait for."""

    LEAVE = "leave it running"
    CANCEL = "cancel the rest"
    STOP = "stop now"
    STAY = "go on waiting"


_KEYS = {"l": Leaving.LEAVE, "c": Leaving.CANCEL, "s": Leaving.STOP}


def ask_leaving(elsewhere: Leaving = Leaving.STOP) -> Leaving:
    """Ask, at a terminal, and return what it is to be `elsewhere`; at another Ctrl-C stop now."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return elsewhere
    choices = ", ".join(f"[{key}]{how.value[1:]}" for key, how in _KEYS.items())
    click.echo(f"\n{choices}, enter goes on: ", nl=False, err=True)
    try:
        typed = sys.stdin.readline()
    except KeyboardInterrupt:
        click.echo(err=True)
        return Leaving.STOP
    return _KEYS.get(typed.strip()[:1].lower(), Leaving.STAY) if typed else Leaving.LEAVE
