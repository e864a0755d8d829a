"""From a checked terminal to an exit status."""

import os
import sys

from jobdash.report import Report
from jobdash.tui.options import DashboardOptions, PoolHandle
from jobdash.tui.surroundings import check_terminal

# Read by Textual when it is imported. An Escape key is otherwise reported after 100 ms.
_TEXTUAL_DEFAULTS = {
    "ESCDELAY": "25",
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
}


# Seconds for which the thread that reads the file may hold up the one that draws: 5 ms by default,
# several times in each repaint.
_TURN = 0.0005


def prepare_dashboard() -> None:
    """Import what the dashboard is made of, which takes most of a second.

    `run_dashboard` does it too, if it has not been done while something else was waited for.
    """
    for name, value in _TEXTUAL_DEFAULTS.items():
        os.environ.setdefault(name, value)
    import jobdash.tui.app  # noqa: F401


def run_dashboard(options: DashboardOptions) -> int:
    """Show the dashboard until the user leaves it; return the exit status of the program.

    Raises `UsageError` if there is no usable terminal and `DatabaseError` if the file cannot be
    read. A pool that came with the options is stopped after the terminal is restored, as the user
    chose; a signal that ends the dashboard lets running jobs finish.
    """
    check_terminal()
    Report(options.database).close()
    prepare_dashboard()
    from jobdash.tui.app import DashboardApp

    sys.setswitchinterval(_TURN)
    app = DashboardApp(options)
    choice = app.run(mouse=options.mouse)
    if app.pool is not None:
        _stop(app.pool, choice)
    return app.return_code or 0


def _stop(pool: PoolHandle, choice: str | None) -> None:
    if choice == "finish":
        pool.stop("finish")
    elif choice == "now":
        pool.stop("now")
