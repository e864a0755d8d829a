"""Where the demo's servers listen: its own processes are told, others find it written down."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from sample_tasks.folder import own_folder, replacing

_FILES = "servers-*.json"


def address_from(variable: str, default: str) -> tuple[str, int]:
    """Host and port of a server, as an environment variable has it: `host:port`.

    Without that, where the newest demo that runs has it. Raises ValueError, naming the variable,
    when it holds something else.
    """
    text = os.environ.get(variable) or _of_the_demo().get(variable) or default
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"{variable} must be host:port, not {text!r}")
    return host, int(port)


@contextmanager
def written_down(addresses: Mapping[str, str]) -> Iterator[None]:
    """Let tasks in other shells find these servers, by their variables, during the block."""
    folder = own_folder()
    file = folder / _FILES.replace("*", str(os.getpid()))
    # The demo goes on without: its own processes are told anyway.
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        with replacing(file) as unfinished:
            unfinished.write_text(json.dumps(dict(addresses)))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        # Others may use it.
        with suppress(OSError):
            folder.rmdir()


def _of_the_demo() -> dict[str, str]:
    with suppress(OSError, ValueError):
        newest = max(own_folder().glob(_FILES), key=lambda file: file.stat().st_mtime)
        found: dict[str, str] = json.loads(newest.read_text())
        return found
    return {}
