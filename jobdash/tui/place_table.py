"""The places of the dashboard, in the order of their digits.

A place's module is imported when one first goes there, or some time after the first paint, which
needs the jobs alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """One place: its digit, its name in full and where room is short, and what makes it."""

    digit: str
    name: str
    title: str
    short: str
    meaning: str
    module: str
    maker: str


PLACES = (
    PlaceEntry("1", "jobs", "Jobs", "Jobs", "the jobs", "jobs", "JobsPlace"),
    PlaceEntry(
        "2", "overview", "Overview", "Over", "how everything goes", "overview", "OverviewPlace"
    ),
    PlaceEntry("3", "dead", "Dead letters", "Dead", "the dead letters", "dead", "DeadPlace"),
    PlaceEntry("4", "tasks", "Tasks", "Task", "the tasks", "tasks", "TasksPlace"),
    PlaceEntry("5", "workers", "Workers", "Work", "the workers", "workers", "WorkersPlace"),
    PlaceEntry("6", "schedule", "Schedule", "Sched", "the schedule", "schedule", "SchedulePlace"),
    PlaceEntry("7", "events", "Events", "Event", "what happens", "events", "EventsPlace"),
    PlaceEntry("8", "batches", "Batches", "Batch", "the batches", "batches", "BatchesPlace"),
)
