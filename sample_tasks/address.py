"""Where the demo's servers listen."""

import os


def address_from(variable: str, default: str) -> tuple[str, int]:
    """Host and port from an environment variable that holds `host:port`.

    Raises ValueError, naming the variable, when it holds something else.
    """
    text = os.environ.get(variable) or default
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"{variable} must be host:port, not {text!r}")
    return host, int(port)
