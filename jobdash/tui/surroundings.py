"""Whether there is a terminal that the dashboard can be drawn on."""

import locale
import os
import shutil
import sys
from typing import TextIO

from jobdash.errors import UsageError

LEAST_WIDTH, LEAST_HEIGHT = 60, 15
_STANDARD_ERROR = 2
_INSTEAD = "use `jobdash list` instead"


def check_terminal() -> None:
    """Raise `UsageError`, with a sentence that names the way out, if there is none."""
    if is_in_browser():
        return
    # Textual draws on standard error; standard output is checked because a pipe there says that
    # somebody wants to read text.
    if not all(map(_is_terminal, (sys.__stdin__, sys.__stdout__, sys.__stderr__))):
        raise UsageError(f"the dashboard needs a terminal at both ends: {_INSTEAD}")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise UsageError(f"this terminal (TERM=dumb) cannot show the dashboard: {_INSTEAD}")
    _check_size(*shutil.get_terminal_size())


def wants_ascii(asked: bool) -> bool:
    """Return whether only plain ASCII may be written: asked for, or the locale has nothing else."""
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    return asked or encoding != "utf8" or os.environ.get("TERM") == "linux"


def has_colours() -> bool:
    """Return whether the terminal knows colours, by what is written of its kind (terminfo)."""
    if is_in_browser() or os.environ.get("COLORTERM"):
        return True
    try:
        import curses
    except ImportError:
        return True
    try:
        curses.setupterm(fd=_STANDARD_ERROR)  # where Textual draws
        return curses.tigetnum("colors") > 0
    except curses.error:
        return True  # nobody knows this kind


def is_in_browser() -> bool:
    """Return whether this process was started by textual-serve: the terminal is a web page."""
    return os.environ.get("TEXTUAL_DRIVER", "") == "textual.drivers.web_driver:WebDriver"


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _check_size(width: int, height: int) -> None:
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        raise UsageError(
            f"the dashboard needs {LEAST_WIDTH}x{LEAST_HEIGHT} cells and this terminal has"
            f" {width}x{height}: make it larger, or {_INSTEAD}"
        )
