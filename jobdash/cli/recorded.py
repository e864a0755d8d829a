"""The app that a job belongs to: as it is named, else as the last pool of the file named it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from jobdash.cli.output import note
from jobdash.cli.settings import Settings
from jobdash.cli.target import Target
from jobdash.job import Job
from jobdash.report import Report


def app_of(settings: Settings, report: Report, job: Job) -> Settings:
    """Return the settings with the app of the job, if none is named. Says which that is."""
    target = Target(settings)
    if target.is_app_named or target.named_database is None:
        return settings
    app = report.app_of(job.queue)
    if app is None:
        return settings
    note(f"the app is {app}, as the last pool had it (another: -A module:attr)")
    return replace(settings, app=app)


def load_on(settings: Settings, database: Path) -> Any:
    """Import the app and return its huey on this file. Raises `AppError`."""
    return Target(replace(settings, database=str(database))).load()
