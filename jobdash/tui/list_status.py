"""What the line above the jobs list says the list is doing, and why it may be empty."""

from jobdash.job import State
from jobdash.report import JobFilter
from jobdash.text import format_count
from jobdash.tui.keys import state_key
from jobdash.tui.questions import SEARCH_LIMIT
from jobdash.tui.spans import Span, Spans
from jobdash.tui.theme import ACCENT, FAINT, GOOD, SOFT, WARN
from jobdash.tui.widgets.job_table import JobTable

_NO_MATCH, _WAY_OUT = "No job matches this filter.", "Esc clears the filter."
_STATES = frozenset(map(str, State))


def list_status(table: JobTable, everything: JobFilter) -> Spans:
    """Return marks, matches, and where the list stands; `everything` is no filter at all."""
    parts: list[Span] = []
    if table.marked:
        parts.append((f"{len(table.marked)} marked   ", WARN))
    if table.filter != everything:
        parts.append((f"{_matches(table)} match   ", SOFT))
    parts.append(_standing(table))
    return tuple(parts)


def why_empty(wanted: JobFilter, everything: JobFilter) -> tuple[str, ...]:
    """Return the lines that stand in an empty list."""
    if wanted == everything:
        return (
            "No jobs yet",
            "From code: call one of the app's tasks.",
            "From here: n picks a task and asks for its arguments.",
            "To look around: jobdash demo",
        )
    if wanted.text in _STATES:
        key = state_key(State(wanted.text))
        return (_NO_MATCH, f"{wanted.text} is a state: {key} shows its jobs.", _WAY_OUT)
    return (_NO_MATCH, _WAY_OUT)


def _matches(table: JobTable) -> str:
    more = "+" if table.filter.is_search and table.length >= SEARCH_LIMIT else ""
    return f"{format_count(table.length)}{more}"


def _standing(table: JobTable) -> Span:
    if not table.loaded:
        return "searching… ", ACCENT
    if table.follow:
        return "following ", GOOD
    if table.newer:
        return f"↑ {format_count(table.newer)} newer ", ACCENT
    return "newest first ", FAINT
