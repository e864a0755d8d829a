"""What the line above the jobs list says the list is doing, and why it may be empty."""

from jobdash.job import State
from jobdash.report import JobFilter, Order
from jobdash.text import clean, format_count, sentence, shorten
from jobdash.tui.asking.questions import SEARCH_LIMIT
from jobdash.tui.asking.sorted_jobs import MOST_SORTED
from jobdash.tui.filtering.state_words import by_state
from jobdash.tui.looks.spans import Span, Spans
from jobdash.tui.looks.theme import ACCENT, FAINT, GOOD, SOFT, WARN
from jobdash.tui.places.sort_menu import ORDER_WORDS
from jobdash.tui.widgets.job_table import JobTable

_LONGEST = 60


def list_status(table: JobTable, everything: JobFilter) -> Spans:
    """Return marks, matches, and where the list stands; `everything` is no filter at all."""
    parts: list[Span] = []
    if table.marked:
        ranging = "range: " if table.is_ranging else ""
        parts.append((f"{ranging}{len(table.marked)} marked   ", WARN))
    if table.filter != everything:
        parts.append((f"{_matches(table)} match   ", SOFT))
    parts.append(_standing(table))
    return tuple(parts)


def why_wrong(typed: str, mistake: str) -> tuple[str, ...]:
    """Return the lines that stand in the list of a filter that makes no sense."""
    wanted = shorten(clean(typed.strip()), _LONGEST)
    return f"Not a filter: {wanted}", sentence(mistake), "/ goes on with it, Esc clears it."


def why_empty(typed: str, state: State | None, total: int) -> tuple[str, ...]:
    """Return the lines that stand in an empty list; `total` is how many jobs there are in all."""
    if state is None and not typed.strip():
        return (
            "No jobs yet",
            "From code: call one of the app's tasks.",
            "From here: n picks a task and asks for its arguments.",
            "To look around: jobdash demo",
        )
    lines = [_no_match(typed, state)]
    if meant := by_state(typed):
        lines.append(f"Words are looked for as text. By state:  {clean(shorten(meant, _LONGEST))}")
    lines += [_in_all(total), "Esc clears the filter, / changes it."]
    return tuple(lines)


def _no_match(typed: str, state: State | None) -> str:
    jobs = "No job" if state is None else f"No {state} job"
    wanted = shorten(clean(typed.strip()), _LONGEST)
    return f"{jobs} matches  {wanted}" if wanted else f"{jobs}."


def _in_all(total: int) -> str:
    if not total:
        return "There are no jobs at all yet."
    if total == 1:
        return "There is 1 job without the filter."
    return f"There are {format_count(total)} jobs without the filter."


def _matches(table: JobTable) -> str:
    limit = SEARCH_LIMIT if table.filter.is_search else None
    if not table.order.is_by_number:
        limit = MOST_SORTED
    more = "+" if limit is not None and table.length >= limit else ""
    return f"{format_count(table.length)}{more}"


def _standing(table: JobTable) -> Span:
    if not table.loaded:
        return "searching… ", ACCENT
    if table.order is not Order.NEWEST:
        return f"{ORDER_WORDS[table.order][1]} ", ACCENT
    if table.follow:
        return "following ", GOOD
    if table.newer:
        return f"↑ {format_count(table.newer)} newer ", ACCENT
    return "newest first ", FAINT
