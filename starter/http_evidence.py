"""The HTTP door for photos: the body is the file itself, signed like every other message.

    POST /cases/{shop}/{case_no}/evidence?from=customer

    202 kept, and on its way to the case · 200 known already · 401 not signed · 404 no such case · 409 case is closed
    410 the customer was erased · 413 too big · 415 of a kind that we cannot clean · 422 damaged or not a photo to keep
    429 too many at once, come later · 503 the database is away

`from` says whose photo it is: customer, warehouse or courier. The signature covers the body and the `webhook-id`, so
the id must begin with `shop/case_no/from/`: a photo that was signed for one case is none for another. Refusals are
problem details (RFC 9457) with what is wrong in both languages. What the file is called or declared as does not matter:
its content decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from domain.identity import is_business_id
from domain.vocabulary import Party
from domain.webhook_signature import BadSignature, SigningKeys
from starter.evidence import GIVERS, EvidenceDoor
from starter.http_body import read_body
from starter.intake_settings import IntakeSettings
from starter.photo import PhotoRefused
from starter.problem import Problem
from store.inbox import DATABASE_AWAY

AT_ONCE = 8  # photos in memory; more senders are asked to come later
BODY_WITHIN = 60.0  # seconds for a photo to arrive
FIRST_WITHIN = 5.0  # seconds for its first byte: who says nothing holds no place of the few
_PROBLEM = "application/problem+json"
_STATUS = {
    "signed_for_another": 401,
    "no_such_case": 404,
    "case_is_closed": 409,
    "customer_is_erased": 410,
    "photo_too_big": 413,
    "photo_is_heic": 415,
    "photo_is_film": 415,
    "photo_is_pdf": 415,
    "photo_unknown": 415,
}
"""Of what a photo is refused for; all else is 422."""

_log = structlog.get_logger("http_evidence")


class HttpEvidence:
    """The door over a pool. `keys`: what senders sign with."""

    def __init__(
        self, pool: asyncpg.Pool, keys: SigningKeys, settings: IntakeSettings, clock: Callable[[], datetime]
    ) -> None:
        self._keys = keys
        self._settings = settings
        self._clock = clock
        self._door = EvidenceDoor(pool, settings)
        self._free = asyncio.Semaphore(AT_ONCE)

    def attach(self, app: FastAPI) -> None:
        """Add the door's address to an application."""
        address = "/cases/{shop}/{case_no}/evidence"
        app.add_api_route(address, self.evidence, methods=["POST"], include_in_schema=False)

    async def evidence(self, request: Request, shop: str, case_no: str) -> Response:
        """Take one photo."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw}
        giver = request.query_params.get("from", Party.CUSTOMER.value)
        try:
            signed_for = self._keys.look(headers, self._clock())
        except BadSignature as error:
            return _unsigned(error)
        if giver not in GIVERS:
            return _refused(Problem(code="unknown_giver", where="from"))
        if not (is_business_id(shop) and is_business_id(case_no)):
            return _refused(Problem(code="no_such_case"))
        if not signed_for.startswith(f"{shop}/{case_no}/{giver}/"):
            return _refused(Problem(code="signed_for_another", where="webhook-id"))
        if self._free.locked():
            return self._later(429)
        async with self._free:
            try:
                raw = await read_body(request, self._settings.photo_bytes, BODY_WITHIN, FIRST_WITHIN)
            except (TimeoutError, ClientDisconnect):
                return Response(status_code=408)
            if raw is None:
                return _refused(Problem(code="photo_too_big", detail=self._limit()))
            now = self._clock()
            try:
                self._keys.verify(headers, raw, now)
            except BadSignature as error:
                return _unsigned(error)
            return await self._take(shop, case_no, raw, Party(giver), now)

    async def _take(self, shop: str, case_no: str, raw: bytes, giver: Party, now: datetime) -> Response:
        try:
            taken = await self._door.take(shop, case_no, raw, given_by=giver, taken_in_by="http", at=now)
        except PhotoRefused as error:
            return _refused(error.problem)
        except DATABASE_AWAY as error:
            _log.warning("door_closed", why=type(error).__name__)
            return self._later(503)
        content = {"ref": taken.ref, "known": taken.known, "media_type": taken.media_type, "size": taken.size}
        return JSONResponse(content, 200 if taken.known else 202)

    def _limit(self) -> dict[str, str]:
        return {"megabytes": str(self._settings.photo_bytes // 2**20)}

    def _later(self, status: int) -> Response:
        after = str(self._settings.retry_after_seconds)
        answer = _told(status, [{"where": "", "what": f"send it again after {after} s; nothing was taken"}])
        answer.headers["Retry-After"] = after
        return answer


def _unsigned(error: BadSignature) -> Response:
    return _told(401, [{"where": "webhook-signature", "what": str(error)}])


def _refused(problem: Problem) -> Response:
    return _told(_STATUS.get(problem.code, 422), [problem.told()])


def _told(status: int, problems: list[dict[str, Any]]) -> Response:
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "problems": problems}
    return JSONResponse(content, status, media_type=_PROBLEM)
