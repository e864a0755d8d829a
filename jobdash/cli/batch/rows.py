"""From lines to rows: CSV, TSV, JSON Lines, or one text a line."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from jobdash.cli.batch.lines import LONGEST_LINE, BadRow, Lines
from jobdash.cli.batch.source import Source
from jobdash.errors import UsageError

FORMATS = ("csv", "tsv", "jsonl", "lines")
_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonlines": "jsonl",
}
# What the only column of plain lines is called.
LINE = "line"


class Row(NamedTuple):
    """One row: the number of its first line, its bytes, and its value or what is wrong with it.

    The value is a list of texts, one per column, or what a line of JSON says.
    """

    line: int
    raw: bytes
    value: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a source is to be read. Without a header columns are called 1, 2, 3."""

    format: str
    delimiter: str = ","
    has_header: bool = True

    @property
    def is_table(self) -> bool:
        """Whether its rows are lists of texts."""
        return self.format != "jsonl"


def layout_of(source: Source, wanted: str | None, delimiter: str | None, header: bool) -> Layout:
    """Return how to read a source: as wanted, else as its name ends. Raises `UsageError`."""
    found = wanted or _BY_SUFFIX.get(source.suffix, "lines")
    if found not in ("csv", "tsv") and (delimiter or not header):
        raise UsageError(f"--delimiter and --no-header are for csv and tsv, not for {found}")
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise UsageError(f"a delimiter is one character, not {delimiter!r}")
    return Layout(found, delimiter or ("\t" if found == "tsv" else ","), header)


class Rows:
    """The rows of a source from its start, and the names of their columns.

    Blank lines are none. Raises `UsageError` if there is no row at all, or the header makes no
    sense.
    """

    def __init__(self, source: Source, layout: Layout) -> None:
        self._source = source
        self._lines = Lines(source.rewound())
        self._layout = layout
        self._reader = _READERS[layout.format](self._lines, layout)
        self.header = b""
        self.columns: Sequence[str] = ()
        self._first: Row | None = None
        if layout.is_table:
            self._begin()

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows, bad ones too."""
        if self._first is not None:
            yield self._first
        while (row := self._next()) is not None:
            yield row

    def _begin(self) -> None:
        first = self._next()
        if first is None:
            raise UsageError(f"{self._source.name} is empty: there is nothing to do")
        if self._layout.format == "lines":
            self.columns, self._first = (LINE,), first
            return
        if first.error:
            raise UsageError(f"{self._source.name}:{first.line}: {first.error}")
        if self._layout.has_header:
            self.header, self.columns = first.raw, _checked(first.value, self._source.name)
        else:
            self.columns, self._first = [str(n + 1) for n in range(len(first.value))], first

    def _next(self) -> Row | None:
        while True:
            self._lines.taken.clear()
            start = self._lines.number + 1
            try:
                value = next(self._reader)
            except StopIteration:
                return None
            except (BadRow, csv.Error, ValueError, RecursionError) as error:
                return Row(start, b"".join(self._lines.taken), error=_in_words(error))
            if value is not None and value != []:
                return self._checked(Row(start, b"".join(self._lines.taken), value))

    def _checked(self, row: Row) -> Row:
        wanted = len(self.columns)
        if self._layout.is_table and wanted and len(row.value) != wanted:
            many = "1 column" if len(row.value) == 1 else f"{len(row.value):,} columns"
            return row._replace(error=f"it has {many}, {wanted:,} are named")
        return row


def _checked(header: Sequence[str], name: str) -> list[str]:
    columns = [column.strip() for column in header]
    for number, column in enumerate(columns, 1):
        if not column:
            raise UsageError(f"{name}:1: column {number} has no name")
        if columns.index(column) < number - 1:
            raise UsageError(f"{name}:1: there are two columns '{column}'")
    return columns


def _table(lines: Lines, layout: Layout) -> Iterator[Any]:
    csv.field_size_limit(LONGEST_LINE)
    return csv.reader(lines, delimiter=layout.delimiter, strict=True)


class _Texts(Iterator[Any]):
    """Lines without their ends, in a list each."""

    def __init__(self, lines: Lines, _: Layout) -> None:
        self._lines = lines

    def __next__(self) -> Any:
        text = next(self._lines).rstrip("\r\n")
        return [text] if text.strip() else None


class _Json(_Texts):
    """What a line of JSON says."""

    def __next__(self) -> Any:
        found = super().__next__()
        return None if found is None else _Value(json.loads(found[0], parse_constant=_refuse))


class _Value(NamedTuple):
    """So that null and [] are no blank lines."""

    of: Any


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _in_words(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON: {error.msg.lower()} at column {error.pos + 1}"
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


_READERS: dict[str, Any] = {"csv": _table, "tsv": _table, "jsonl": _Json, "lines": _Texts}
