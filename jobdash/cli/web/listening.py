"""Where the server listens: this machine alone, on the port that was asked for or a free one."""

import socket

from jobdash.errors import UsageError

_FIRST, _TRIED = 8000, 100


def listen(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens; without a port the first free one from 8000 on.

    Raises `UsageError` if the port that was asked for is taken.
    """
    for tried in range(_FIRST, _FIRST + _TRIED) if port is None else (port,):
        try:
            return socket.create_server((host, tried), family=_family(host))
        except OSError as error:
            reason = error.strerror
    hint = "leave --port out for a free one" if port else "name one with --port"
    raise UsageError(f"cannot listen on {host}:{tried} ({reason}): {hint}")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
