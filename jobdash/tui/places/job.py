"""The place of one job: what one does to it."""

from typing import ClassVar

from textual import on
from textual.binding import BindingType

from jobdash.job import State
from jobdash.operations import suits
from jobdash.postmortem import Frame, PostMortem
from jobdash.tui.job.attempts_part import AttemptsPart
from jobdash.tui.job.frames import chosen_frame, frames_screen
from jobdash.tui.keyboard import keys
from jobdash.tui.keyboard.key import Key, bindings
from jobdash.tui.places.hints import called_for
from jobdash.tui.places.shown_job import ShownJob


class JobPlace(ShownJob):
    """Acts on, compares, debugs, copies the job, and leads to its code."""

    KEYS = keys.JOB
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.JOB))

    def action_act(self, operation: str) -> None:
        """Act on the job."""
        self.post_message(self.Act(operation, [(self.seq,)]))

    def action_change(self) -> None:
        """Replay the job with other arguments."""
        self.post_message(self.Change([(self.seq,)]))

    def action_debug(self) -> None:
        """Run the job once more, under the debugger."""
        self.post_message(self.Debug(self.seq))

    def action_compare(self) -> None:
        """Show what differs from the last success, or for a success from the last failure."""
        self.post_message(self.Compare(self.seq))

    @on(AttemptsPart.Compare)
    def _compare_attempts(self, event: AttemptsPart.Compare) -> None:
        event.stop()
        self.post_message(self.Compare(self.seq, event.attempt))

    def action_testcase(self) -> None:
        """Write a test that makes the job's call."""
        if self.detail is not None:
            self.post_message(self.Testcase(self.detail.job))

    def action_editor(self) -> None:
        """Open the user's editor at the line where the job failed."""
        self._open_editor(self._failure.first_frame if self._failure else None)

    def action_frames(self) -> None:
        """Open the user's editor at a line on the way to the failure that is asked for."""
        failure = self._failure
        if failure is not None and failure.frames:
            self.app.push_screen(
                frames_screen(failure),
                lambda answer: self._open_editor(chosen_frame(failure, answer)),
            )

    def _open_editor(self, frame: Frame | None) -> None:
        if frame is not None:
            self.post_message(self.Edit(frame.file, frame.line))

    @property
    def _failure(self) -> PostMortem | None:
        return None if self.detail is None else self.detail.failure

    def action_copy(self) -> None:
        """Copy the id."""
        if self.detail is not None:
            self.post_message(self.Copy(self.detail.job.id, f"the id of #{self.seq}"))

    def action_copy_json(self) -> None:
        """Copy the job as JSON."""
        self.post_message(self.CopyJob(self.seq))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        if key.action.startswith("neighbour"):
            return self.has_neighbours
        if self.detail is None:
            return False
        if key.action == "open":
            return self.body.can_enter
        if key in (keys.EDITOR, keys.FRAMES):
            return self._failure is not None
        if key in (keys.DEBUG, keys.TESTCASE):
            return self.detail.job.state is not State.WAITING
        return not key.operation or suits(key.operation, self.detail.job)

    def as_here(self, key: Key) -> Key:
        """Return a key, called what it does to the job."""
        return called_for(key, [self.detail.job] if self.detail else [])

    def hints(self) -> list[Key]:
        """Return the keys that do something now, those of the open part first."""
        if typing := self.body.typing:
            return [*typing]
        own = [key for key in self.body.hints if key.label]
        taken = {key.keys for key in own}
        return [*own, *(key for key in super().hints() if key.keys not in taken)]

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the job."""
        return ("", "") if self.detail is None else (
            self.detail.job.queue, self.detail.job.task
        )  # fmt: skip
