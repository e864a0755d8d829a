"""A job below a list, on terminals that are high enough."""

from functools import partial

from jobdash.job import Job
from jobdash.tui.job import facts as job_facts
from jobdash.tui.looks.present import Present
from jobdash.tui.widgets.fact_box import FactBox

_FACTS = (
    job_facts.times,
    job_facts.ladder,
    job_facts.call,
    job_facts.outcome,
    job_facts.origin,
)


class Preview(FactBox):
    """A title and five lines about one job."""

    def show_job(self, job: Job | None, present: Present) -> None:
        """Show a job."""
        if job is None:
            self.clear()
            return
        facts = (fact(job, present) for fact in _FACTS)
        self.take(partial(job_facts.title, job), [fact for fact in facts if fact])
