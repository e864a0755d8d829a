"""A data migration: rows of an old table rewritten into a new one, in batches, resumable."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta

from jobdash import GiveUp, progress
from sample_tasks.app import huey
from sample_tasks.folder import work_folder

CUSTOMERS = (
    "Lovelace, Ada",
    "Hopper, Grace",
    "Turing, Alan",
    "Hamilton, Margaret",
    "Liskov, Barbara",
)
FIRST_DAY = date(2015, 1, 1)
DAYS = 3_650
WAIT_SECONDS = 30

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders_old (
    id INTEGER PRIMARY KEY, customer TEXT NOT NULL, ordered TEXT NOT NULL, amount TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS orders_new (
    id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL,
    ordered_on TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS migration_position (
    only INTEGER PRIMARY KEY CHECK (only = 1), last_id INTEGER NOT NULL);
INSERT OR IGNORE INTO migration_position VALUES (1, 0);
"""

OldRow = tuple[int, str, str, str]
NewRow = tuple[int, str, str, str, int]


@huey.task(retries=3, retry_delay=2)
def migrate_orders(batch_size: int = 1_000, rows: int = 50_000) -> dict[str, int]:
    """Moves orders to the new table, going on where an earlier run stopped; returns totals."""
    if batch_size < 1:
        raise GiveUp(f"batch_size must be at least 1, not {batch_size}")
    with closing(open_shop()) as shop:
        fill(shop, rows)
        migrated = 0
        for moved in iter(lambda: migrate_batch(shop, batch_size), 0):
            migrated += moved
            progress(_position(shop), rows, "moving orders")
        return {"migrated": migrated, **totals(shop)}


def open_shop() -> sqlite3.Connection:
    """The shop's database in the work folder, with its tables; the caller closes it."""
    file = work_folder() / "shop.db"
    shop = sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None)
    shop.executescript(SCHEMA)
    return shop


def fill(shop: sqlite3.Connection, rows: int) -> None:
    """Invents old orders until there are that many."""
    with _transaction(shop):
        (last,) = shop.execute("SELECT coalesce(max(id), 0) FROM orders_old").fetchone()
        invented = map(_old_order, range(last + 1, rows + 1))
        shop.executemany("INSERT INTO orders_old VALUES (?, ?, ?, ?)", invented)


def migrate_batch(shop: sqlite3.Connection, size: int) -> int:
    """Moves the next rows and the position in one transaction; returns how many rows it moved."""
    with _transaction(shop):
        batch = _next_rows(shop, size)
        if batch:
            migrated = map(rewritten, batch)
            shop.executemany("INSERT INTO orders_new VALUES (?, ?, ?, ?, ?)", migrated)
            shop.execute("UPDATE migration_position SET last_id = ?", (batch[-1][0],))
    return len(batch)


def totals(shop: sqlite3.Connection) -> dict[str, int]:
    """How many orders the new table has, and what they come to in cents."""
    rows, cents = shop.execute(
        "SELECT count(*), coalesce(sum(cents), 0) FROM orders_new"
    ).fetchone()
    return {"rows": rows, "cents": cents}


def rewritten(order: OldRow) -> NewRow:
    """An old order in the shape of the new table."""
    number, customer, ordered, amount = order
    last_name, first_name = customer.split(", ")
    day, month, year = ordered.split("/")
    cents = int(amount.removesuffix(" EUR").replace(".", "").replace(",", ""))
    return number, first_name, last_name, f"{year}-{month}-{day}", cents


def _position(shop: sqlite3.Connection) -> int:
    (last_id,) = shop.execute("SELECT last_id FROM migration_position").fetchone()
    return int(last_id)


def _next_rows(shop: sqlite3.Connection, size: int) -> list[OldRow]:
    return shop.execute(
        "SELECT id, customer, ordered, amount FROM orders_old"
        " WHERE id > (SELECT last_id FROM migration_position) ORDER BY id LIMIT ?",
        (size,),
    ).fetchall()


def _old_order(number: int) -> OldRow:
    ordered = FIRST_DAY + timedelta(days=number % DAYS)
    euros, cents = divmod(number * 7_919 % 500_000, 100)
    amount = f"{euros:,}".replace(",", ".") + f",{cents:02d} EUR"
    return number, CUSTOMERS[number % len(CUSTOMERS)], f"{ordered:%d/%m/%Y}", amount


@contextmanager
def _transaction(shop: sqlite3.Connection) -> Iterator[None]:
    shop.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        shop.execute("ROLLBACK")
        raise
    shop.execute("COMMIT")
