"""Everything that can go wrong in words a person can act on.

Each class is one thing a caller may want to handle; its docstring is its meaning. A message says
what is wrong, in which state the thing is, and what is possible instead.
"""


class JobdashError(Exception):
    """Base of every error that jobdash raises on purpose."""


class UsageError(JobdashError):
    """What was asked for makes no sense, whatever the state of the jobs."""


class NotFound(JobdashError):
    """There is no such job, task, worker or app."""


class UnknownJob(NotFound):
    """No job has this id, or the reference fits several."""


class NoLog(NotFound):
    """What this attempt printed was not kept, or not for so long."""


class UnknownTask(NotFound):
    """No task of this name is registered."""


class AppError(NotFound):
    """The huey application could not be loaded."""


class Refused(JobdashError):
    """The thing exists, but its state does not allow this."""


class NoStack(Refused):
    """Where a job is cannot be told: it does not run, or its worker gives no answer."""


class NothingLike(Refused):
    """There is no other run that this one is best compared with."""


class IllegalMove(Refused):
    """The job is in a state from which this event is not possible."""


class AlreadyRunning(Refused):
    """Another pool already serves this file and queue."""


class LostClaim(Refused):
    """The claim ended before this worker's finish arrived; nothing was written."""


class WorkerLost(JobdashError):
    """A job has cost as many workers as it may; an error handler is called with this."""


class ChaosError(JobdashError):
    """A run failed because somebody wanted it to, with `jobdash chaos`."""


class HardTimeLimit(JobdashError):
    """A job outlasted its hard time limit; an error handler is called with this."""


class DatabaseError(JobdashError):
    """The database file cannot be used as asked."""


class DatabaseBusy(DatabaseError):
    """Another process held the write lock for longer than this caller may wait."""


class OnlyToLookAt(DatabaseError):
    """The file is a copy that `jobdash export` has taken: nothing can be changed in it."""


class NotADatabase(DatabaseError):
    """The file is no SQLite database, is damaged, or belongs to another program."""


class SchemaTooNew(DatabaseError):
    """The file was written by a newer jobdash than this one."""


class BenchmarkFailed(JobdashError):
    """What was to be measured did not happen."""


class UnsupportedPlatform(JobdashError):
    """This platform lacks what the operation needs, for example fork()."""
