"""The one door to the file: connections, pragmas, transactions, migrations, named SQL.

Nothing else in jobdash opens a database. All access goes through apsw, never through the standard
`sqlite3` module: two SQLite libraries in one process drop each other's POSIX locks. For the same
reason nobody may `open()` a database file while a connection to it may exist in the process.
"""

from jobdash.database.database import Database, open_database
from jobdash.database.reader import Reader, open_reader
from jobdash.database.snapshot import Snapshot
from jobdash.database.statements import statements
from jobdash.database.transaction import Conflict, Transaction

__all__ = [
    "Conflict",
    "Database",
    "Reader",
    "Snapshot",
    "Transaction",
    "open_database",
    "open_reader",
    "statements",
]
