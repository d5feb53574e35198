"""One call of the partner wire (docs/partner-wire.md): a signed JSON request; an answer measured, checked and read.

Here the error classes of `domain.ports` are chosen. What makes the difference is whether a call that was sent may be
sent again:

    nothing was done: connect, pool, 429, signed 503, signed 401    PartnerUnavailable
    the partner's final no: any other signed 4xx                    PartnerRefused
    no proven answer to a call that must be asked for               OutcomeUnknown
    no proven answer to a read or to a call repeatable by its key   PartnerUnavailable

"No proven answer": time-out, reset, other 5xx, bad signature, unreadable or oversized body. An unsigned refusal is no
refusal: a proxy that answers 404 for an hour must not end cases. Texts name the operation and codes, never a person.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import httpx2

from domain.ports.partner import OutcomeUnknown, PartnerError, PartnerRefused, PartnerUnavailable
from domain.webhook_signature import BadSignature, SigningKeys
from gateways.standard_webhooks import SignedExchange, wall_clock

MAX_ANSWER_BYTES = 256 * 1024
_CODE = re.compile(r"[0-9A-Za-z_.:-]{1,64}")
_LONGEST_WAIT = 86_400.0  # seconds that a partner's Retry-After may ask for


class Effect(Enum):
    """What sending a call a second time would do."""

    READS = "reads"
    REPEATABLE = "repeatable"  # the partner knows the key and does it once
    ASK_FIRST = "ask_first"  # money and messages: `find` before anything is sent again


def partner_client(connect: float = 3.0, total: float = 10.0) -> httpx2.AsyncClient:
    """An HTTP client for all gateways of a process:

    Connections are kept and reused. Times in seconds. The caller closes it.
    """
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(total, connect=connect),
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=15.0),
        follow_redirects=False,
    )


class PartnerWire:
    """The wire to one partner at one base URL."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        url: str,
        keys: SigningKeys,
        *,
        total_seconds: float = 15.0,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """`total_seconds` bounds a whole call: the client's own time-outs start anew with every chunk.

        Raises:
            ValueError: `url` is no absolute http(s) address, or carries credentials.
        """
        parsed = httpx2.URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
            raise ValueError("a partner's address must be http(s)://host[:port][/path], without user or password")
        self._url = str(parsed).rstrip("/")
        self._client = client
        self._exchange = SignedExchange(keys, clock)
        self._total = total_seconds

    def __repr__(self) -> str:
        return f"PartnerWire({self._url})"

    async def call(self, operation: str, content: dict[str, Any], effect: Effect, key: str = "") -> dict[str, Any]:
        """Call `operation` (`<partner>.<verb>`) and return the answer's JSON object.

        Raises:
            PartnerUnavailable, OutcomeUnknown, PartnerRefused: as the table above says.
        """
        body = json.dumps({"operation": operation, **content}, ensure_ascii=False, separators=(",", ":")).encode()
        signed = self._exchange.request(body)
        headers = {"content-type": "application/json", "accept-encoding": "identity", **signed}
        if key:
            headers["idempotency-key"] = key
        try:
            async with asyncio.timeout(self._total):
                response, answer = await self._send(operation, body, headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise PartnerUnavailable(f"{operation}: not reached ({type(error).__name__})") from None
        except (httpx2.HTTPError, httpx2.StreamError, TimeoutError) as error:
            raise _unproven(operation, effect, f"no answer ({type(error).__name__})") from None
        return self._read(operation, effect, response, answer, signed["webhook-id"])

    async def _send(self, operation: str, body: bytes, headers: dict[str, str]) -> tuple[httpx2.Response, bytes | None]:
        """The response and its body, or None for the body when that is too large or packed."""
        address = f"{self._url}/v1/{operation.replace('.', '/')}"
        async with self._client.stream(
            "POST", address, content=body, headers=headers, follow_redirects=False
        ) as response:
            if response.headers.get("content-encoding", "identity") != "identity":
                return response, None  # we asked for none: a packed answer can be a bomb
            chunks: list[bytes] = []
            size = 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    return response, None
                chunks.append(chunk)
            return response, b"".join(chunks)

    def _read(
        self, operation: str, effect: Effect, response: httpx2.Response, answer: bytes | None, request_id: str
    ) -> dict[str, Any]:
        status = response.status_code
        if status == 429:  # a limiter stands in front of the partner and need not know the key
            raise PartnerUnavailable(f"{operation}: 429", _retry_after(response))
        if answer is None:
            raise _unproven(operation, effect, f"{status} with more than {MAX_ANSWER_BYTES} bytes, or packed")
        try:
            self._exchange.check_answer(response.headers, answer, request_id)
        except BadSignature as problem:
            raise _unproven(operation, effect, f"{status}, and the answer is not proven: {problem}") from None
        try:
            document = json.loads(answer)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise _unproven(operation, effect, f"{status} with a body that is no JSON object")
        if status == 200:
            return document
        code = _error_code(document)
        if status == 401:
            raise PartnerUnavailable(f"{operation}: 401 {code}; check the signing secret and the clock")
        if status == 503:
            raise PartnerUnavailable(f"{operation}: 503 {code}", _retry_after(response))
        if 400 <= status < 500:
            raise PartnerRefused(code, f"{operation} answered {status}")
        raise _unproven(operation, effect, f"{status} {code}")


def _unproven(operation: str, effect: Effect, text: str) -> PartnerError:
    if effect is Effect.ASK_FIRST:
        return OutcomeUnknown(f"{operation}: {text}")
    return PartnerUnavailable(f"{operation}: {text}")


def code_of(raw: Any) -> str:
    """A partner's code as it came, if it looks like one: free text could hold a person and is not passed on."""
    text = str(raw) if isinstance(raw, str | int) else ""
    return text if _CODE.fullmatch(text) else "unreadable_code" if text else ""


def _error_code(document: dict[str, Any]) -> str:
    error = document.get("error")
    return (code_of(error.get("code")) if isinstance(error, dict) else "") or "no_code"


def _retry_after(response: httpx2.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    try:
        seconds = float(text) if text.replace(".", "", 1).isdigit() else _until(text)
    except ValueError:
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _until(text: str) -> float:
    moment = parsedate_to_datetime(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
