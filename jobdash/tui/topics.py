"""The standing questions: one for what every screen shows, one for what each place shows."""

from jobdash.job import TaskType
from jobdash.tui.dead_letters import DeadLetters
from jobdash.tui.questions import Detail, Head, Topic, Window

# Whether a worker lives is told by its lock, not by the file: asked even if nothing was written.
HEAD: Topic[Head] = Topic("head", every=1.0)
WINDOW: Topic[Window] = Topic("window")
DETAIL: Topic[Detail | None] = Topic("detail")
DEAD: Topic[DeadLetters] = Topic("dead")
TASKS: Topic[tuple[TaskType, ...]] = Topic("tasks")
