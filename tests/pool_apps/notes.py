"""What bodies write down, and what they wait at.

A book is a file to which each body appends whole lines; a gate is a FIFO that a body waits at until
the test opens it.
"""

import os


def write(book: str, line: str) -> None:
    descriptor = os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def wait_at(gate: str) -> None:
    with open(gate, encoding="utf-8") as file:
        file.read()
