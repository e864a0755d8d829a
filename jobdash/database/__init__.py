"""The one door to the file: connections, pragmas, transactions, migrations, named SQL.

Nothing else in jobdash opens a database. All access goes through apsw, never through the standard
`sqlite3` module: two SQLite libraries in one process drop each other's POSIX locks. For the same
reason nobody may `open()` a database file while a connection to it may exist in the process.
"""

from jobdash.database.connection import Conflict, Database, Transaction, open_database
from jobdash.database.reader import Reader, open_reader
from jobdash.database.statements import statements

__all__ = [
    "Conflict",
    "Database",
    "Reader",
    "Transaction",
    "open_database",
    "open_reader",
    "statements",
]
