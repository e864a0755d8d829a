"""What differs between two runs: of two jobs, or of one. Pure, no I/O."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

# Comparing takes the square of the lines in the worst case.
MOST_LINES = 1_000
_CONTEXT = 2
# Of a fact that is not known of one side: it cannot be compared, and so is left out.
UNKNOWN = "?"
# What is different each time and tells nothing: moments, object addresses, places in the memory.
_NOISE = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([.,]\d+)?\s*|\b0x[0-9a-f]{6,}\b")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs: its name, short facts and long texts, each by a name, as shown."""

    name: str
    facts: Mapping[str, str]
    texts: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part in which two runs differ: two values, or the lines of a unified diff."""

    name: str
    a: str = ""
    b: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs beside each other: the names of what is the same, and what is not."""

    a: str
    b: str
    same: tuple[str, ...]
    parts: tuple[Part, ...]


def difference(a: Side, b: Side) -> Difference:
    """Compare two runs. Moments and addresses in logs and tracebacks do not count."""
    same, parts = [], []
    for name in a.facts:
        if UNKNOWN in (a.facts[name], b.facts[name]):
            continue
        if a.facts[name] == b.facts[name]:
            same.append(name)
        else:
            parts.append(Part(name, a.facts[name], b.facts[name]))
    for name in a.texts:
        lines = tuple(_changed(a.texts[name], b.texts[name]))
        if lines:
            parts.append(Part(name, lines=lines))
        else:
            same.append(name)
    return Difference(a.name, b.name, tuple(same), tuple(parts))


def _changed(a: Sequence[str], b: Sequence[str]) -> Iterator[str]:
    old, new = _quiet(a), _quiet(b)
    for line in [*unified_diff(old, new, n=_CONTEXT, lineterm="")][2:]:
        yield "…" if line.startswith("@@") else line
    if max(len(a), len(b)) > MOST_LINES:
        yield f"… only the last {MOST_LINES:,} lines were compared"


def _quiet(lines: Sequence[str]) -> list[str]:
    return [_NOISE.sub("", line) for line in lines[-MOST_LINES:]]


def difference_lines(found: Difference) -> list[str]:
    """Return lines for people: the first character tells whose each is, as diffs have it."""
    lines = [f"--- {found.a}", f"+++ {found.b}"]
    for part in found.parts:
        lines += ["", f"@ {part.name}"]
        lines += part.lines or (f"-{part.a or 'none'}", f"+{part.b or 'none'}")
    if not found.parts:
        lines += ["", "they do not differ"]
    return [*lines, "", f"  same: {', '.join(found.same) or 'nothing'}"]


def difference_json(found: Difference) -> dict[str, Any]:
    """Return the document of a comparison."""
    return {
        "a": found.a,
        "b": found.b,
        "same": list(found.same),
        "different": {
            part.name: {"lines": list(part.lines)} if part.lines else {"a": part.a, "b": part.b}
            for part in found.parts
        },
    }
