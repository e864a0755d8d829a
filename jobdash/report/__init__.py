"""Every read: lists, single jobs and their past, workers, tasks, numbers.

Readers never write, never unpickle, never import the app, and never know huey.
"""

from jobdash.report.filter import JobFilter
from jobdash.report.report import Report

__all__ = ["JobFilter", "Report"]
