"""`[tool.jobdash]` in the pyproject.toml of this folder or of one above it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobdash.cli.near import nearest
from jobdash.errors import UsageError

_FILE = "pyproject.toml"
_TABLE = "[tool.jobdash]"
_KEYS = ("app", "db")


@dataclass(frozen=True, slots=True)
class Config:
    """What is configured, and in which folder; a relative `db` starts from there."""

    folder: Path | None = None
    app: str | None = None
    database: Path | None = None


def find_config(start: Path) -> Config:
    """Return the nearest configuration, or an empty one.

    Raises `UsageError`, with file and line, for one that cannot be read or has unknown keys.
    """
    for folder in (start, *start.parents):
        table = _table(folder / _FILE)
        if table is not None:
            return _config(folder, table)
    return Config()


def _table(file: Path) -> dict[str, Any] | None:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    # Reading TOML takes a while, and most files say nothing about us.
    if "jobdash" not in text:
        return None
    table = _read(file, text).get("tool", {}).get("jobdash")
    return None if table is None else _checked(file, text, table)


def _read(file: Path, text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is no TOML: {error}") from error


def _checked(file: Path, text: str, table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise UsageError(f"{file}: {_TABLE} must be a table")
    for key, value in table.items():
        where = f"{file}:{_line_of(text, key)}: {_TABLE}"
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            known = f"did you mean '{near}'?" if near else f"it knows {' and '.join(_KEYS)}"
            raise UsageError(f"{where} has no key '{key}': {known}")
        if not isinstance(value, str) or not value:
            raise UsageError(f"{where}: '{key}' must be a text")
    return table


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return number
    return 1


def _config(folder: Path, table: dict[str, str]) -> Config:
    database = table.get("db")
    return Config(folder, table.get("app"), folder / database if database else None)
