"""Parses each stylesheet once for all dashboards of a process, where Textual does for each app."""

from textual.css.model import RuleSet
from textual.css.stylesheet import CSSLocation, Stylesheet

_parse = Stylesheet._parse_rules
_parsed: dict[object, list[RuleSet]] = {}


def _parse_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    how = (css, read_from, is_default_rules, tie_breaker, scope)
    key = (how, tuple(sorted(sheet._variables.items())))
    if key not in _parsed:
        _parsed[key] = _parse(sheet, *how)
    return _parsed[key]


def parse_css_once() -> None:
    """Keep what has been parsed from now on."""
    Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign]
