"""A client of `jobdash serve` over real HTTP on loopback, and the server while it is needed."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from waiting import PATIENCE

TOKEN = "a-token-for-tests-only"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Talks to one server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            got = connection.getresponse()
            found = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, found, got.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        headers |= {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        return self.ask("POST", path, body, **headers)

    def raw(self, sent: bytes) -> int:
        """Send bytes as they are and return the status of the answer, 0 for none."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall(sent)
            first = connection.makefile("rb").readline()
        return int(first.split()[1]) if first else 0


@contextmanager
def serving(
    *words: object, program: Sequence[str] = ("-m", "jobdash"), **environ: str
) -> Iterator[Client]:
    told = {
        "env": {**with_token(), **environ},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    process = subprocess.Popen(
        [sys.executable, *program, "serve", "--port", "0", *map(str, words)], text=True, **told
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        found = re.search(r":(\d+)/", said)
        assert found, (said, process.stderr and process.stderr.read())
        yield Client(int(found[1]))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    finally:
        if process.poll() is None:
            process.kill()
        _, errors = process.communicate()
    assert TOKEN not in errors
    assert errors == ""


def with_token() -> dict[str, str]:
    """The environment of a server that knows the token."""
    return {**os.environ, "JOBDASH_TOKEN": TOKEN}


@contextmanager
def sample_application(environ: Mapping[str, str]) -> Iterator[Client]:
    """Run `sample_tasks.web` during the block."""
    words = ["-m", "uvicorn", "--factory", "sample_tasks.web:make_app", "--port", "0"]
    web = subprocess.Popen(
        [sys.executable, *words, "--no-access-log"], stderr=subprocess.PIPE, text=True, env=environ
    )
    try:
        assert web.stderr is not None
        said = next(line for line in web.stderr if "running on" in line)
        yield Client(int(re.findall(r":(\d+)", said)[0]))
    finally:
        web.send_signal(signal.SIGTERM)
        web.communicate()
