"""Clients that go away while they are to be answered: nobody goes on for them."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import HTTPException, Request

T = TypeVar("T")


async def while_there(request: Request, asked: Coroutine[Any, Any, T]) -> T:
    """Return what is asked, unless the client leaves first: then it is cancelled.

    Nobody hears the `HTTPException` that is raised then.
    """
    answering, leaving = asyncio.create_task(asked), asyncio.create_task(_left(request))
    try:
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            return answering.result()
        raise HTTPException(400, "the client has left")
    finally:
        answering.cancel()
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
