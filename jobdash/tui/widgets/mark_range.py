"""A range of marks that grows and shrinks with the cursor."""

from collections.abc import Callable, Hashable, Iterator, Mapping


class MarkRange:
    """The rows from where it was begun to where the cursor is, however the list slides meanwhile.

    Far jumps over rows that have not been read leave it as it is.
    """

    def __init__(self, first: Hashable, marked: Mapping[Hashable, None]) -> None:
        self._marked_before = dict(marked)
        self._rows: list[Hashable] = [first]

    def marks(
        self, row_key: Callable[[int], Hashable | None], cursor: int, length: int
    ) -> dict[Hashable, None]:
        """Return what is marked with the cursor there."""
        for step in (-1, 1):
            way: list[Hashable] = []
            for key in _keys(row_key, cursor, length, step):
                if key in self._rows:
                    self._rows = self._rows[: self._rows.index(key) + 1] + way[::-1]
                    return self._marked
                way.append(key)
        return self._marked

    @property
    def _marked(self) -> dict[Hashable, None]:
        return self._marked_before | dict.fromkeys(self._rows)


def _keys(
    row_key: Callable[[int], Hashable | None], index: int, length: int, step: int
) -> Iterator[Hashable]:
    """Yield the keys of the rows that are known, from one on."""
    while 0 <= index < length and (key := row_key(index)) is not None:
        yield key
        index += step
