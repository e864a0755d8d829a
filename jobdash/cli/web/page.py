"""The page: a terminal, and nothing that is not served from here."""

import html
from pathlib import Path
from string import Template

from aiohttp import web

_PAGE = Path(__file__).with_name("page.html")
_FONT_SIZE = 16
_SMALLEST, _LARGEST = 6, 60


def page(request: web.Request, title: str) -> web.Response:
    """Return the page; `?fontsize=20` draws larger letters."""
    text = Template(_PAGE.read_text(encoding="utf-8")).substitute(
        title=html.escape(title), socket=f"ws://{request.host}/ws", font_size=_font_size(request)
    )
    return web.Response(text=text, content_type="text/html", headers=_headers(request))


def _font_size(request: web.Request) -> int:
    try:
        wanted = int(request.query.get("fontsize", _FONT_SIZE))
    except ValueError:
        return _FONT_SIZE
    return max(_SMALLEST, min(wanted, _LARGEST))


def _headers(request: web.Request) -> dict[str, str]:
    # The browser itself is to refuse what comes from elsewhere, and other pages that would put
    # this one into a frame.
    policy = (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        f"connect-src 'self' ws://{request.host}",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
