"""Named SQL: every statement lives in a .sql file, under a comment `-- name: its_name`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_MARK = "-- name:"
# Not importlib.resources: its import alone would take a tenth of the time of `jobdash list`.
SQL_FOLDER = Path(__file__).parents[1] / "sql"


@cache
def statements(name: str) -> Mapping[str, str]:
    """Return the statements of `sql/<name>.sql`, by name, without their comments."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in sql_file(f"{name}.sql").splitlines():
        if line.startswith(_MARK):
            current = found.setdefault(line.removeprefix(_MARK).strip(), [])
        elif not line.lstrip().startswith("--"):
            current.append(line)
    return MappingProxyType({key: "\n".join(lines).strip() for key, lines in found.items()})


def sql_file(path: str) -> str:
    """Return the text of one file of the package's sql folder."""
    return (SQL_FOLDER / path).read_text(encoding="utf-8")
