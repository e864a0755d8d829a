"""Terms of which only a look at a row tells whether they are true."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from jobdash.report import plan
from jobdash.report.filter_parts import Known, Names, begins
from jobdash.report.filter_terms import TEXT, Match, Pattern


def _error(term: Match, names: Names, _: Known) -> str:
    return _like(("error_type", "error_message"), term.patterns, names)


def _args(term: Match, names: Names, _: Known) -> str:
    # The beginning of a list of arguments is a bracket: to be somewhere in it is all one can ask.
    inside = [replace(pattern, is_prefix=False) for pattern in term.patterns]
    return _like(("args", "kwargs"), inside, names)


def _text(term: Match, names: Names, _: Known) -> str:
    return _like(plan.SEARCHED, term.patterns, names)


def _like(columns: Sequence[str], patterns: Iterable[Pattern], names: Names) -> str:
    checks = []
    for pattern in patterns:
        like, escape = plan.like(pattern.text, is_prefix=pattern.is_prefix)
        name = names.give(like)
        checks += [f"{column} LIKE {name}{escape}" for column in columns]
    return f"({' OR '.join(checks)})"


def _argument(term: Match, names: Names, known: Known) -> str:
    """Return SQL for an argument given by name, or at the place that the name has."""
    inner = [f'"{part}"' for part in term.path[1:]]
    by_name = names.give(".".join(["$", f'"{term.path[0]}"', *inner]))
    checks = [_value_is("kwargs", by_name, term.patterns, names)]
    for task, place in known.places_of(term.path[0]):
        by_place = names.give(".".join([f"$[{place}]", *inner]))
        is_it = _value_is("args", by_place, term.patterns, names)
        checks.append(f"(+task = {names.give(task)} AND {is_it})")
    return f"({' OR '.join(checks)})"


def _value_is(column: str, path: str, patterns: Iterable[Pattern], names: Names) -> str:
    value = (
        f"CASE WHEN json_valid({column}) THEN CASE json_type({column}, {path})"
        f" WHEN 'text' THEN {column} ->> {path} ELSE {column} -> {path} END END"
    )
    checks = (
        begins(f"({value})", pattern.text, names)
        if pattern.is_prefix
        else f"({value}) = {names.give(pattern.text)}"
        for pattern in patterns
    )
    return f"({' OR '.join(checks)})"


LOOKED_AT: Mapping[str, Callable[[Match, Names, Known], str]] = {
    "error": _error,
    "args": _args,
    "arg": _argument,
    TEXT: _text,
}
