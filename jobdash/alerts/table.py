"""`[tool.jobdash.alerts]`, read and checked: a mistake is told with its line and the next step.

Pure: it is given the table and the text it stood in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jobdash.alerts.rules import KINDS, Breaker, Kind, Rule, Watching, rule_of
from jobdash.errors import UsageError
from jobdash.job import MICROSECONDS
from jobdash.near import nearest
from jobdash.text import parse_duration

TABLE = "[tool.jobdash.alerts]"
_BREAKER, _NOTIFY, _WEBHOOK = "breaker", "notify", "webhook"
_KEYS = (*KINDS, _BREAKER, _NOTIFY, _WEBHOOK)
_BREAKER_KEYS = ("task", "in-a-row", "percent", "of", "over")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a table stood, for who has to find the mistake."""

    file: str
    text: str

    def wrong(self, key: str, what: str, within: str = "") -> UsageError:
        line = line_of(self.text, within or key, key)
        return UsageError(f"{self.file}:{line}: {TABLE}: {what}")


def read_table(table: Any, file: str = "pyproject.toml", text: str = "") -> Watching:
    """Return what a table of the configuration wants watched. Raises `UsageError`."""
    source = _Source(file, text)
    if not isinstance(table, dict):
        raise source.wrong("alerts", "it must be a table")
    for key in table:
        if key not in _KEYS:
            raise source.wrong(key, _unknown("rule", key, _KEYS))
    rules = tuple(rule for key in KINDS for rule in _rules(source, key, table.get(key)))
    breakers = tuple(_breaker(source, one) for one in _several(source, table, _BREAKER))
    _check_names(source, rules)
    notify, webhook = (_text(source, table, key) for key in (_NOTIFY, _WEBHOOK))
    if webhook and not re.match(r"https?://[^\s/]", webhook):
        raise source.wrong(_WEBHOOK, "'webhook' must be an address such as https://example.org/x")
    return Watching(rules, breakers, notify, webhook)


def line_of(text: str, outer: str, inner: str) -> int:
    """Return the line of a key, in its own table or in one line with it; 1 if it is not found."""
    lines = text.splitlines()
    begin = next((n for n, line in enumerate(lines) if "jobdash.alerts" in line), 0)
    first = r"\s*(\[+.*\.)?[\"']?{}[\"']?\s*(=|\]|\.)"
    found = _first(lines, begin, first.format(re.escape(outer)))
    if found is None:
        return begin + 1
    deeper = _first(lines, found, rf".*(?<![\w-])[\"']?{re.escape(inner)}[\"']?\s*=")
    return (found if deeper is None or outer == inner else deeper) + 1


def _first(lines: list[str], begin: int, pattern: str) -> int | None:
    numbered = enumerate(lines[begin:], begin)
    return next((number for number, line in numbered if re.match(pattern, line)), None)


