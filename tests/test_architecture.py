"""Who may know whom: arrows between the parts point down only, and heavy things stay out."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from book import NOW, Book

import jobdash
from jobdash.database import statements
from jobdash.job import Event

ROOT = Path(jobdash.__file__).parent

# Each part, and what else of jobdash it may import besides itself and what is pure.
PURE = {
    "alert",
    "batch",
    "counts",
    "commit",
    "editor",
    "fingerprint",
    "postmortem",
    "still",
    "annotations",
    "errors",
    "fault",
    "forecast",
    "ids",
    "job",
    "measure",
    "near",
    "operations",
    "outline",
    "policy",
    "preview",
    "redact",
    "retries",
    "rule",
    "signature",
    "streams",
    "text",
    "threads",
    "transition",
    "typed",
    "usage",
}
MAY_KNOW: dict[str, set[str]] = {
    "alert": set(),
    "annotations": set(),
    "batch": set(),
    "counts": set(),
    "commit": set(),
    "editor": set(),
    "fingerprint": set(),
    "postmortem": set(),
    "still": set(),
    "errors": set(),
    "fault": set(),
    "forecast": set(),
    "ids": set(),
    "job": set(),
    "measure": set(),
    "near": set(),
    "text": set(),
    "usage": set(),
    "operations": set(),
    "outline": set(),
    "policy": set(),
    "preview": set(),
    "redact": set(),
    "retries": set(),
    "rule": set(),
    "signature": set(),
    "streams": set(),
    "threads": set(),
    "transition": set(),
    "typed": set(),
    "render": set(),
    "sidecar": set(),
    "logfiles": {"sidecar"},
    "identity": set(),
    "wake": {"sidecar"},
    "liveness": {"identity", "sidecar"},
    "stacks": {"identity"},
    "database": set(),
    "ledger": {"database", "identity", "logfiles"},
    "broker": {"ledger", "database", "identity", "liveness", "wake"},
    "pool": {
        "broker", "ledger", "database", "identity", "liveness", "logfiles", "wake", "sidecar",
        "stacks",
    },
    "report": {"database", "identity", "liveness", "logfiles", "stacks"},
    "metrics": {"report"},
    "alerts": {"report", "ledger", "database", "liveness"},
    "shell": {"broker", "identity"},
    "control": {"ledger", "database", "liveness", "logfiles", "sidecar", "wake"},
    "tui": {"control", "report", "render"},
    "http": {"control", "report", "render", "metrics"},
    "bench": {"tui", "report", "ledger", "database", "identity"},
    "cli": {
        "bench", "tui", "control", "report", "render", "pool", "broker", "ledger", "database",
        "alerts", "metrics", "shell", "identity", "liveness", "wake", "sidecar",
        "http",
    },
    "__main__": {"cli"},
    "__init__": {"broker"},
}  # fmt: skip

# The dashboard's own packages, from the ground up: each knows only those in rows above its own.
DASHBOARD = (
    {
        "calls",
        "clipboard",
        "clock",
        "drivers",
        "looks",
        "messages",
        "place_table",
        "sure_timers",
        "surroundings",
    },
    {"asking", "keyboard", "options"},
    {"rows", "pool_watch", "alarm"},
    {"widgets"},
    {"filtering", "log_view", "overlays", "stack_view"},
    {"commands", "job"},
    {"acting", "themed"},
    {"places"},
    {"frame"},
    {"ways"},
    {"board"},
    {"requests"},
    {"app"},
    {"run"},
    {"__init__"},
)

# Files that may know more than their part.
EXCEPTIONS = {"control/enqueue.py": {"broker"}, "control/replay.py": {"broker"}}

# Packages from outside, and the only parts that may import them.
RESERVED = {
    "huey": {"broker", "pool", "__init__"},
    "textual": {"tui"},
    "apsw": {"database"},
    "sqlite3": set[str](),
    "click": {"cli", "__main__"},
    "rich": {"tui", "cli"},
    "textual_serve": {"cli"},
    "aiohttp": {"cli"},
    "fastapi": {"http"},
    "starlette": {"http"},
    "pydantic": {"http"},
    "uvicorn": {"http"},
}

MAY_PRINT = {"cli", "__main__"}


class Import(NamedTuple):
    """One import statement: where it stands and what it names."""

    file: str
    line: int
    module: str

    @property
    def part(self) -> str:
        return _part(self.file)


def _part(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


@cache
def _trees() -> dict[str, ast.Module]:
    files = sorted(ROOT.rglob("*.py"))
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in files
    }


@cache
def _nodes_of(file: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_trees()[file]))


def _nodes() -> Iterator[ast.AST]:
    for file in _trees():
        yield from _nodes_of(file)


@cache
def _imports() -> tuple[Import, ...]:
    return tuple(
        Import(file, node.lineno, name)
        for file in _trees()
        for node in _nodes_of(file)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _named(node)
    )


def _named(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """`from jobdash import wake` names jobdash.wake, as `from jobdash.wake import ring` does."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    assert node.level == 0, "imports are absolute"
    assert node.module is not None
    for alias in node.names:
        yield f"jobdash.{alias.name}" if node.module == "jobdash" else node.module


def _part_named(module: str) -> str | None:
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] or "__init__" if package == "jobdash" else None


