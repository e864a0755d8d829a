"""The lines of a workflow's tree."""

from collections.abc import Hashable, Sequence

from jobdash.job import Job
from jobdash.render import standing
from jobdash.report import Group, Relative, Role, write_term
from jobdash.text import format_duration
from jobdash.tui.job.kin_branches import branches
from jobdash.tui.looks.present import Present, short_task, words
from jobdash.tui.looks.spans import Span, Spans, fitted
from jobdash.tui.looks.theme import ACCENT, BOLD, FAINT, INK, LOOKS, SOFT
from jobdash.tui.rows.job_cells import run_time
from jobdash.tui.widgets.line_list import LineList

_STATE_CELLS, _TOOK_CELLS = 12, 8
_LEAST_TREE = 34


class KinList(LineList):
    """Shows who belongs to whom. `home` is the job that was opened.

    The cursor begins there, or on the job that one comes back from: `begin_at`.
    """

    def __init__(self) -> None:
        super().__init__(id="kin")
        self.home = 0
        self.begin_at = 0
        self._lines: tuple[Relative, ...] = ()
        self._branches: list[str] = []
        self._at_home = 0
        self._is_centred = False
        self.present = Present()

    @property
    def current(self) -> Relative | None:
        """The line under the cursor."""
        return self._lines[self.cursor] if self.cursor < len(self._lines) else None

    def take(self, lines: Sequence[Relative], present: Present) -> None:
        """Show these lines; the cursor stays on its job."""
        held = self.row_key(self.cursor) if self._at_home == self.home else self.begin_at
        self.present = present
        if tuple(lines) != self._lines or self._at_home != self.home:
            is_new, self._lines, self._at_home = self._at_home != self.home, tuple(lines), self.home
            self._branches = branches([line.depth for line in lines])
            keys = [self.row_key(index) for index in range(len(lines))]
            self.cursor = keys.index(held) if held in keys else self._clamped()
            self._is_centred = self._is_centred or is_new
            self._arrange()
        self.redraw()

    def _arrange(self) -> None:
        # What stands above the job is as telling as what stands below it.
        top = self.cursor - self.page // 2 if self._is_centred else self.top
        self.place(len(self._lines), top)
        self.show_cursor()

    def cursor_moved(self, by_hand: bool) -> None:
        """Leave the lines where they are from now on, if a person has moved."""
        self._is_centred = self._is_centred and not by_hand
        super().cursor_moved(by_hand)

    def room_changed(self) -> None:
        """Keep the job in the middle until somebody moves: lines may come before there is room."""
        self._arrange()
        super().room_changed()

    def tick(self, present: Present) -> None:
        """Draw what the passing of time has changed."""
        self.present = present
        self.redraw()

    def filter_of(self, line: Relative) -> str:
        """Return the filter that finds the jobs of a group, or those of a cut branch; or ''."""
        if line.group is not None:
            return f"with:#{line.group.head}"
        if line.of < 0:
            return f"with:#{-line.of}"
        if line.of and line.role in (Role.CHILD, Role.GROUP):
            return f"parent:#{line.of}"
        return self._batch_of(line)

    def _batch_of(self, line: Relative) -> str:
        """Return the batch that the shown jobs of a cut branch have in common."""
        found = {one.job.batch for one in self._lines if one.of == line.of and one.job is not None}
        batch = next(iter(found)) if len(found) == 1 else None
        return write_term("batch", batch) if batch else ""

    def row_key(self, index: int) -> Hashable | None:
        """Return the job's number, or what tells one cut branch from another."""
        if index >= len(self._lines):
            return None
        line = self._lines[index]
        if line.group is not None:
            return -line.group.head
        return (line.of, str(line.role)) if line.job is None else line.job.seq

    def titles(self, width: int) -> Spans:
        """Return the titles of the columns."""
        tree, rest = _widths(width)
        return (
            *fitted((("job", FAINT),), tree, gap=1),
            *fitted((("state", FAINT),), _STATE_CELLS, gap=1),
            *fitted((("took", FAINT),), _TOOK_CELLS, "right", gap=2),
            *fitted((("", FAINT),), rest),
        )

    def row_spans(self, index: int, width: int) -> Spans:
        """Return one line of the tree."""
        line, branch = self._lines[index], self._branches[index]
        tree, rest = _widths(width)
        if line.group is not None:
            return fitted(((branch, FAINT), *_group(line.group)), width)
        if line.job is None:
            more = f"and {line.more:,} more" if line.more > 0 else "and more than can be shown"
            hint = "  enter shows them" if line.more > 0 or self.filter_of(line) else ""
            return fitted(((branch, FAINT), (more, ACCENT), (hint, FAINT)), width)
        job, look = line.job, LOOKS[line.job.state]
        state = ((f"{look.glyph} {job.state}", look.style),)
        return (
            *fitted(((branch, FAINT), *self._named(line, job)), tree, gap=1),
            *fitted(state, _STATE_CELLS, gap=1),
            *fitted(((_took(job, self.present.now), SOFT),), _TOOK_CELLS, "right", gap=2),
            *fitted(((words(standing(job, self.present.now)), FAINT),), rest),
        )

    def _named(self, line: Relative, job: Job) -> tuple[Span, ...]:
        role = f"{line.role} " if line.role is not Role.FIRST else ""
        here = job.seq == self.home
        name = short_task(job.task)
        return (
            (role, FAINT),
            (f"#{job.seq} ", ACCENT),
            (name, BOLD if here else INK),
            (" (this one)" if here else "", FAINT),
        )

    def _clamped(self) -> int:
        return max(0, min(self.cursor, len(self._lines) - 1))


def _group(group: Group) -> Spans:
    """Say how many members a group has, and how they stand."""
    told: list[Span] = [(f"group of {group.size:,}", INK)]
    for state, jobs in group.states:
        look = LOOKS[state]
        told += [("  ", FAINT), (f"{look.glyph} {jobs:,} {state}", look.style)]
    return tuple(told)


def _widths(width: int) -> tuple[int, int]:
    left = max(0, width - _STATE_CELLS - _TOOK_CELLS - 4)
    tree = max(min(left, _LEAST_TREE), left * 3 // 5)
    return tree, left - tree


def _took(job: Job, now: int) -> str:
    taken = run_time(job, now)
    return "-" if taken is None else format_duration(taken)
