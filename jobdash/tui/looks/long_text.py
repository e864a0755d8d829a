"""Long texts from outside as harmless lines: cut to a sane size, with colours where they help."""

from functools import lru_cache

from rich.text import Text

from jobdash.text import clean_lines
from jobdash.tui.looks.theme import FAINT, INK

MOST_LINES = 5_000
LONGEST_LINE = 4_000
_LONGEST_TEXT = 1_000_000
# Colours cost 0.2 ms a line and nobody reads the colours of line 4,000.
COLOURED_LINES = 200


def plain_lines(text: str) -> list[Text]:
    """Return the text in lines, without colours."""
    return [Text(line, INK) for line in _cut_lines(clean_lines(text[:_LONGEST_TEXT]))]


def traceback_lines(text: str) -> list[Text]:
    """Return a Python traceback in lines."""
    return _coloured(text, "pytb")


def python_lines(source: str) -> list[Text]:
    """Return Python source in lines."""
    return _coloured(source, "python")


def learn_colours() -> None:
    """Do now, in a thread, what the first coloured text would otherwise wait for."""
    python_lines("0")
    traceback_lines("0")


def _coloured(text: str, language: str) -> list[Text]:
    # The screen asks again whenever anything about the job has changed.
    return list(_kept(text[:_LONGEST_TEXT], language))


@lru_cache(maxsize=8)
def _kept(text: str, language: str) -> tuple[Text, ...]:
    lines = _cut_lines(clean_lines(text))
    # Imported when the first job is opened: pygments would cost every start 30 ms.
    from jobdash.tui.looks.colours import coloured

    head = coloured("\n".join(lines[:COLOURED_LINES]), language)
    return (*head, *(Text(line, INK) for line in lines[COLOURED_LINES:]))


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
