"""How supervisor and forker talk: one JSON object a line, over two pipes."""

import json
import os
from typing import Any

_AT_ONCE = 65_536

Message = dict[str, Any]


def send(descriptor: int, message: Message) -> bool:
    """Write one message. Return False if nobody is left to read it."""
    line = json.dumps(message).encode() + b"\n"
    try:
        while line:
            line = line[os.write(descriptor, line) :]
    except BrokenPipeError:
        return False
    return True


class Inbox:
    """The reading end of a pipe: collects bytes and hands out whole messages."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.is_closed = False
        self._rest = b""

    def read(self) -> list[Message]:
        """Take what has arrived; call it when the descriptor is readable."""
        data = os.read(self.descriptor, _AT_ONCE)
        self.is_closed = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]
