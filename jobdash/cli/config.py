"""`[tool.jobdash]` in the pyproject.toml of this folder or of one above it.

What is a matter of taste, `theme` and `keys`, may also stand in a file of the user's own:
`jobdash/config.toml` in `$XDG_CONFIG_HOME` or `~/.config`. The project's wins.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobdash.errors import UsageError
from jobdash.near import nearest

if TYPE_CHECKING:
    from jobdash.alerts.rules import Watching

_FILE = "pyproject.toml"
_TABLE = "[tool.jobdash]"
_TASTE = ("theme", "keys")
_KEYS = ("app", "db", "alerts", *_TASTE)


@dataclass(frozen=True, slots=True)
class Config:
    """What is configured, and in which folder; a relative `db` starts from there."""

    folder: Path | None = None
    app: str | None = None
    database: Path | None = None
    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    watching: "Watching | None" = None


def find_config(start: Path) -> Config:
    """Return the nearest configuration, or an empty one.

    Raises `UsageError`, with file and line, for one that cannot be read or has unknown keys.
    """
    for folder in (start, *start.parents):
        table = _table(folder / _FILE)
        if table is not None:
            return _config(folder, table)
    return Config()


def read_config(file: Path) -> Config:
    """Return the configuration in one file. Raises `UsageError` as `find_config` does."""
    try:
        file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--config: {file} cannot be read: {error}") from error
    table = _table(file)
    if table is None:
        raise UsageError(f"--config: {file} has no {_TABLE}: write one, or name another file")
    return _config(file.parent.absolute(), table)


def find_taste(config: Config) -> tuple[str, Mapping[str, str]]:
    """Return theme and keys: the user's own, and over them those of the configuration.

    Raises `UsageError` as `find_config` does.
    """
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    file = Path(home) / "jobdash" / "config.toml"
    text = _text_of(file)
    table = _checked(file, text, _read(file, text), _TASTE) if text else {}
    own = _config(file.parent, table)
    return config.theme or own.theme, {**own.keys, **config.keys}


def _table(file: Path) -> dict[str, Any] | None:
    text = _text_of(file)
    # Reading TOML takes a while, and most files say nothing about us.
    if "jobdash" not in text:
        return None
    table = _read(file, text).get("tool", {}).get("jobdash")
    return None if table is None else _checked(file, text, table, _KEYS)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _read(file: Path, text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is no TOML: {error}") from error


def _checked(file: Path, text: str, table: Any, known: Sequence[str]) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise UsageError(f"{file}: {_TABLE} must be a table")
    for key, value in table.items():
        where = f"{file}:{_line_of(text, key)}: {_TABLE if 'app' in known else 'it'}"
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean '{near}'?" if near else f"it knows {_listed(known)}"
            raise UsageError(f"{where} has no key '{key}': {hint}")
        if key == "alerts":
            table["alerts"] = _watching(value, file, text)
        elif key == "keys":
            _check_keys(where, value)
        elif not isinstance(value, str) or not value:
            raise UsageError(f"{where}: '{key}' must be a text")
    return table


def _watching(value: Any, file: Path, text: str) -> "Watching":
    # Only some projects have alerts, and every command would pay for it.
    from jobdash.alerts.table import read_table

    return read_table(value, str(file), text)


def _check_keys(where: str, value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value.values()):
        raise UsageError(f"{where}: 'keys' must be a table of texts, such as retry = \"f5\"")


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return number
    return 1


def _config(folder: Path, table: Mapping[str, Any]) -> Config:
    database = table.get("db")
    return Config(
        folder,
        table.get("app"),
        folder / database if database else None,
        table.get("theme", ""),
        table.get("keys", {}),
        table.get("alerts"),
    )
