"""Copies by the terminal's own way, and through tmux, which often swallows that way."""

import os
import shutil
import subprocess
from typing import Any

from textual.app import App

_PATIENCE = 1.0


def copy(app: App[Any], text: str) -> None:
    """Put a text on the clipboard. Nothing tells whether the terminal has taken it."""
    app.copy_to_clipboard(text)
    if os.environ.get("TMUX"):
        app.run_worker(lambda: _to_tmux(text), thread=True, exit_on_error=False)


def _to_tmux(text: str) -> None:
    tmux = shutil.which("tmux")
    if tmux:
        subprocess.run(
            [tmux, "load-buffer", "-"], input=text.encode(), timeout=_PATIENCE, check=False
        )
