"""No statement reads all jobs, however many have ended: what SQLite means to do with each of them.

Statements that are put together when they are asked for are in test_report.
"""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from book import Book

import jobdash
from jobdash.database import statements
from jobdash.ledger.rows import CLAIMABLE

SQL = Path(jobdash.__file__).parent / "sql"

# Indexes of few rows: what runs, and what may not run yet and is asked for as a whole.
FEW = re.compile(r"SCAN job USING (COVERING )?INDEX job_(running|held|lane)\b")

# Those that read a whole table of jobs, each with what makes that right.
WHOLE = {
    ("bench", "make_attempts"): "makes the file of a benchmark",
    ("figures", "first_job"): "the first row of all, and no more",
    ("keys", "size"): "huey's own question about all results; no part of jobdash asks it",
    ("keys", "items"): "huey's own question about all results; no part of jobdash asks it",
    ("keys", "flush_results"): "huey's flush is about all results",
    ("report", "created_since"): "walks from the newest to the first that is too old",
}
# Tables that only some files have.
EXTRA = (
    "CREATE TABLE task (id INTEGER PRIMARY KEY, queue TEXT, data BLOB, priority REAL)",
    "CREATE TABLE schedule (id INTEGER PRIMARY KEY, queue TEXT, data BLOB, timestamp REAL)",
    statements("bench")["bare_table"],
)


def _whole_statements() -> list[tuple[str, str]]:
    """Every name under which there is a statement, and not a part of others."""
    found = []
    for file in sorted(SQL.glob("*.sql")):
        text = file.read_text()
        for name, sql in statements(file.stem).items():
            is_part = f"{{{name}}}" in text or re.search(r"\{\w+\}", sql)
            if not is_part and re.match(r"(SELECT|INSERT|UPDATE|DELETE|WITH)\b", sql):
                found.append((file.stem, name))
    return found


def _plan(book: Book, sql: str) -> list[str]:
    numbered = re.findall(r"\?(\d+)", sql)
    values = [0] * max(map(int, numbered)) if numbered else defaultdict(lambda: 0)
    return [row[3] for row in book.rows(f"EXPLAIN QUERY PLAN {sql}", values)]


def test_no_statement_scans_the_jobs(book: Book) -> None:
    with book.database.transaction() as tx:
        for table in EXTRA:
            tx.run(table)
    found = _whole_statements()
    assert len(found) > 200
    scans = {}
    for file, name in found:
        steps = _plan(book, statements(file)[name])
        whole = [step for step in steps if re.match(r"SCAN job\b", step) and not FEW.match(step)]
        if whole:
            scans[file, name] = whole
    assert set(scans) == set(WHOLE), scans


def test_the_first_job_is_read_without_sorting(book: Book) -> None:
    assert _plan(book, statements("figures")["first_job"]) == ["SCAN job"]


def test_a_claim_reads_the_index_of_what_is_ready(book: Book) -> None:
    told = " / ".join(_plan(book, CLAIMABLE["next_pending"]))
    assert "job_ready" in told
    assert "TEMP B-TREE" not in told


@pytest.mark.parametrize("name", ["due", "next_due"])
def test_what_is_due_is_read_in_the_order_of_time(book: Book, name: str) -> None:
    told = " / ".join(_plan(book, statements("ledger")[name]))
    assert "job_due" in told
    assert "TEMP B-TREE" not in told
