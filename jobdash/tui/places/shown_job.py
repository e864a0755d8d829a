"""One job: what it is, its life as a bar, why it does not run, and its parts behind tabs."""

from textual import on
from textual.app import ComposeResult

from jobdash.job import State
from jobdash.tui.asking.feed import Feed
from jobdash.tui.asking.one_job import Detail, DetailQuestion, WhyNot, WhyQuestion
from jobdash.tui.asking.snapshot import Snapshot
from jobdash.tui.asking.topics import DETAIL, WHY
from jobdash.tui.job import facts as job_facts
from jobdash.tui.job.body import JobBody
from jobdash.tui.job.kin_part import KinPart
from jobdash.tui.job.life import Life
from jobdash.tui.job.part_tabs import PartTabs
from jobdash.tui.job.parts import NAMES, first_part
from jobdash.tui.job.why import why_lines
from jobdash.tui.looks.theme import ACCENT, FAINT, SOFT
from jobdash.tui.places.place import Place
from jobdash.tui.widgets.line import Line
from jobdash.tui.widgets.live_part import LivePart
from jobdash.tui.widgets.panel import Panel

# From this width on the facts stand beside the parts, and a high screen has room for more reasons.
_WIDE, _HIGH = 150, 30
_SIDE_CELLS = 56
_FEW_REASONS, _MANY_REASONS = 3, 6


