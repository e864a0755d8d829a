"""Where what the dashboard remembers from one start to the next is kept."""

import os
from pathlib import Path


def state_folder() -> Path | None:
    """Return `jobdash` in `$XDG_STATE_HOME` or `~/.local/state`; None for somebody without home."""
    chosen = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        home = chosen if chosen.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        return None
    return home / "jobdash"
