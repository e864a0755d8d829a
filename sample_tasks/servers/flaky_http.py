"""An HTTP server that fails in ways that webhooks meet in the wild."""

import json
import socket
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from socketserver import TCPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any

LOOPBACK = "127.0.0.1"
REFUSALS = {"/gone": HTTPStatus.GONE, "/bad": HTTPStatus.BAD_REQUEST}
KNOWN_PATHS = ("/ok", "/flaky", "/slow")


@dataclass(frozen=True)
class Answer:
    """What a request gets, and whether it gets it late."""

    status: HTTPStatus
    stalls: bool = False


class Behaviour:
    """Decides about each request and counts; the same requests get the same answers."""

    def __init__(self, seed: int, failures: int, slow_share: float) -> None:
        self.counters = dict.fromkeys(
            ("delivered", "duplicates", "server_errors", "client_errors", "stalls"), 0
        )
        self._seed = seed
        self._failures = failures
        self._slow_share = slow_share
        self._tries: Counter[tuple[str, str]] = Counter()
        self._delivered: set[str] = set()
        self._lock = Lock()

    def answer(self, path: str, key: str, body: bytes) -> Answer:
        """The answer to a request with that idempotency key."""
        with self._lock:
            self._tries[path, key] += 1
            answer = self._decide(path, self._tries[path, key], body)
            self._count(answer, key)
            return answer

    def _decide(self, path: str, attempt: int, body: bytes) -> Answer:
        if path in REFUSALS:
            return Answer(REFUSALS[path])
        if path not in KNOWN_PATHS:
            return Answer(HTTPStatus.NOT_FOUND)
        if path == "/flaky" and attempt <= self._failures:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE)
        return Answer(HTTPStatus.OK, path == "/slow" and attempt == 1 and self._slow_for(body))

    def _slow_for(self, body: bytes) -> bool:
        return Random(f"{self._seed}:{body!r}").random() < self._slow_share

    def _count(self, answer: Answer, key: str) -> None:
        self.counters[self._outcome(answer.status, key)] += 1
        self.counters["stalls"] += answer.stalls
        if answer.status == HTTPStatus.OK:
            self._delivered.add(key)

    def _outcome(self, status: HTTPStatus, key: str) -> str:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "server_errors"
        if status >= HTTPStatus.BAD_REQUEST:
            return "client_errors"
        return "duplicates" if key in self._delivered else "delivered"


class FlakyHttpServer:
    """An HTTP server for `with`: listens inside the block, leaves no thread behind.

    `/ok` takes everything; `/flaky` answers 503 to the first `failures` tries of each idempotency
    key; `/slow` takes everything too, but lets the first try of `slow_share` of the payloads wait
    `stall_seconds` for its answer; `/gone` answers 410, `/bad` 400. Port 0 means any free one.
    `counters` has delivered, duplicates, server_errors, client_errors and stalls.
    """

    def __init__(
        self,
        seed: int = 0,
        port: int = 0,
        failures: int = 2,
        slow_share: float = 0.5,
        stall_seconds: float = 3.0,
    ) -> None:
        self._behaviour = Behaviour(seed, failures, slow_share)
        self._wanted_port = port
        self._stall_seconds = stall_seconds

    @property
    def address(self) -> str:
        """`host:port`, as `JOBDASH_DEMO_HTTP` wants it; known once the server runs."""
        return f"{LOOPBACK}:{self._server.server_port}"

    @property
    def counters(self) -> dict[str, int]:
        """How many requests were delivered, duplicates, answered by an error, stalled."""
        return dict(self._behaviour.counters)

    def __enter__(self) -> "FlakyHttpServer":
        self._server = _Server(self._wanted_port, self._behaviour, self._stall_seconds)
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="http-server"
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    # The standard library only waits at close for threads that are no daemons.
    daemon_threads = False

    def __init__(self, port: int, behaviour: Behaviour, stall_seconds: float) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.behaviour = behaviour
        self.stall_seconds = stall_seconds
        self.stopping = Event()
        self._connections: set[socket.socket] = set()

    def server_bind(self) -> None:
        """Binds without asking the name service what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.socket.getsockname()[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Ends the connections of clients that say nothing, so that closing need not wait."""
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that timed out or was killed is part of the demo, not a fault of the server.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        key = self.headers.get("Idempotency-Key") or sha256(body).hexdigest()
        answer = self.server.behaviour.answer(self.path, key, body)
        if answer.stalls:
            self.server.stopping.wait(self.server.stall_seconds)
        self._reply(answer.status)

    do_GET = do_POST

    def _reply(self, status: HTTPStatus) -> None:
        body = json.dumps({"status": status.phrase}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: the terminal belongs to the dashboard."""
