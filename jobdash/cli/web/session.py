"""One browser and its dashboard: a process of its own that ends with the page."""

import asyncio
from typing import Any

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

_PATIENCE_SECONDS = 5.0
_SIZE = {"width": 80, "height": 24}


class Session(AppService):
    """textual-serve's process behind a page; neither of the two outlives the other."""

    def __init__(self, command: str, websocket: web.WebSocketResponse) -> None:
        super().__init__(
            command,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=_closing(websocket),
            download_manager=DownloadManager(),
        )
        self._websocket = websocket

    async def run(self) -> None:
        """Pass on what the dashboard draws until it ends, however it does."""
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def serve(self, request: web.Request) -> None:
        """Start the dashboard and pass on what is typed, until the page is closed."""
        width, height = (_number(request, name) for name in _SIZE)
        try:
            await self.start(width, height)
            async for message in self._websocket:
                if message.type is WSMsgType.TEXT:
                    await self._pass_on(message.json())
        finally:
            await asyncio.shield(self._end())

    async def _pass_on(self, said: list[Any]) -> None:
        match said:
            case ["stdin", str(typed)]:
                await self.send_bytes(typed.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self.set_terminal_size(width, height)
            case ["ping", sent]:
                await self._websocket.send_json(["pong", sent])
            case ["focus"]:
                await self.focus()
            case ["blur"]:
                await self.blur()

    async def _end(self) -> None:
        process = self._process
        if process is None:
            return
        try:
            await asyncio.wait_for(self.stop(), _PATIENCE_SECONDS)
            await asyncio.wait_for(process.wait(), _PATIENCE_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def _closing(websocket: web.WebSocketResponse) -> Any:
    async def close() -> None:
        await websocket.close()

    return close


def _number(request: web.Request, name: str) -> int:
    typed = request.query.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else _SIZE[name]