def test_every_part_has_its_place() -> None:
    assert {_part(file) for file in _trees()} == set(MAY_KNOW)


def test_arrows_point_down_only() -> None:
    wrong = []
    for found in _imports():
        target = _part_named(found.module)
        if target is None or target not in MAY_KNOW:
            continue
        allowed = {found.part, *PURE, *MAY_KNOW[found.part], *EXCEPTIONS.get(found.file, set())}
        if target not in allowed:
            wrong.append(f"{found.file}:{found.line} imports {found.module}")
    assert wrong == []


def test_nobody_knows_each_other_in_a_circle() -> None:
    knows: dict[str, set[str]] = {part: set() for part in MAY_KNOW}
    for found in _imports():
        target = _part_named(found.module)
        if target in MAY_KNOW and target != found.part:
            knows[found.part].add(target)
    order: set[str] = set()
    while order != set(knows):
        free = {part for part, known in knows.items() if part not in order and known <= order}
        assert free, f"a circle among {sorted(set(knows) - order)}"
        order |= free


def _step(module: str) -> int:
    """Return how far from the ground a module of the dashboard stands."""
    part = module.removeprefix("jobdash.tui").lstrip(".").partition(".")[0] or "__init__"
    return next(step for step, parts in enumerate(DASHBOARD) if part in parts)


def test_the_dashboard_is_built_from_the_ground_up() -> None:
    wrong = []
    for found in _imports():
        own = "jobdash." + found.file.removesuffix(".py").replace("/", ".")
        if found.part != "tui" or not found.module.startswith("jobdash.tui."):
            continue
        same_package = own.split(".")[2] == found.module.split(".")[2]
        if not same_package and _step(own) <= _step(found.module):
            wrong.append(f"{found.file}:{found.line} imports {found.module}")
    assert wrong == []


def test_what_is_pure_knows_only_what_is_pure() -> None:
    assert all(MAY_KNOW[part] == set() for part in PURE)
    outside = {"os", "io", "socket", "subprocess", "threading", "time", "logging", "pathlib"}
    wrong = [
        f"{found.file}:{found.line} imports {found.module}"
        for found in _imports()
        if found.part in {"job", "errors", "render", "retries"} and found.module in outside
    ]
    assert wrong == []


@pytest.mark.parametrize("package", RESERVED)
def test_a_package_from_outside_is_known_to_few(package: str) -> None:
    wrong = [
        f"{found.file}:{found.line}"
        for found in _imports()
        if found.module.partition(".")[0] == package and found.part not in RESERVED[package]
    ]
    assert wrong == []


def test_only_the_database_opens_a_connection() -> None:
    wrong = [
        f"{file}:{node.lineno}"
        for file in _trees()
        if _part(file) != "database"
        for node in _nodes_of(file)
        if isinstance(node, ast.Attribute) and node.attr == "Connection"
    ]
    assert wrong == []


def test_nothing_below_the_command_line_prints() -> None:
    wrong = [
        f"{file}:{node.lineno}"
        for file in _trees()
        if _part(file) not in MAY_PRINT
        for node in _nodes_of(file)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("print", "input")
    ]
    assert wrong == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [file for file, tree in _trees().items() if not ast.get_docstring(tree)]
    assert silent == []


def test_every_statement_is_run_by_somebody() -> None:
    strings = {
        node.value
        for node in _nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    events = {str(event) for event in Event}
    tables = {"task", "schedule"}  # take_{table}
    unused = [
        f"{file.name}: {name}"
        for file in (ROOT / "sql").glob("*.sql")
        for name in statements(file.stem)
        if name not in strings | events
        and name.removeprefix("take_") not in tables
        and f"{{{name}}}" not in file.read_text()
    ]
    assert unused == []


def test_no_two_statements_of_a_file_have_one_name() -> None:
    for file in (ROOT / "sql").glob("*.sql"):
        lines = file.read_text().splitlines()
        names = [line for line in lines if line.startswith("-- name: ")]
        assert sorted(names) == sorted(set(names)), file.name
        names = [line for line in file.read_text().splitlines() if line.startswith("-- name:")]
        assert len(names) == len(set(names)), file.name


# What each command may not load: it has to start in a fraction of a second.
HEAVY = ("textual", "fastapi", "huey", "jobdash.broker", "sqlite3", "asyncio")


def _loaded(*arguments: str) -> set[str]:
    """Run Python and return the names of all modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


def _heavy(loaded: set[str]) -> list[str]:
    assert "jobdash" in loaded
    return [name for name in HEAVY if name in loaded]


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert _heavy(_loaded("-c", "import jobdash")) == []


def test_deciding_and_reporting_load_nothing_heavy() -> None:
    assert _heavy(_loaded("-c", "import jobdash.control, jobdash.report, jobdash.render")) == []


@pytest.mark.parametrize(
    "command",
    [
        ["list"], ["list", "--json"], ["show", "1", "--json"], ["stats", "--json"], ["dead"],
        ["workers", "--json"], ["tasks", "--json"], ["cancel", "1"], ["--help"], ["--version"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_loads_no_more_than_it_needs(book: Book, command: list[str]) -> None:
    book.add("a", now=NOW)
    database = str(book.database.path)
    place = [] if command[0].startswith("-") else ["--db", database]
    assert _heavy(_loaded("-m", "jobdash", *command, *place)) == []
