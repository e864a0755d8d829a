"""The inputs of `jobdash run`: typed after `:::`, or read from files or a pipe."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, pairwise, product

from jobdash.cli.run.pieces import STREAM, is_stream, texts_of
from jobdash.errors import UsageError

Row = tuple[str, ...]

TYPED, LINKED, FILES, LINKED_FILES = ":::", ":::+", "::::", "::::+"


@dataclass(frozen=True, slots=True)
class Source:
    """A list of inputs: typed ones, or the pieces of a file.

    A `linked` one goes along with the one before it, as far as the shorter of both goes.
    """

    typed: tuple[str, ...] = ()
    path: str | None = None
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Inputs:
    """A row of inputs for each job: every combination of what the sources hold.

    With `columns` each input is parted by that.
    """

    sources: tuple[Source, ...]
    separator: bytes = b"\n"
    columns: re.Pattern[str] | None = None

    @property
    def is_stream(self) -> bool:
        """Whether they can be read only once, and may come bit by bit."""
        return any(one.path is not None and is_stream(one.path) for one in self.sources)

    @property
    def width(self) -> int | None:
        """How many each job has, None if only the inputs tell."""
        return None if self.columns else len(self.sources)

    def rows(self) -> Iterator[Row]:
        """Yield them as they come. Raises `UsageError` or `OSError`."""
        with ExitStack() as files:
            first, *others = (self._together(group, files) for group in self._groups())
            rows = _combined(first, others) if others else first
            for row in rows:
                yield row if self.columns is None else self._parted(row)

    def _groups(self) -> list[list[Source]]:
        groups: list[list[Source]] = []
        for source in self.sources:
            if source.linked and groups:
                groups[-1].append(source)
            else:
                groups.append([source])
        return groups

    def _together(self, group: Sequence[Source], files: ExitStack) -> Iterator[Row]:
        return zip(*(self._texts(one, files) for one in group), strict=False)

    def _texts(self, source: Source, files: ExitStack) -> Iterator[str]:
        if source.path is None:
            return iter(source.typed)
        return map(os.fsdecode, texts_of(source.path, self.separator, files))

    def _parted(self, row: Row) -> Row:
        assert self.columns is not None
        return tuple(part for text in row for part in self.columns.split(text))


def _combined(first: Iterator[Row], others: Sequence[Iterator[Row]]) -> Iterator[Row]:
    """Yield each combination; the last list changes the fastest."""
    kept = [[*rows] for rows in others]
    for row in first:
        for rest in product(*kept):
            yield tuple(chain(row, *rest))


def part_words(words: Sequence[str]) -> tuple[list[str], list[Source]]:
    """Part what was typed into the words of the command and the sources after `:::`.

    Raises `UsageError`.
    """
    command, sources = [*words], list[Source]()
    marks = [at for at, word in enumerate(words) if word in _MARKS]
    if marks:
        command = command[: marks[0]]
    for at, after in pairwise([*marks, len(words)]):
        mark, listed = words[at], tuple(words[at + 1 : after])
        is_linked = mark in (LINKED, LINKED_FILES)
        if is_linked and not sources:
            raise UsageError(f"{mark} goes along with the {mark[:-1]} before it: there is none")
        if mark in (TYPED, LINKED):
            sources.append(Source(listed, linked=is_linked))
        else:
            if not listed:
                raise UsageError(f"{mark} names no file")
            sources += [Source(path=path, linked=is_linked) for path in listed]
    return command, sources


_MARKS = frozenset({TYPED, LINKED, FILES, LINKED_FILES})
__all__ = ["STREAM", "Inputs", "Row", "Source", "part_words"]
