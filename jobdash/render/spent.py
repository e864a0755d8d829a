"""What a run has spent, in words; '' where it was not measured."""

from jobdash.job import MICROSECONDS, Attempt, Job
from jobdash.text import format_duration, format_memory


def cpu_text(run: Job | Attempt) -> str:
    """Return the CPU time, `1.2s`."""
    return "" if run.cpu is None else format_duration(run.cpu / MICROSECONDS)


def memory_text(run: Job | Attempt) -> str:
    """Return the largest size of its worker's process meanwhile, `120 MB`."""
    return "" if run.memory is None else format_memory(run.memory)


def spent_text(run: Job | Attempt) -> str:
    """Return both, `cpu 1.2s, memory 120 MB`."""
    told = (("cpu", cpu_text(run)), ("memory", memory_text(run)))
    return ", ".join(f"{name} {text}" for name, text in told if text)
