"""The terms of a filter as SQL: what is true of the rows that they mean.

Names are compared in Python with the few that the file knows, so that a statement only ever tells
rows apart by values that are there.
"""

from collections.abc import Mapping
from dataclasses import replace

from jobdash.report.filter_led import LED, stalled
from jobdash.report.filter_looks import LOOKED_AT
from jobdash.report.filter_names import NAMED
from jobdash.report.filter_parts import Known, Names
from jobdash.report.filter_terms import Limit, Term
from jobdash.report.plan import Condition
from jobdash.report.sorting import TOOK

_AMOUNTS: Mapping[str, str] = {
    "age": ":now - created_at",
    "took": TOOK,
    "try": "claims - idle",
    "prio": "priority",
}


def _limit(term: Limit, names: Names) -> str:
    return f"{_AMOUNTS[term.field]} {term.relation} {names.give(term.amount)}"


_MATCHES = {**NAMED, **LOOKED_AT}


def condition(term: Term, prefix: str, known: Known, now: int) -> Condition:
    """Return what a term says about a row; `prefix` begins the names of its parameters."""
    names = Names(prefix)
    if isinstance(term, Limit):
        made = Condition(_limit(term, names))
    elif term.field == "is":
        made = stalled(names, known, now)
    elif term.field in LED:
        made = LED[term.field](term.patterns, names, known)
    else:
        made = Condition(_MATCHES[term.field](term, names, known))
    made = replace(made, parameters=names.values)
    return replace(made, check=f"({made.check}) IS NOT TRUE", walks=()) if term.negated else made
