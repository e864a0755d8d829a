"""A mail server that takes each mail once, is busy now and then, and refuses bad addresses."""

import asyncio
import socket
from email import message_from_bytes
from random import Random
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sample_tasks.extra import samples_extra

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"


class Mailbox:
    """Decides about each mail and counts; the same mails get the same answers for the same seed."""

    def __init__(self, seed: int, busy_share: float) -> None:
        self.counters = {"accepted": 0, "duplicates": 0, "busy": 0, "refused": 0}
        self._seed = seed
        self._busy_share = busy_share
        self._deferred: set[str] = set()
        self._accepted: set[str] = set()

    async def handle_RCPT(
        self,
        server: "SMTP",
        session: "Session",
        envelope: "Envelope",
        address: str,
        options: list[str],
    ) -> str:
        """Aiosmtpd's hook for one recipient."""
        if address.endswith(".invalid"):
            return self._answer("refused", "550 5.1.2 there is no such domain")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: "SMTP", session: "Session", envelope: "Envelope") -> str:
        """Aiosmtpd's hook for the mail itself."""
        message = message_from_bytes(envelope.original_content or b"")
        return self._decide(str(message["Message-ID"]), envelope.rcpt_tos)

    def _decide(self, message_id: str, recipients: list[str]) -> str:
        if message_id in self._accepted:
            return self._answer("duplicates", "250 2.0.0 had it already")
        if message_id not in self._deferred and self._busy_for(recipients):
            self._deferred.add(message_id)
            return self._answer("busy", "451 4.3.2 busy, try again later")
        self._accepted.add(message_id)
        return self._answer("accepted", "250 2.0.0 accepted")

    def _busy_for(self, recipients: list[str]) -> bool:
        return Random(f"{self._seed}:{recipients}").random() < self._busy_share

    def _answer(self, counter: str, reply: str) -> str:
        self.counters[counter] += 1
        return reply


class SmtpServer:
    """A mail server for `with`: listens inside the block, leaves no thread behind.

    `busy_share` of the recipients get a 451 for the first try of each mail; addresses that end in
    `.invalid` get a 550. Port 0 means any free one. `counters` has accepted, duplicates, busy and
    refused. Needs the `samples` extra.
    """

    def __init__(self, seed: int = 0, port: int = 0, busy_share: float = 0.2) -> None:
        self._mailbox = Mailbox(seed, busy_share)
        self._wanted_port = port

    @property
    def address(self) -> str:
        """`host:port`, as `JOBDASH_DEMO_SMTP` wants it; known once the server runs."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def counters(self) -> dict[str, int]:
        """How many mails were accepted, duplicates, deferred as busy, refused."""
        return dict(self._mailbox.counters)

    def __enter__(self) -> "SmtpServer":
        # Looked up here, so that a missing package is an error of the caller, not of the thread.
        self._protocol = _protocol()
        listener = socket.create_server((LOOPBACK, self._wanted_port))
        self._port = int(listener.getsockname()[1])
        # A factory of its own keeps the runner from changing this thread's event loop.
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._stopping = asyncio.Event()
        self._thread = Thread(target=self._run, args=(listener,), name="smtp-server")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self, listener: socket.socket) -> None:
        with self._runner as runner:
            runner.run(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> None:
        self._loop.set_exception_handler(_report_all_but_lost_clients)
        server = await self._loop.create_server(self._session, sock=listener)
        await self._stopping.wait()
        server.close()

    def _session(self) -> "SMTP":
        return self._protocol(
            self._mailbox, hostname="localhost", enable_SMTPUTF8=True, loop=self._loop
        )


def _protocol() -> "type[SMTP]":
    with samples_extra():
        from aiosmtpd.smtp import SMTP
    return SMTP


def _report_all_but_lost_clients(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # A worker that is killed while it sends is part of the demo, not a fault of the server.
    if not isinstance(context.get("exception"), ConnectionError):
        loop.default_exception_handler(context)
