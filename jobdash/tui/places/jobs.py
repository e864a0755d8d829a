"""The place of the jobs: what one does to those that are listed."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from jobdash.job import Job
from jobdash.operations import suits
from jobdash.report import JobFilter
from jobdash.text import sentence
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.places.hints import called_for
from jobdash.tui.places.listed_jobs import ListedJobs
from jobdash.tui.widgets.job_table import JobTable


class JobsPlace(ListedJobs):
    """Opens, marks, acts on, copies and exports the listed jobs."""

    KEYS = keys.JOBS
    BINDINGS: ClassVar[list[BindingType]] = list(bindings((*keys.JOBS, *keys.STATES)))

    class MarkAll(Message):
        """All jobs of a filter are to be marked."""

        def __init__(self, wanted: JobFilter) -> None:
            super().__init__()
            self.wanted = wanted

    class SaveList(Message):
        """All jobs of a filter are to be written to a file."""

        def __init__(self, wanted: JobFilter) -> None:
            super().__init__()
            self.wanted = wanted

    def action_open(self) -> None:
        """Open the job."""
        self.table.take_aim()
        job = self.table.current
        if job is not None:
            self.post_message(self.OpenJob(job.seq))

    @property
    def is_reading(self) -> bool:
        """Whether another list is on its way."""
        return not self.table.loaded

    has_neighbours = True

    def neighbour(self, seq: int, step: int) -> int | None:
        """Move the cursor away from a job; return the job it is on, None while that is read."""
        # It is on another one already if that had to be read first, or if the job left the list.
        if self.table.current is not None and self.table.current.seq == seq:
            self.table.move_to(self.table.cursor + step)
        return None if self.table.current is None else self.table.current.seq

    def action_act(self, operation: str) -> None:
        """Act on the marked jobs, or on the one under the cursor."""
        is_sure = self.take_aim()
        self._hold()
        if self.table.chosen:
            self.post_message(self.Act(operation, [self.table.chosen], is_sure=is_sure))

    def action_change(self) -> None:
        """Replay the marked jobs, or the one under the cursor, with other arguments."""
        self.take_aim()
        self._hold()
        if self.table.chosen:
            self.post_message(self.Change([self.table.chosen]))

    def action_compare_jobs(self) -> None:
        """Show what differs between the two marked jobs, or as in a job if it is one."""
        self.table.take_aim()
        chosen = sorted(self.table.chosen)
        if len(chosen) > 2:
            self.notify("Two jobs can be compared: mark two.", severity="warning", markup=False)
        elif chosen:
            self.post_message(self.Compare(chosen[0], other=chosen[-1]))

    def action_act_on_all(self) -> None:
        """Choose what to do to all that the filter shows."""
        if self._is_wrong():
            return
        self._hold()
        parts = (self.state and f"state:{self.state}", self._filter.meaning or self._filter.typed)
        about = " ".join(filter(None, parts)) or "every job"
        self.post_message(self.ActOnAll(self.table.filter, about))

    def action_mark_all(self) -> None:
        """Mark all jobs that the filter shows."""
        if self._is_wrong():
            return
        self._hold()
        self.post_message(self.MarkAll(self.table.filter))

    def mark(self, wanted: JobFilter, seqs: Sequence[int]) -> None:
        """Mark these jobs, which a filter has found, if it still is the filter."""
        if wanted == self.table.filter:
            self.table.mark(seqs)

    def _is_wrong(self) -> bool:
        """Return whether the filter makes no sense, and say so: nothing can be meant by it."""
        if mistake := self._filter.mistake:
            text = f"Not a filter: {sentence(mistake)}"
            self.notify(text, severity="warning", markup=False)
        return bool(mistake)

    def hold(self) -> None:
        """Let the list move no more: what is done next is for the job under the cursor."""
        self.table.take_aim()
        self._hold()

    def _hold(self) -> None:
        # From here on the cursor must not slip to another job under the user's hand.
        self.table.hold()
        self._show_status()
        self.post_message(self.HintsChanged())

    def action_copy(self) -> None:
        """Copy the id."""
        self.table.take_aim()
        job = self.table.current
        if job is not None:
            self.post_message(self.Copy(job.id, f"the id of #{job.seq}"))

    def action_save_list(self) -> None:
        """Write the jobs of the list to a file."""
        if not self._is_wrong():
            self.post_message(self.SaveList(self.table.filter))

    def action_copy_json(self) -> None:
        """Copy the job as JSON."""
        self.table.take_aim()
        if self.table.current is not None:
            self.post_message(self.CopyJob(self.table.current.seq))

    def hints(self) -> list[Key]:
        """Return the keys that do something now; what the newest job allows comes last.

        While the list follows, that changes all the time, and the line should not jump.
        """
        if self._filter.is_typing:
            return list(keys.TYPING)
        hints = super().hints()
        return sorted(hints, key=lambda key: bool(key.operation)) if self.table.follow else hints

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        if key.operation:
            return any(suits(key.operation, job) for job in self._chosen_jobs())
        offer = _OFFERS.get(key.action)
        return offer is None or offer(self.table)

    def as_here(self, key: Key) -> Key:
        """Return a key, called what it does to the chosen jobs."""
        return called_for(key, self._chosen_jobs())

    def _chosen_jobs(self) -> Sequence[Job]:
        table = self.table
        if table.marked:
            return [job for job in table.window.jobs if job.seq in table.marked]
        return [table.current] if table.current else []

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the job under the cursor."""
        job = self.table.current
        return ("", "") if job is None else (job.queue, job.task)


def _has_job(table: JobTable) -> bool:
    return table.current is not None


_OFFERS: Mapping[str, Callable[[JobTable], bool]] = {
    "open": _has_job,
    "mark": _has_job,
    "copy": _has_job,
    "compare_jobs": _has_job,
    "act_on_all": lambda table: table.length > 0,
    "follow": lambda table: not table.follow,
}
