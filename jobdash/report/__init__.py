"""Every read: lists, single jobs and their past, workers, tasks, numbers.

Readers never write, never unpickle, never import the app, and never know huey.
"""

from jobdash.report.dead import DeadGroup
from jobdash.report.filter import JobFilter
from jobdash.report.report import Report

__all__ = ["DeadGroup", "JobFilter", "Report"]
