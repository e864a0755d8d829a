"""Named SQL: every statement lives in a .sql file, under a comment `-- name: its_name`.

A name in braces stands for the text under that name in the same file.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_MARK = "-- name:"
_PART = re.compile(r"\{(\w+)\}")
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
    texts = {key: "\n".join(lines).strip() for key, lines in found.items()}
    return MappingProxyType({key: _filled_in(text, texts) for key, text in texts.items()})


def _filled_in(text: str, texts: Mapping[str, str]) -> str:
    """Put named parts in, and theirs; names that only a caller knows stay as they are."""
    return _PART.sub(
        lambda part: _filled_in(texts[part[1]], texts) if part[1] in texts else part[0], text
    )


def sql_file(path: str) -> str:
    """Return the text of one file of the package's sql folder."""
    return (SQL_FOLDER / path).read_text(encoding="utf-8")
