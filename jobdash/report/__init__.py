"""Every read: lists, single jobs and their past, workers, tasks, numbers.

Readers never write, never unpickle, never import the app, and never know huey.
"""

from jobdash.report.batches import Answered
from jobdash.report.dead import DeadGroup
from jobdash.report.events import Recent
from jobdash.report.filter import JobFilter
from jobdash.report.filter_language import FilterError, parse_filter, write_term
from jobdash.report.follow import Follower
from jobdash.report.kin import Group, Relative, Role
from jobdash.report.logs import JobLog
from jobdash.report.reasons import Cause, Reason
from jobdash.report.report import Report
from jobdash.report.schedule import Periodic
from jobdash.report.sorting import Order

__all__ = [
    "Answered", "Cause", "DeadGroup", "FilterError", "Follower", "Group", "JobFilter", "JobLog",
    "Order", "Periodic", "Reason", "Recent", "Relative", "Report", "Role",
    "parse_filter", "write_term",
]  # fmt: skip
