"""From a checked terminal to an exit status."""

import os

from jobdash.report import Report
from jobdash.tui.options import DashboardOptions, PoolHandle
from jobdash.tui.surroundings import check_terminal

# Read by Textual when it is imported. An Escape key is otherwise reported after 100 ms.
_TEXTUAL_DEFAULTS = {
    "ESCDELAY": "25",
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
}


def run_dashboard(options: DashboardOptions) -> int:
    """Show the dashboard until the user leaves it; return the exit status of the program.

    Raises `UsageError` if there is no usable terminal and `DatabaseError` if the file cannot be
    read. A pool that came with the options is stopped after the terminal is restored, as the user
    chose; a signal that ends the dashboard lets running jobs finish.
    """
    check_terminal()
    Report(options.database).close()
    for name, value in _TEXTUAL_DEFAULTS.items():
        os.environ.setdefault(name, value)
    from jobdash.tui.app import DashboardApp

    app = DashboardApp(options)
    choice = app.run(mouse=options.mouse)
    if options.pool is not None:
        _stop(options.pool, choice)
    return app.return_code or 0


def _stop(pool: PoolHandle, choice: str | None) -> None:
    if choice == "finish":
        pool.stop("finish")
    elif choice == "now":
        pool.stop("now")
