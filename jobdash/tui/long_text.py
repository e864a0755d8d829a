"""Long texts from outside as harmless lines: cut to a sane size, with colours where they help."""

import json
from typing import Any

from rich.text import Text

from jobdash.text import clean_lines
from jobdash.tui.theme import FAINT, INK

MOST_LINES = 5_000
LONGEST_LINE = 4_000
_LONGEST_TEXT = 1_000_000
# Colours cost 0.2 ms a line and nobody reads the colours of line 4,000.
_COLOURED_LINES = 200


def plain_lines(text: str) -> list[Text]:
    """Return the text in lines, without colours."""
    return [Text(line, INK) for line in _cut_lines(clean_lines(text[:_LONGEST_TEXT]))]


def traceback_lines(text: str) -> list[Text]:
    """Return a Python traceback in lines."""
    return _coloured(text, "pytb")


def json_lines(preview: str) -> list[Text]:
    """Return a JSON preview with one item a line, or the text as it is if it is no JSON."""
    try:
        value = json.loads(preview)
    except (ValueError, RecursionError):
        return plain_lines(preview)
    return value_lines(value)


def value_lines(value: Any) -> list[Text]:
    """Return a value that came from JSON with one item a line; a string as the text it is."""
    if isinstance(value, str):
        return plain_lines(value)
    return _coloured(json.dumps(value, indent=2, ensure_ascii=False), "json")


def _coloured(text: str, language: str) -> list[Text]:
    lines = _cut_lines(clean_lines(text[:_LONGEST_TEXT]))
    # Imported when the first job is opened: pygments would cost every start 30 ms.
    from jobdash.tui.colours import coloured

    head = coloured("\n".join(lines[:_COLOURED_LINES]), language)
    return [*head, *(Text(line, INK) for line in lines[_COLOURED_LINES:])]


def _cut_lines(text: str) -> list[str]:
    lines = text.split("\n", MOST_LINES)
    if len(lines) > MOST_LINES:
        left_out = lines.pop().count("\n") + 1
        lines.append(f"… {left_out:,} more lines")
    return [_cut_line(line) for line in lines]


def _cut_line(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[:LONGEST_LINE]}… {len(line) - LONGEST_LINE:,} more characters"


def heading(text: str) -> Text:
    """Return a quiet line between two parts of a text."""
    return Text(text, FAINT)
