"""The standing questions: one for what every screen shows, one for what each place shows."""

from jobdash.job import TaskType
from jobdash.tui.asking.batches import BatchesPage
from jobdash.tui.asking.crew import Crew
from jobdash.tui.asking.dead_letters import DeadLetters
from jobdash.tui.asking.due import DueWindow
from jobdash.tui.asking.event_log import EventsShown
from jobdash.tui.asking.job_log import LogNews
from jobdash.tui.asking.job_stack import StackNews
from jobdash.tui.asking.one_job import Detail, Family, InFull, WhyNot
from jobdash.tui.asking.overview import Overview
from jobdash.tui.asking.questions import Head, Topic, Window
from jobdash.tui.asking.tasks import TasksPage
from jobdash.tui.asking.vocabulary import Vocabulary

# Whether a worker lives is told by its lock, not by the file: asked even if nothing was written.
HEAD: Topic[Head] = Topic("head", every=1.0)
# What a job prints changes no database.
LOG: Topic[LogNews] = Topic("log", every=0.25)
STACK: Topic[StackNews] = Topic("stack", every=1.0)
WINDOW: Topic[Window] = Topic("window")
DETAIL: Topic[Detail | None] = Topic("detail")
ATTEMPT: Topic[InFull] = Topic("attempt")
# Only while the workers are shown; what a process takes is told by no change of the file.
CREW: Topic[Crew] = Topic("crew", every=1.0)
KIN: Topic[Family] = Topic("kin")
# The passing of time and the death of a worker change the answer without a change of the file.
WHY: Topic[WhyNot] = Topic("why", every=1.0)
DEAD: Topic[DeadLetters] = Topic("dead")
# A periodic task moves on when its time has come, even if no pool is there to write that down.
DUE: Topic[DueWindow] = Topic("due", every=5.0)
EVENTS: Topic[EventsShown] = Topic("events")
TASKS: Topic[tuple[TaskType, ...]] = Topic("tasks")
VOCABULARY: Topic[Vocabulary] = Topic("vocabulary")
# The columns of a chart go on even if nothing is written.
OVERVIEW: Topic[Overview] = Topic("overview", every=5.0)
# Their pace falls even if nothing ends.
BATCHES: Topic[BatchesPage] = Topic("batches", every=1.0)
# What is costly in it is kept for some seconds: asked again for what came meanwhile.
TASKS_PAGE: Topic[TasksPage] = Topic("tasks-page", every=1.0)
