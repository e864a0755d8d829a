"""What happens to some tables in a part of a transaction, noted so that it can be taken back."""

from collections.abc import Iterable
from types import TracebackType

import apsw


class Recording:
    """Notes the changes of rows in a `with` block inside a transaction, in `changes` at its end."""

    def __init__(self, connection: apsw.Connection, tables: Iterable[str]) -> None:
        self.changes = b""
        self._session = apsw.Session(connection, "main")
        for table in tables:
            self._session.attach(table)

    def __enter__(self) -> "Recording":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.changes = self._session.changeset()
        finally:
            self._session.close()


def revert(connection: apsw.Connection, changes: bytes) -> bool:
    """Give rows their old values back; return False, and do nothing, if one is not as it was left.

    Triggers fire as they do for any other change.
    """
    try:
        apsw.Changeset.apply(apsw.Changeset.invert(changes), connection, conflict=_refuse)
    except apsw.AbortError:
        return False
    return True


def _refuse(_reason: int, _change: object) -> int:
    return apsw.SQLITE_CHANGESET_ABORT
