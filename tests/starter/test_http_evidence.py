"""Photos over real HTTP: kept cleaned, told to the case once, refused with what to do."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from fastapi import Request
from temporalio.client import Client

from domain.identity import workflow_id
from domain.webhook_signature import SigningKeys
from starter.http_body import read_body
from starter.http_evidence import AT_ONCE, BODY_WITHIN, FIRST_WITHIN
from store.evidence import PostgresEvidence
from store.inbox import Inbox
from store.pool import open_pool
from tests.photos import SECRETS, dressed
from tests.starter.conftest import MakeDispatcher
from tests.starter.events import SHOP, arrival, request
from tests.starter.test_http_door import SECRET, door

ORDER = "2026030100001"
CASE = f"{ORDER}-return_refund"
KEYS = SigningKeys.parse(SECRET)


@pytest_asyncio.fixture
async def partner(pool: asyncpg.Pool) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a door with the usual settings."""
    async with door(pool) as client:
        yield client


@pytest_asyncio.fixture
async def case(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> str:
    """An open case."""
    await Inbox(pool).put([arrival(request(ORDER))])
    await make_dispatcher().drain()
    return CASE


async def send(
    partner: httpx2.AsyncClient, body: bytes, case: str = CASE, *, shop: str = SHOP, **query: str
) -> httpx2.Response:
    """Post a signed photo."""
    target = f"{shop}/{case}/{query.get('from', 'customer')}"
    headers = {"content-type": "image/png"} | KEYS.sign(f"{target}/{random.random()}", datetime.now(UTC), body)
    return await partner.post(f"/cases/{shop}/{case}/evidence", params=query, content=body, headers=headers)


async def kept(pool: asyncpg.Pool) -> tuple[int, int]:
    """How many photos, and how many messages about photos, there are."""
    photos = await pool.fetchval("SELECT count(*) FROM evidence_blobs")
    return photos, await pool.fetchval("SELECT count(*) FROM inbox WHERE type = 'aftersales.evidence_received'")


def problem(answer: httpx2.Response) -> dict[str, Any]:
    """The one problem of a refusal, which is told as problem details in both languages."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"]
    (one,) = told["problems"]
    return dict(one)


async def test_a_photo_is_kept_clean_and_told_once(
    partner: httpx2.AsyncClient, pool: asyncpg.Pool, case: str, make_dispatcher: MakeDispatcher, shop_client: Client
) -> None:
    """The same file sent twice, even at once, is one reference and one message, and holds nothing but its picture."""
    raw = dressed(orientation=6)
    answers = await asyncio.gather(send(partner, raw), send(partner, raw))
    assert sorted(answer.status_code for answer in answers) == [200, 202]
    assert (await send(partner, raw, **{"from": "courier"})).json()["known"] is True
    (ref,) = {answer.json()["ref"] for answer in answers}
    assert await kept(pool) == (1, 1)
    (photo,) = await PostgresEvidence(pool).of_case(SHOP, case)
    assert (photo.ref, photo.given_by, photo.taken_in_by) == (ref, "customer", "http")
    assert (photo.media_type, photo.width, photo.height) == ("image/jpeg", 48, 64)
    _, content = await PostgresEvidence(pool).content(SHOP, ref) or ("", b"")
    assert [secret for secret in SECRETS if secret in content] == []

    await make_dispatcher().drain()
    heard = await shop_client.get_workflow_handle(workflow_id(SHOP, case)).query("heard")
    assert [(name, told["items"], told["by"]) for name, told in heard] == [("evidence_received", [ref], "customer")]


async def test_whose_photo_it_is_is_told(partner: httpx2.AsyncClient, pool: asyncpg.Pool, case: str) -> None:
    """A warehouse's photo counts as the warehouse's; nobody with authority can be named."""
    assert (await send(partner, dressed("PNG"), **{"from": "warehouse"})).status_code == 202
    assert (await PostgresEvidence(pool).of_case(SHOP, case))[0].given_by == "warehouse"
    refused = await send(partner, dressed("WEBP"), **{"from": "supervisor"})
    assert (refused.status_code, problem(refused)["code"]) == (422, "unknown_giver")
    assert await kept(pool) == (1, 1)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "photo_empty"),
        (b"a text called photo.png", 415, "photo_unknown"),
        (b"\0\0\0\x18ftypheic" + bytes(50), 415, "photo_is_heic"),
        (b"\0\0\0\x18ftypmp42" + bytes(50), 415, "photo_is_film"),
        (b"%PDF-1.7", 415, "photo_is_pdf"),
        (dressed()[:800], 422, "photo_damaged"),
    ],
)
async def test_what_cannot_be_kept_is_refused_with_what_to_do(
    partner: httpx2.AsyncClient, pool: asyncpg.Pool, case: str, body: bytes, status: int, code: str
) -> None:
    """The answer says in both languages what to send instead; nothing is half stored, not even in quarantine."""
    answer = await send(partner, body)
    assert (answer.status_code, problem(answer)["code"]) == (status, code)
    assert problem(answer)["what"] != problem(answer)["what_zh"]
    assert await kept(pool) == (0, 0)
    assert await pool.fetchval("SELECT count(*) FROM quarantine") == 0
    assert (await send(partner, dressed())).status_code == 202


async def test_strangers_learn_nothing(partner: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    """Without a signature or with another body than was signed: 401, whether the case exists or not."""
    unsigned = await partner.post(f"/cases/{SHOP}/{CASE}/evidence", content=dressed())
    headers = KEYS.sign(f"{SHOP}/{CASE}/customer/1", datetime.now(UTC), b"another body")
    changed = await partner.post(f"/cases/{SHOP}/{CASE}/evidence", content=dressed(), headers=headers)
    assert [unsigned.status_code, changed.status_code] == [401, 401]
    assert problem(unsigned)["where"] == "webhook-signature"
    assert await kept(pool) == (0, 0)


async def test_a_photo_goes_only_where_it_was_signed_to(
    partner: httpx2.AsyncClient, pool: asyncpg.Pool, case: str
) -> None:
    """P-PRIV: what was signed for one case is not taken for another shop, case or giver, nor under an id of nowhere."""
    body = dressed()
    for signed_for in ("msg-1", f"other/{case}/customer/1", f"{SHOP}/{case}0/customer/1", f"{SHOP}/{case}/courier/1"):
        headers = KEYS.sign(signed_for, datetime.now(UTC), body)
        answer = await partner.post(f"/cases/{SHOP}/{case}/evidence", content=body, headers=headers)
        assert (answer.status_code, problem(answer)["code"]) == (401, "signed_for_another")
    assert await kept(pool) == (0, 0)
    assert (await send(partner, body)).status_code == 202


async def test_a_stranger_holds_no_place(partner: httpx2.AsyncClient, case: str) -> None:
    """Senders without headers, or with old ones, are refused before their body comes, however many there are."""

    async def answer_to(headers: dict[str, str]) -> bytes:
        reader, writer = await asyncio.open_connection(partner.base_url.host, partner.base_url.port)
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"POST /cases/{SHOP}/{case}/evidence HTTP/1.1\r\nhost: door\r\n{told}\r\n".encode())
        status = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return status

    old = KEYS.sign(f"{SHOP}/{case}/customer/1", datetime.now(UTC) - timedelta(hours=1), b"")
    for headers in ({}, old):
        many = (answer_to(headers | {"content-length": "1000"}) for _ in range(AT_ONCE + 1))
        async with asyncio.timeout(FIRST_WITHIN):
            assert {status.split()[1] for status in await asyncio.gather(*many)} == {b"401"}


async def test_who_says_nothing_is_soon_let_go() -> None:
    """The first byte must come soon; after it a slow sender has the whole time."""

    def a_request(*pauses: float | None) -> Request:
        left = iter(pauses)

        async def receive() -> dict[str, Any]:
            pause = next(left, 0.0)
            await (asyncio.Event().wait() if pause is None else asyncio.sleep(pause))
            return {"type": "http.request", "body": b"x", "more_body": pause == 0.0}

        return Request({"type": "http", "headers": []}, receive)

    with pytest.raises(TimeoutError):
        await read_body(a_request(None), 10, BODY_WITHIN, 0.05)
    assert await read_body(a_request(0.0, 0.2), 10, BODY_WITHIN, 0.05) == b"xx"


async def test_too_big_is_refused_unread(pool: asyncpg.Pool, case: str) -> None:
    """413 above the limit, whether the length was told or the photo comes in pieces without end."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"\xff" * 1024

    async with door(pool, photo_bytes=10_240) as partner:
        answer = await send(partner, bytes(25_000))
        assert (answer.status_code, problem(answer)["code"]) == (413, "photo_too_big")
        try:
            headers = KEYS.sign(f"{SHOP}/{case}/customer/1", datetime.now(UTC), b"")
            endless = await partner.post(f"/cases/{SHOP}/{case}/evidence", content=pieces(), headers=headers)
        except httpx2.HTTPError:  # it hung up while we were still sending
            endless = None
        assert endless is None or endless.status_code == 413
        assert (await partner.get("/readyz")).status_code == 200


async def test_a_photo_needs_a_case_that_takes_it(partner: httpx2.AsyncClient, pool: asyncpg.Pool, case: str) -> None:
    """No such case, a closed one, and one of an erased customer take no photo; what was there before is known."""
    for shop, number in ((SHOP, "nobody"), ("other", case), (SHOP, "%00"), (SHOP, "a b")):
        answer = await send(partner, dressed(), number, shop=shop)
        assert (answer.status_code, problem(answer)["code"]) == (404, "no_such_case")
    assert (await send(partner, dressed())).status_code == 202
    await pool.execute("UPDATE cases SET stage = 'closed', closed_at = now()")
    late = await send(partner, dressed("PNG"))
    assert (late.status_code, problem(late)["code"]) == (409, "case_is_closed")
    assert (await send(partner, dressed())).status_code == 200
    await pool.execute("UPDATE cases SET stage = 'intake', closed_at = NULL")
    await pool.execute("UPDATE customers SET erased_at = now()")
    gone = await send(partner, dressed("WEBP"))
    assert (gone.status_code, problem(gone)["code"]) == (410, "customer_is_erased")
    assert await kept(pool) == (1, 1)


async def test_a_platforms_own_number_finds_the_case(
    partner: httpx2.AsyncClient, pool: asyncpg.Pool, case: str
) -> None:
    """A photo sent under a platform's number lies with the case's own number, once."""
    await pool.execute("INSERT INTO case_aliases (shop, alias, case_no) VALUES ($1, 'TB-1', $2)", SHOP, case)
    one, other = await send(partner, dressed(), "TB-1"), await send(partner, dressed())
    assert (one.status_code, other.status_code, one.json()["ref"]) == (202, 200, other.json()["ref"])


async def test_without_a_database_senders_are_asked_to_come_later() -> None:
    """With PostgreSQL away: 503 with a time to come again."""
    nowhere = await open_pool("postgresql://nobody@127.0.0.1:9/none", min_size=0)
    async with door(nowhere) as partner:
        answer = await send(partner, dressed())
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
    await nowhere.close()
