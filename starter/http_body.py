"""The raw body of an HTTP message, within a size and a time."""

from __future__ import annotations

import asyncio

from fastapi import Request


async def read_body(request: Request, most: int, within: float) -> bytes | None:
    """The body, or None when it has more than `most` bytes; it is not read to its end then.

    Raises:
        TimeoutError: it did not arrive `within` so many seconds.
        starlette.requests.ClientDisconnect: the sender hung up.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        return None
    body = bytearray()
    async with asyncio.timeout(within):
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                return None
    return bytes(body)
