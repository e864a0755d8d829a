"""The job under the cursor, below the list, on terminals that are high enough."""

from jobdash.job import Job
from jobdash.tui import job_facts
from jobdash.tui.job_cells import Present
from jobdash.tui.widgets.panel import Panel


class Preview(Panel):
    """Six lines about one job."""

    def __init__(self, id: str) -> None:
        super().__init__(6, id=id)

    def take(self, job: Job | None, present: Present) -> None:
        """Show a job."""
        if job is None:
            self.show(())
            return
        facts = (job_facts.times, job_facts.ladder, job_facts.call, job_facts.outcome)
        lines = [fact(job, present) for fact in (*facts, job_facts.origin)]
        self.show([job_facts.title(job, self.size.width), *filter(None, lines)])