def _several(source: _Source, table: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the tables under a key: there may be one, or a list of them."""
    found = table.get(key, [])
    several = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) for one in several):
        raise source.wrong(key, f"'{key}' must be a table such as {_example(key)}, or a list")
    return several


def _example(key: str) -> str:
    if key == _BREAKER:
        return '{ task = "mail.*", in-a-row = 5 }'
    unit = KINDS[key].unit
    return {"": '{ for = "1m" }', "%": '{ warning = "10%" }', "s": '{ warning = "5m" }'}.get(
        unit, "{ warning = 100 }"
    )


def _rules(source: _Source, key: str, found: Any) -> Iterator[Rule]:
    if found is None:
        return
    kind = KINDS[key]
    known = _keys_of(kind)
    for one in _several(source, {key: found}, key):
        for name in one:
            if name not in known:
                raise source.wrong(name, _unknown(f"'{key}'", name, known, "takes"), key)
        yield _rule(source, kind, one)


def _keys_of(kind: Kind) -> tuple[str, ...]:
    limits = ("warning", "critical") if kind.unit else ("severity",)
    more = (*(("task",) if kind.takes_task else ()), *(("over",) if kind.takes_over else ()))
    of = ("of",) if kind.takes_over else ()
    return (*limits, "for", "clear", "name", "queue", *more, *of)


def _rule(source: _Source, kind: Kind, one: Mapping[str, Any]) -> Rule:
    given: dict[str, Any] = {}
    for key in ("name", "queue", "task"):
        if key in one:
            given[key] = _text(source, one, key, kind.name)
    for key, name in (("for", "hold"), ("clear", "clear"), ("over", "over")):
        if key in one:
            given[name] = round(_seconds(source, one, key, kind.name) * MICROSECONDS)
    if "of" in one:
        given["enough"] = _count(source, one, "of", kind.name)
    given |= _limits(source, kind, one)
    task = given.get("task")
    given.setdefault("name", f"{kind.name}:{task}" if task else kind.name)
    return rule_of(kind, **given)


def _limits(source: _Source, kind: Kind, one: Mapping[str, Any]) -> dict[str, float]:
    if not kind.unit:
        severity = one.get("severity", "critical")
        if severity not in ("warning", "critical"):
            raise source.wrong("severity", "'severity' is warning or critical", kind.name)
        return {severity: 1}
    found = {key: _limit(source, kind, one, key) for key in ("warning", "critical") if key in one}
    if not found and kind.warning is None:
        what = f"'{kind.name}' needs a limit: {kind.name} = {_example(kind.name)}"
        raise source.wrong(kind.name, what)
    if len(found) == 2 and found["warning"] > found["critical"]:
        what = f"'{kind.name}': the warning must come before the critical, at a lower value"
        raise source.wrong("critical", what, kind.name)
    return found


def _limit(source: _Source, kind: Kind, one: Mapping[str, Any], key: str) -> float:
    if kind.unit == "s":
        return _seconds(source, one, key, kind.name)
    if kind.unit == "%":
        return _percent(source, one, key, kind.name)
    return _count(source, one, key, kind.name)


def _seconds(source: _Source, one: Mapping[str, Any], key: str, within: str) -> float:
    value = one[key]
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError('it is no duration: write a text such as "5m"')
        return parse_duration(str(value))
    except ValueError as error:
        raise source.wrong(key, f"'{within}': '{key}': {error}", within) from error


def _percent(source: _Source, one: Mapping[str, Any], key: str, within: str) -> float:
    value = one[key]
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", value) if isinstance(value, str) else None
    if found is None or not 0 < float(found[1]) <= 100:
        what = f"'{within}': '{key}' must be a share such as \"10%\", not {value!r}"
        raise source.wrong(key, what, within)
    return float(found[1])


def _count(source: _Source, one: Mapping[str, Any], key: str, within: str) -> int:
    value = one[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        what = f"'{within}': '{key}' counts jobs: write a whole number from 1 on, not {value!r}"
        raise source.wrong(key, what, within)
    return value


def _text(source: _Source, one: Mapping[str, Any], key: str, within: str = "") -> str:
    value = one.get(key, "")
    if not isinstance(value, str) or (key in one and not value.strip()):
        raise source.wrong(key, f"'{key}' must be a text", within)
    return value


def _breaker(source: _Source, one: Mapping[str, Any]) -> Breaker:
    for name in one:
        if name not in _BREAKER_KEYS:
            what = _unknown("'breaker'", name, _BREAKER_KEYS, "takes")
            raise source.wrong(name, what, _BREAKER)
    if not {"in-a-row", "percent"} & one.keys():
        what = f"'breaker' needs in-a-row or percent: breaker = {_example(_BREAKER)}"
        raise source.wrong(_BREAKER, what)
    return Breaker(**_limits_of_breaker(source, one))


def _limits_of_breaker(source: _Source, one: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if "task" in one:
        given["task"] = _text(source, one, "task", _BREAKER)
    for key, name in (("in-a-row", "in_a_row"), ("of", "enough")):
        if key in one:
            given[name] = _count(source, one, key, _BREAKER)
    if "percent" in one:
        given["percent"] = _percent(source, one, "percent", _BREAKER)
    if "over" in one:
        given["over"] = round(_seconds(source, one, "over", _BREAKER) * MICROSECONDS)
    return given


def _check_names(source: _Source, rules: tuple[Rule, ...]) -> None:
    seen: set[tuple[str | None, str]] = set()
    for rule in rules:
        if (rule.queue, rule.name) in seen:
            what = f"two rules are called '{rule.name}': give one of them a name = \"...\""
            raise source.wrong(rule.kind, what)
        seen.add((rule.queue, rule.name))


def _unknown(what: str, name: str, known: tuple[str, ...], verb: str = "knows") -> str:
    near = nearest(name, known)
    hint = f"did you mean '{near}'?" if near else f"it knows {', '.join(known)}"
    if verb == "takes":
        return f"{what} takes no '{name}': {hint}"
    return f"there is no {what} '{name}': {hint}"
