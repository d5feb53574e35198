"""The raw body of an HTTP message, within a size and a time."""

from __future__ import annotations

import asyncio

from fastapi import Request


async def read_body(request: Request, most: int, within: float, first_within: float | None = None) -> bytes | None:
    """The body, or None when it has more than `most` bytes; it is not read to its end then.

    Raises:
        TimeoutError: it did not arrive `within` so many seconds, or nothing of it `first_within` so many.
        starlette.requests.ClientDisconnect: the sender hung up.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        return None
    body = bytearray()
    start = asyncio.get_running_loop().time()
    async with asyncio.timeout_at(start + (within if first_within is None else first_within)) as patience:
        async for chunk in request.stream():
            patience.reschedule(start + within)
            body += chunk
            if len(body) > most:
                return None
    return bytes(body)
