"""The server: the page, what it is made of, and a socket for each browser."""

import asyncio
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import textual_serve
from aiohttp import web

from jobdash.cli.web.page import page
from jobdash.cli.web.session import Session
from jobdash.cli.web.visitors import only_from_here

_STATIC = Path(textual_serve.__file__).parent / "static"
# Long enough for a dashboard to end.
_SHUTDOWN_SECONDS = 12.0


class WebServer:
    """Serves dashboards that `command` starts, to browsers on this machine."""

    def __init__(self, command: str, title: str) -> None:
        self._command = command
        self._title = title
        self._open: set[web.WebSocketResponse] = set()

    def serve(self, listening: socket.socket, ready: Callable[[], object]) -> None:
        """Serve until SIGINT, SIGTERM or SIGHUP; all dashboards have ended when it returns."""
        asyncio.run(self._serve(listening, ready))

    async def _serve(self, listening: socket.socket, ready: Callable[[], object]) -> None:
        enough = asyncio.Event()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            asyncio.get_running_loop().add_signal_handler(getattr(signal, name), enough.set)
        app = self._app(listening.getsockname()[1])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            ready()
            await enough.wait()
        finally:
            await runner.cleanup()

    def _app(self, port: int) -> web.Application:
        app = web.Application(middlewares=[only_from_here(port)])
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/ws", self._dashboard),
                web.static("/static", _STATIC),
            ]
        )
        app.on_shutdown.append(self._close_all)
        return app

    async def _page(self, request: web.Request) -> web.Response:
        return page(request, self._title)

    async def _dashboard(self, request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(heartbeat=15)
        await websocket.prepare(request)
        self._open.add(websocket)
        try:
            await Session(self._command, websocket).serve(request)
        finally:
            self._open.discard(websocket)
        return websocket

    async def _close_all(self, _: web.Application) -> None:
        await asyncio.gather(*(websocket.close() for websocket in tuple(self._open)))
