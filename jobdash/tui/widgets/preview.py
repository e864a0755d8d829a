"""A job below a list, on terminals that are high enough."""

from textual.app import ComposeResult
from textual.containers import Vertical

from jobdash.job import Job
from jobdash.tui import job_facts
from jobdash.tui.present import Present
from jobdash.tui.widgets.line import Line, Sides
from jobdash.tui.widgets.panel import Panel

_FACTS = (
    job_facts.times,
    job_facts.ladder,
    job_facts.call,
    job_facts.outcome,
    job_facts.origin,
)


class _Title(Line):
    """A rule with the job's name in front and its state at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.job: Job | None = None

    def sides(self, width: int) -> Sides:
        """Return the rule in this width."""
        return (() if self.job is None else job_facts.title(self.job, width)), ()


class Preview(Vertical):
    """A title and five lines about one job."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._title = _Title()
        self._panel = Panel(len(_FACTS))

    def compose(self) -> ComposeResult:
        """Make the lines."""
        yield self._title
        yield self._panel

    def take(self, job: Job | None, present: Present) -> None:
        """Show a job."""
        self._title.job = job
        self._title.redraw()
        facts = () if job is None else tuple(fact(job, present) for fact in _FACTS)
        self._panel.show([fact for fact in facts if fact])
