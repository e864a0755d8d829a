"""Which schema a file has, whose file it is, and how it gets to today's schema."""

import re
from functools import cache
from pathlib import Path

import apsw

from jobdash.database.statements import SQL_FOLDER, sql_file
from jobdash.errors import NotADatabase, OnlyToLookAt, SchemaTooNew

APPLICATION_ID = 0x6A6F6264  # "jobd"
# Of a copy to look at: a mark that is read anyway when a file is opened, and no other writes it.
COPY_ID = 0x6A6F6263  # "jobc"
HUEY_TABLES = frozenset({"kv", "schedule", "task", "counter"})


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """Return (version, file name) of every migration, oldest first."""
    names = sorted(entry.name for entry in (SQL_FOLDER / "migrations").iterdir())
    numbered = [(re.match(r"(\d+)_\w+\.sql$", name), name) for name in names]
    return tuple((int(match[1]), name) for match, name in numbered if match)


def check_owner(connection: apsw.Connection, path: Path) -> int:
    """Return the file's schema version, 0 for none yet. Raise if the file is not ours to use."""
    # The tables first: whoever has made them meanwhile has signed the file in the same commit.
    tables = _tables(connection)
    owner = connection.pragma("application_id")
    version: int = connection.pragma("user_version")
    if owner in (APPLICATION_ID, COPY_ID):
        return _known(version, path)
    if owner or (tables and not tables >= HUEY_TABLES):
        raise NotADatabase(
            f"{path} belongs to another program (application_id {owner}): name another file"
        )
    return 0


def refuse_copy(connection: apsw.Connection, path: Path) -> None:
    """Raise `OnlyToLookAt` if the file is a copy that `jobdash export` has taken."""
    if is_copy(connection):
        raise OnlyToLookAt(
            f"{path} is a copy to look at, nothing can be changed in it: to work on from it,"
            f" `jobdash --db {path} export NEW --working`"
        )


def is_copy(connection: apsw.Connection) -> bool:
    """Return whether the file is a copy to look at."""
    return bool(connection.pragma("application_id") == COPY_ID)


def is_plain_huey(connection: apsw.Connection) -> bool:
    """Return whether this is a file that plain huey made and jobdash has not taken over."""
    return _tables(connection) >= HUEY_TABLES and connection.pragma("application_id") == 0


def migrate(connection: apsw.Connection, path: Path) -> None:
    """Bring the file to today's schema; does nothing if it is there already."""
    if check_owner(connection, path) == migrations()[-1][0]:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another process may have been quicker.
        _apply(connection, check_owner(connection, path))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _apply(connection: apsw.Connection, version: int) -> None:
    for number, name in migrations():
        if number > version:
            connection.execute(sql_file(f"migrations/{name}"))
            connection.execute(f"PRAGMA user_version = {number}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _known(version: int, path: Path) -> int:
    newest = migrations()[-1][0]
    if version > newest:
        raise SchemaTooNew(
            f"{path} has schema {version}, this jobdash knows {newest}: upgrade jobdash"
        )
    return version


def _tables(connection: apsw.Connection) -> frozenset[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return frozenset(name for (name,) in rows if not name.startswith("sqlite_"))
