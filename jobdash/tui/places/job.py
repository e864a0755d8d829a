"""One job: what it is, its life as a bar, and its arguments, attempts, result and history."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from jobdash.job import Job
from jobdash.operations import OPERATIONS
from jobdash.text import format_duration
from jobdash.tui import job_facts, keys
from jobdash.tui.feed import Feed
from jobdash.tui.job_parts import PARTS, first_part
from jobdash.tui.keys import Key, bindings
from jobdash.tui.places.place import Place
from jobdash.tui.present import words
from jobdash.tui.questions import Detail, DetailQuestion
from jobdash.tui.snapshot import Snapshot
from jobdash.tui.spans import Spans
from jobdash.tui.theme import ACCENT, BOLD, FAINT, LOOKS, SOFT
from jobdash.tui.topics import DETAIL
from jobdash.tui.widgets.life import Life
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.panel import Panel
from jobdash.tui.widgets.part_tabs import PartTabs
from jobdash.tui.widgets.reader import Reader

_NAMES = tuple(PARTS)


class JobPlace(Place):
    """Everything about one job."""

    KEYS = keys.JOB
    BINDINGS: ClassVar[list[BindingType]] = list(bindings(keys.JOB))

    def __init__(self, feed: Feed, queue: str | None) -> None:
        super().__init__(feed, queue, "job")
        self.seq = 0
        self._detail: Detail | None = None
        self._part = ""
        self._crumb = Line("crumb")
        self._facts = Panel(5, id="job-facts")
        self._life = Life()
        self._tabs = PartTabs(_NAMES)
        self._reader = Reader("reader")

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._crumb
        yield self._facts
        yield self._life
        yield self._tabs
        yield self._reader

    def show_job(self, seq: int) -> None:
        """Show another job."""
        if seq != self.seq:
            self.seq, self._detail, self._part = seq, None, ""
            self._crumb.show(((f" #{seq}", ACCENT), ("  reading…", FAINT)))
            self._reader.read((), from_top=True)

    def ask(self) -> None:
        """Ask for the job."""
        self.feed.ask(DETAIL, DetailQuestion(self.seq))

    def arrive(self) -> None:
        """Take the focus."""
        self._reader.focus()

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(DETAIL)

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show what has changed."""
        super().take(snapshot, now)
        found = snapshot.answer(DETAIL)
        if found is None or found[0] != DetailQuestion(self.seq):
            return
        self._detail = found[1]
        if self._detail is None:
            gone = ((f" #{self.seq}", ACCENT), ("  is not in the file any more", SOFT))
            self._crumb.show(gone)
            return
        fresh = not self._part
        self._part = self._part or first_part(self._detail.job)
        self._draw(from_top=fresh)
        self.post_message(self.HintsChanged())

    def tick(self, now: int) -> None:
        """Let the times go on."""
        super().tick(now)
        if self._detail is not None:
            self._draw_facts(self._detail)

    def _draw(self, *, from_top: bool) -> None:
        if self._detail is None:
            return
        self._draw_facts(self._detail)
        self._tabs.take(self._part, {"Attempts": len(self._detail.attempts)})
        lines = PARTS[self._part](self._detail, self.present)
        self._reader.read(lines, from_top=from_top)

    def _draw_facts(self, detail: Detail) -> None:
        job = detail.job
        self._crumb.show(_crumb_of(job), _waited(detail))
        facts = (job_facts.times, job_facts.ladder, job_facts.outcome)
        origin = job_facts.origin(job, self.present, detail.pruned_kin)
        lines = [origin, *(fact(job, self.present) for fact in facts)]
        self._facts.show([_identity(job), *filter(None, lines)])
        self._life.take(detail, self.present.now)

    def action_tab(self, step: int) -> None:
        """Go to the next part."""
        if self._detail is not None:
            self._part = _NAMES[(_NAMES.index(self._part) + step) % len(_NAMES)]
            self._draw(from_top=True)

    @on(PartTabs.Chosen)
    def _part_chosen(self, event: PartTabs.Chosen) -> None:
        if self._detail is not None:
            self._part = event.part
            self._draw(from_top=True)

    def action_act(self, operation: str) -> None:
        """Act on the job."""
        self.post_message(self.Act(operation, [(self.seq,)]))

    def action_change(self) -> None:
        """Replay the job with other arguments."""
        self.post_message(self.Change([(self.seq,)]))

    def action_copy(self) -> None:
        """Copy the id."""
        if self._detail is not None:
            self.post_message(self.Copy(self._detail.job.id, f"the id of #{self.seq}"))

    def offers(self, key: Key) -> bool:
        """Whether a key does something now."""
        if self._detail is None:
            return False
        return not key.operation or OPERATIONS[key.operation].suits(self._detail.job)

    @property
    def subject(self) -> tuple[str, str]:
        """Queue and task of the job."""
        return ("", "") if self._detail is None else (
            self._detail.job.queue, self._detail.job.task
        )  # fmt: skip


def _crumb_of(job: Job) -> Spans:
    look = LOOKS[job.state]
    return (
        (" Job ", FAINT),
        (f"#{job.seq}  ", ACCENT),
        (f"{look.glyph} {job.state}  ", look.style),
        (words(job.task), BOLD),
    )


def _identity(job: Job) -> Spans:
    return job_facts.labelled("id", (words(job.id), SOFT))


def _waited(detail: Detail) -> Spans:
    if not detail.attempts:
        return ()
    waited = max(0, detail.attempts[0].started_at - detail.job.created_at) / 1e6
    return (("waited ", FAINT), (f"{format_duration(waited)} ", SOFT))
