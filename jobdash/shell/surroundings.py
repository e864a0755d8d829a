"""The environment variables of commands: kept once for all jobs that share them.

They are a value of the file, not an argument of each job: nobody is shown them, and a million jobs
do not hold a million copies.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jobdash.shell.failures import NOT_EXECUTABLE, CannotRun

_PREFIX = "jobdash.environment:"
_MOST_KNOWN = 100
_HASHED = 8

_known: dict[str, dict[str, str]] = {}


def keep_environment(huey: Any, environment: Mapping[str, str]) -> str:
    """Keep variables in the file; return the name by which a job refers to them."""
    data = json.dumps(dict(environment), sort_keys=True).encode()
    name = hashlib.blake2b(data, digest_size=_HASHED).hexdigest()
    huey.storage.put_data(_PREFIX + name, data)
    return name


def environment_of(huey: Any, name: str | None) -> dict[str, str] | None:
    """Return the variables kept by this name, None for no name. Raises `CannotRun`."""
    if name is None:
        return None
    if name not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[name] = _read(huey, name)
    return _known[name]


def _read(huey: Any, name: str) -> dict[str, str]:
    data = huey.storage.peek_data(_PREFIX + name)
    if not isinstance(data, bytes):
        raise CannotRun(NOT_EXECUTABLE, f"its environment {name} is not in the file any more")
    variables: dict[str, str] = json.loads(data)
    return variables
