"""The dashboard's own benchmark: a real one, in a terminal, on a full file and on an empty one."""

from jobdash.bench.tui.benchmark import Effort, Files, measure_dashboard

__all__ = ["Effort", "Files", "measure_dashboard"]