class ShownJob(Place):
    """Everything about one job. Escape leads back through the jobs that one came by."""

    DEFAULT_CSS = f"""
    ShownJob #job-side {{ display: none; dock: right; width: {_SIDE_CELLS}; height: 100%; }}
    ShownJob.-wide #job-side {{ display: block; }}
    ShownJob.-wide #job-facts {{ display: none; }}
    """

    def __init__(self, feed: Feed, queue: str | None) -> None:
        super().__init__(feed, queue, "job")
        self.seq = 0
        self.has_neighbours = False
        self.detail: Detail | None = None
        self._is_reading = False
        self._why = WhyNot(None)
        self._trail: list[tuple[int, str]] = []
        self._wanted_part = ""
        self._crumb = Line("crumb")
        self._facts = Panel(5, id="job-facts")
        self._side = Panel(24, id="job-side")
        self._life = Life()
        self._reasons = Panel(_MANY_REASONS, id="job-why")
        self._tabs = PartTabs()
        self.body = JobBody(feed)

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._side
        yield self._crumb
        yield self._facts
        yield self._life
        yield self._reasons
        yield self._tabs
        yield self.body

    # -- which job -------------------------------------------------------------------------------

    def show_job(self, seq: int) -> None:
        """Show another job, to which one has come from a list."""
        self._trail.clear()
        self._show(seq, "")

    def _show(self, seq: int, part: str) -> None:
        if seq == self.seq:
            return
        self.seq, self.detail, self._why = seq, None, WhyNot(None)
        self._is_reading = True
        self._wanted_part = part
        self._crumb.show(((f" #{seq}", ACCENT), ("  reading…", FAINT)))
        self._reasons.show(())
        self.body.show_job(seq)

    @on(KinPart.Follow)
    def _follow(self, event: KinPart.Follow) -> None:
        event.stop()
        self._trail.append((self.seq, self.body.part))
        self._show(event.seq, self.body.part)
        self.ask()
        self.post_message(self.HintsChanged())

    @on(KinPart.ShowList)
    def _show_list(self, event: KinPart.ShowList) -> None:
        event.stop()
        self.post_message(self.ShowJobs(None, event.filter_text))

    def close_one(self) -> bool:
        """Go back to the job that one came from."""
        if self.body.close_one():
            return True
        if not self._trail:
            return False
        left = self.seq
        self._show(*self._trail.pop())
        self.body.come_back_from(left)
        self.ask()
        return True

    def action_neighbour(self, step: int) -> None:
        """Go to the next job of the list that one came from."""
        # From the job of the list, however far one has gone in its workflow.
        first = self._trail[0][0] if self._trail else self.seq
        self.post_message(self.Neighbour(first, step))

    # -- coming and going ------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask for the job."""
        self.feed.ask(DETAIL, DetailQuestion(self.seq))
        self.feed.ask(WHY, WhyQuestion(self.seq))
        self.body.ask()

    def arrive(self) -> None:
        """Take the focus."""
        self.body.arrive()

    def leave(self) -> None:
        """Stop asking."""
        self.feed.drop(DETAIL)
        self.feed.drop(WHY)
        self.body.leave()

    @property
    def is_reading(self) -> bool:
        """Whether the job is still to be read, or its first part to be made: keys are for those."""
        return self._is_reading or not self.body.is_ready

    # -- showing ---------------------------------------------------------------------------------

    def take(self, snapshot: Snapshot, now: int) -> None:
        """Show what has changed."""
        super().take(snapshot, now)
        why = snapshot.answer(WHY)
        if why is not None and why[0] == WhyQuestion(self.seq):
            self._why = why[1]
        found = snapshot.answer(DETAIL)
        if found is None or found[0] != DetailQuestion(self.seq):
            return
        self._is_reading = False
        if found[1] is None:
            self._say_gone()
            return
        self.detail = found[1]
        self._draw_facts(self.detail)
        self.body.take(self.detail, snapshot, self.present)
        if not self.body.part:
            self.open_part(self._wanted_part or first_part(self.detail.job))
        self._draw_tabs(self.detail)
        self.post_message(self.HintsChanged())

    def tick(self, now: int) -> None:
        """Let the times go on."""
        super().tick(now)
        if self.detail is not None:
            self._draw_facts(self.detail)
            self.body.tick(self.present)

    def _say_gone(self) -> None:
        self.detail = None
        self._crumb.show(((f" #{self.seq}", ACCENT), ("  is not in the file any more", SOFT)))

    def _draw_facts(self, detail: Detail) -> None:
        trail = [seq for seq, _ in self._trail]
        self._crumb.show(job_facts.crumb(detail.job, trail), job_facts.spent(detail, self.present))
        self._facts.show(job_facts.few(detail, self.present))
        self._side.show(job_facts.all_of(detail, self.present, _SIDE_CELLS))
        self._life.take(detail, self.present.now)
        most = _MANY_REASONS if self.room.height >= _HIGH else _FEW_REASONS
        # Of who has ended meanwhile, the answer to why it waits is an old one.
        reasons = () if detail.job.state.is_final else self._why.reasons
        self._reasons.show(why_lines(reasons, self.present, most))

    def _draw_tabs(self, detail: Detail) -> None:
        empty = set() if detail.has_kin else {"Workflow"}
        if detail.job.result is None:
            empty.add("Result")
        if not detail.attempts:
            empty.add("Attempts")
        if detail.job.state is not State.RUNNING:
            empty.add("Stack")
        counts = {"Attempts": len(detail.attempts)} if detail.attempts else {}
        self._tabs.take(self.body.part, counts, empty)

    def room_changed(self) -> None:
        """Put the facts beside the parts where there is room."""
        self.set_class(self.room.width >= _WIDE, "-wide")

    # -- parts -----------------------------------------------------------------------------------

    def open_part(self, name: str) -> None:
        """Open a part."""
        if self.detail is not None:
            self.body.open(name, self.detail, self.feed.latest, self.present)
            self._draw_tabs(self.detail)
            self.post_message(self.HintsChanged())

    def action_tab(self, step: int) -> None:
        """Go to the next part."""
        self.open_part(self.body.next_to(step))

    def action_part(self, letter: str) -> None:
        """Open the part of that letter."""
        name = next(part.name for part in NAMES if part.letter == letter)
        self.open_part(name)

    def action_search_log(self) -> None:
        """Open the log, and type what to search for in it."""
        if self.detail is not None:
            self.open_part("Logs")
            self.body.search()

    @on(LivePart.HintsChanged)
    def _part_has_changed(self) -> None:
        self.post_message(self.HintsChanged())

    @on(PartTabs.Chosen)
    def _part_chosen(self, event: PartTabs.Chosen) -> None:
        self.open_part(event.part)

    def action_open(self) -> None:
        """Open what the cursor is on, or unfold what is folded."""
        self.body.enter()
