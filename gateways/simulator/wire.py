"""The partners' side of the wire over HTTP:

Proves the caller, asks the desk, signs the answer, and lets faults happen.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from domain.webhook_signature import ID, BadSignature, SigningKeys
from gateways.simulator.desk import NO_CASE, Call, Refusal, Reply, handle
from gateways.simulator.faults import Fault, FaultKind, Faults
from gateways.simulator.world import World
from gateways.standard_webhooks import SignedExchange

MAX_BODY = 256 * 1024
_OVERSIZED = 50 * 1024 * 1024
_STRANGE = SigningKeys((b"a key that nobody shares with us",))
_NEVER_ANSWERED = (FaultKind.TIMEOUT, FaultKind.TIMEOUT_BEFORE)
_RESET = (FaultKind.RESET, FaultKind.RESET_BEFORE)
_PROXY = (FaultKind.SERVER_ERROR, FaultKind.SERVER_ERROR_AFTER)


class BreakableProtocol(H11Protocol):
    """HTTP whose connection can be reset from inside a request: `request.state.connection`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the connection where requests find it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "connection": transport}


def wire_routes(world: World, faults: Faults, exchange: SignedExchange) -> APIRouter:
    """The routes `POST /v1/{partner}/{verb}`."""
    routes = APIRouter()

    @routes.post("/v1/{partner}/{verb}")
    async def call(partner: str, verb: str, request: Request) -> Response:
        body = await _bounded(request)
        if body is None:
            return Response(status_code=413)
        try:
            request_id = exchange.check_request(request.headers, body)
        except BadSignature:
            world.ledger.note_call(partner, verb, "", NO_CASE, at=None, content={}, outcome="refused:signature")
            reply = Reply(401, {"error": {"code": "signature"}})
            return _signed(exchange, request.headers.get(ID, "")[:128], reply)
        try:
            taken = Call.read(f"{partner}.{verb}", _object(body), request.headers.get("idempotency-key", ""))
        except Refusal as refusal:
            outcome = f"invalid:{refusal.code}"
            world.ledger.note_call(partner, verb, "", NO_CASE, at=None, content={}, outcome=outcome)
            return _signed(exchange, request_id, Reply(refusal.status, {"error": {"code": refusal.code}}))
        fault = faults.take(
            event=False, partner=partner, operation=verb, key=taken.key,
            shop=taken.case.shop, case_no=taken.case.case_no, order_no=taken.case.order_no,
        )  # fmt: skip
        reply = handle(world, taken, fault)
        if fault is None:
            return _signed(exchange, request_id, reply)
        return await _faulty(exchange, request, request_id, reply, fault)

    return routes


async def _faulty(exchange: SignedExchange, request: Request, request_id: str, reply: Reply, fault: Fault) -> Response:
    """The answer as the fault leaves it."""
    if fault.kind in _NEVER_ANSWERED:
        await _hold(request, fault.seconds)
    if fault.kind in (*_NEVER_ANSWERED, *_RESET):
        await _reset(request)
    if fault.kind in _PROXY:
        return Response("<html>Bad Gateway</html>", status_code=500, media_type="text/html")
    if fault.kind is FaultKind.WRONG_SIGNATURE:
        return _signed(SignedExchange(_STRANGE), request_id, reply)
    if fault.kind is FaultKind.MALFORMED:
        cut = json.dumps(reply.content).encode()[:-3]
        return Response(cut, headers=exchange.answer(request_id, cut), media_type="application/json")
    if fault.kind is FaultKind.OVERSIZED:
        return StreamingResponse(_flood(), media_type="application/json")
    if fault.kind is FaultKind.SLOW:
        await asyncio.sleep(fault.seconds)
    return _signed(exchange, request_id, reply)


def _signed(exchange: SignedExchange, request_id: str, reply: Reply) -> Response:
    body = json.dumps(reply.content, ensure_ascii=False).encode()
    headers = exchange.answer(request_id, body)
    if reply.retry_after is not None:
        headers["retry-after"] = str(int(reply.retry_after))
    return Response(body, status_code=reply.status, headers=headers, media_type="application/json")


async def _bounded(request: Request) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "not_json") from None
    if not isinstance(document, dict):
        raise Refusal(400, "not_an_object")
    return document


async def _hold(request: Request, seconds: float) -> None:
    """Leave the caller without an answer until he gives up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await request.receive()  # the body has been read: what comes next is the caller hanging up


async def _reset(request: Request) -> None:
    """Break the connection as a crashed partner would: no answer, no farewell."""
    connection: asyncio.Transport = request.state.connection
    if not connection.is_closing():
        raw = connection.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.abort()
        await asyncio.sleep(0)  # let the loop see that it is gone, so that what is returned goes nowhere


async def _flood() -> AsyncIterator[bytes]:
    chunk = b" " * 65536
    for _ in range(_OVERSIZED // len(chunk)):
        yield chunk
        await asyncio.sleep(0)  # other calls, and the caller's hanging up, get their turn
