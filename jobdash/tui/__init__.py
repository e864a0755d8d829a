"""The dashboard: a Textual app that shows the ledger live and acts on it.

Importing this package costs nothing: Textual is imported only when `run_dashboard` has made sure
that there is a terminal to draw on.
"""

from jobdash.tui.options import DashboardOptions, PoolHandle, StopHow
from jobdash.tui.run import prepare_dashboard, run_dashboard

__all__ = ["DashboardOptions", "PoolHandle", "StopHow", "prepare_dashboard", "run_dashboard"]
