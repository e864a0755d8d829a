"""Running the app on a socket until somebody interrupts."""

import socket
from collections.abc import Callable

import uvicorn

from jobdash.http.application import Application
from jobdash.http.protocol import ImpatientProtocol

_MOST_CONNECTIONS = 512
_HEAD_LIMIT = 16 * 1024
_IDLE_SECONDS = 10
_LAST_SECONDS = 5


class _Server(uvicorn.Server):
    """Lets nobody wait once it is to end."""

    def __init__(self, config: uvicorn.Config, application: Application) -> None:
        super().__init__(config)
        self._application = application

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what would go on for ever, then wait for the rest."""
        self._application.end()
        await super().shutdown(sockets)


def serve(application: Application, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM. No address and no header is ever logged."""
    config = uvicorn.Config(
        application.asgi,
        http=ImpatientProtocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        h11_max_incomplete_event_size=_HEAD_LIMIT,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    # asyncio does so only where it made the socket; an answer would wait 40 ms else.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ready()
    try:
        _Server(config, application).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # uvicorn raises the signal again that has ended it
    finally:
        application.close()
