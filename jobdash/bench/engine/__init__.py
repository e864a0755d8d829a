"""The engine's benchmark: queue and workers beside plain huey, and beside SQLite's own limit."""

from jobdash.bench.engine.benchmark import EngineEffort, measure_engine

__all__ = ["EngineEffort", "measure_engine"]
