"""Who may talk to the server: pages that it has served itself, opened on this machine.

There is no password. What a browser shows from elsewhere must not reach the dashboard either: such
a page could open a socket to this machine (its `Origin` tells), or have its own name point here
(`Host` tells).
"""

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

LOOPBACK = ("127.0.0.1", "localhost", "::1")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def only_from_here(port: int) -> Middleware:
    """Return what refuses everybody else."""
    hosts = {f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in LOOPBACK}

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if request.host not in hosts or origin not in (None, f"http://{request.host}"):
            raise web.HTTPForbidden(text="jobdash: only from its own page on this machine\n")
        return await handler(request)

    return check
