"""The HTTP door: partners post events, signed, and learn at once what became of them.

    POST /events   202 in the inbox · 200 known already · 401 not signed · 409 the same id with another content
                   413 too big · 422 not right, kept in quarantine · 429 come later · 503 the database is away
    GET /healthz   the process answers        GET /readyz   events can be taken
    POST /cases/{shop}/{case_no}/evidence     a photo: starter/http_evidence.py

CloudEvents 1.0, structured, batch and binary. The signature (Standard Webhooks) is over the raw body and `webhook-id`,
and is checked before anything is parsed; in binary mode that id ends with a digest of the event's attributes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from domain.webhook_signature import ID, BadSignature, SigningKeys
from starter.door import Door, Refused
from starter.envelope import attributes_digest, is_binary, read_message
from starter.http_body import read_body
from starter.http_evidence import HttpEvidence
from starter.intake_settings import IntakeSettings
from starter.problem import BadEvent, Problem
from store.inbox import DATABASE_AWAY

KEPT_HEADERS = ("content-type", "webhook-id", "webhook-timestamp", "webhook-signature")
ANSWER_WITHIN = 4.0  # seconds: partners hang up after five
BODY_WITHIN = 20.0  # seconds for a body to arrive
DEPTH_EVERY = 1.0  # seconds between two counts of the inbox

_log = structlog.get_logger("http_door")


def wall_clock() -> datetime:
    """The machine's time: signatures bind machines, not cases."""
    return datetime.now(UTC)


class HttpDoor:
    """The door over a pool. `keys`: what senders sign with."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        keys: SigningKeys,
        settings: IntakeSettings,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._settings = settings
        self._clock = clock
        self._door = Door(pool, "http")
        self._counted = (-DEPTH_EVERY, False)
        self._evidence = HttpEvidence(pool, keys, settings, clock)

    def attach(self, app: FastAPI) -> None:
        """Add the door's addresses to an application."""
        app.add_api_route("/events", self.events, methods=["POST"], include_in_schema=False)
        app.add_api_route("/healthz", self.healthz, methods=["GET"], include_in_schema=False)
        app.add_api_route("/readyz", self.readyz, methods=["GET"], include_in_schema=False)
        self._evidence.attach(app)

    async def healthz(self) -> Response:
        """The process answers."""
        return JSONResponse({"status": "ok"})

    async def readyz(self) -> Response:
        """Events can be taken: the database answers and has the inbox."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._pool.fetchval("SELECT count(*) FROM (SELECT FROM inbox LIMIT 1) AS one")
        except (*DATABASE_AWAY, asyncpg.PostgresError) as error:
            return JSONResponse({"status": "not ready", "why": type(error).__name__}, 503)
        return JSONResponse({"status": "ready"})

    async def events(self, request: Request) -> Response:
        """Take the events of one message."""
        try:
            raw = await read_body(request, self._settings.body_bytes, BODY_WITHIN)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408)
        if raw is None:
            return _told(413, Problem(code="too_long", where="body", detail={"limit": str(self._settings.body_bytes)}))
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw}
        try:
            _covers(self._keys.verify(headers, raw, self._clock()), headers)
        except BadSignature as error:
            return JSONResponse({"problems": [{"where": "webhook-signature", "what": str(error)}]}, 401)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                if await self._deep():
                    return self._later(429)
                return await self._take(headers, raw)
        except DATABASE_AWAY as error:
            _log.warning("door_closed", why=type(error).__name__)
            return self._later(503)

    async def _take(self, headers: dict[str, str], raw: bytes) -> Response:
        kept = {name: value for name, value in headers.items() if name in KEPT_HEADERS or name.startswith("ce-")}
        try:
            events = read_message(headers, raw, most=self._settings.events_per_batch)
        except BadEvent as error:
            entry = await self._door.keep("http", raw, kept, error.problems)
            refused = _problem(Refused(1, entry, error.problems))
            return JSONResponse({"accepted": 0, "duplicate": 0, "problems": [refused]}, 422)
        taken = await self._door.take_message(events, raw, kept)
        status = 202 if taken.accepted else 200
        if taken.conflicts:
            status = 409
        if taken.bad:
            status = 422
        content: dict[str, Any] = {"accepted": taken.accepted, "duplicate": taken.duplicate}
        if taken.bad or taken.conflicts:
            content["problems"] = [_problem(one) for one in (*taken.bad, *taken.conflicts)]
        return JSONResponse(content, status)

    async def _deep(self) -> bool:
        counted, deep = self._counted
        if monotonic() - counted >= DEPTH_EVERY:
            most = self._settings.deep_inbox
            deep = await self._door.inbox.depth(self._door.name, most) >= most  # a long file shuts no partner out
            self._counted = (monotonic(), deep)
        return deep

    def _later(self, status: int) -> Response:
        after = str(self._settings.retry_after_seconds)
        return JSONResponse(
            {"problems": [{"where": "", "what": f"send it again after {after} s; nothing was taken"}]},
            status,
            headers={"Retry-After": after},
        )


def _covers(message_id: str, headers: Mapping[str, str]) -> None:
    """Whether what was signed says what the event is about. Raises BadSignature."""
    if is_binary(headers) and not message_id.endswith(f"/{attributes_digest(headers)}"):
        raise BadSignature(
            f"in binary mode {ID} must end with / and the SHA-256 of the lines ce-name:value (sorted, as sent), since "
            "the signature covers no other header; or send application/cloudevents+json"
        )


def _problem(refused: Refused) -> dict[str, Any]:
    return {
        "event": refused.place,
        "quarantine": refused.entry,
        "problems": [problem.told() for problem in refused.problems],
    }


def _told(status: int, problem: Problem) -> Response:
    return JSONResponse({"problems": [problem.told()]}, status)
