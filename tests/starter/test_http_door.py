"""The HTTP door answers partners over real HTTP: what was taken, what was wrong and where, when to come again."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from standardwebhooks.webhooks import Webhook

from domain.webhook_signature import SigningKeys
from local.child import free_port
from starter.envelope import BATCH, STRUCTURED, CloudEvent, encode
from starter.http_door import HttpDoor
from starter.intake_settings import IntakeSettings
from store.inbox import DATABASE_AWAY, Inbox
from store.pool import open_pool
from store.quarantine import Quarantine
from tests.starter.events import arrival, fact, request

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OLD_SECRET = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()


@asynccontextmanager
async def door(pool: asyncpg.Pool, **settings: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """A door on a port of this machine, and a client for it."""
    app = FastAPI()
    HttpDoor(pool, SigningKeys.parse(f"{SECRET} {OLD_SECRET}"), IntakeSettings.read(**settings)).attach(app)
    port = free_port(None)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn tells it by this flag alone
        await asyncio.sleep(0.01)
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client
    server.should_exit = True
    await task


@pytest_asyncio.fixture
async def partner(pool: asyncpg.Pool) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a door with the usual settings."""
    async with door(pool) as client:
        yield client


def signed(
    body: bytes, content_type: str = STRUCTURED, *, secret: str = SECRET, at: datetime | None = None, id: str = "msg_1"
) -> Any:
    """Headers that the public Standard Webhooks library makes for a body."""
    at = at or datetime.now(UTC)
    signature = Webhook(secret).sign(id, at, body.decode("utf-8", "surrogateescape"))
    return {
        "content-type": content_type,
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


async def post(partner: httpx2.AsyncClient, body: bytes, content_type: str = STRUCTURED, **how: Any) -> httpx2.Response:
    """Post a signed body."""
    return await partner.post("/events", content=body, headers=signed(body, content_type, **how))


async def test_event_is_taken_once_and_known_afterwards(partner: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    """202 when the event lies in the inbox, 200 when it comes again, 409 when its id comes with another content."""
    body = encode(request())
    assert (await post(partner, body)).status_code == 202
    assert await pool.fetchval("SELECT raw FROM inbox") == body
    assert (await post(partner, body)).status_code == 200
    spelled_otherwise = json.dumps(json.loads(body), indent=1).encode()
    assert (await post(partner, spelled_otherwise)).status_code == 200
    answer = await post(partner, encode(request(reason="quality")))
    assert answer.status_code == 409
    assert answer.json()["problems"][0]["problems"][0]["code"] == "conflict"
    assert await Inbox(pool).counts() == {"new": 1}
    assert len(await Quarantine(pool).entries()) == 1


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_both_keys_open_the_door_while_one_is_changed(partner: httpx2.AsyncClient, secret: str) -> None:
    """While a partner changes its key, bodies signed with the old and with the new one are taken."""
    assert (await post(partner, encode(request()), secret=secret)).status_code == 202


async def test_unsigned_and_stale_messages_stay_outside(partner: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    """Without a signature, with a changed body, or with a stamp of an hour ago: 401, and nothing is kept."""
    body = encode(request())
    unsigned = await partner.post("/events", content=body, headers={"content-type": STRUCTURED})
    changed = await partner.post("/events", content=body + b" ", headers=signed(body))
    stale = await post(partner, body, at=datetime.now(UTC) - timedelta(hours=1))
    assert [answer.status_code for answer in (unsigned, changed, stale)] == [401, 401, 401]
    assert await Inbox(pool).counts() == {}
    assert await Quarantine(pool).entries() == []


async def test_signature_is_checked_before_anything_is_read(partner: httpx2.AsyncClient) -> None:
    """A stranger learns nothing of our checks: a broken body without a signature is 401, not 422."""
    assert (await partner.post("/events", content=b"{", headers={"content-type": STRUCTURED})).status_code == 401


async def test_wrong_fields_are_named_and_the_body_is_kept(partner: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    """422 says which fields are wrong in both languages, repeats no value, and keeps the body as it came."""
    body = encode(request(case_type="give_me_gold", requested_at="2026-03-01T09:30:00", reason="秘密原因"))
    answer = await post(partner, body)
    assert answer.status_code == 422
    (refused,) = answer.json()["problems"]
    assert {problem["where"] for problem in refused["problems"]} == {
        "data.case_type",
        "data.requested_at",
        "data.reason",
    }
    assert "秘密原因" not in answer.text
    assert "give_me_gold" not in answer.text
    kept = await Quarantine(pool).show(refused["quarantine"])
    assert kept is not None
    assert kept.raw == body
    assert await Inbox(pool).counts() == {}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"[]", "not_object"),
        (b'"x"', "not_object"),
        (b"\xff\xfe{}", "not_utf8"),
        (b'{"id": 1, "id": 2}', "duplicate_key"),
        (b"[" * 5_000 + b"]" * 5_000, "too_deep"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "too_deep"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not_json"),
        (b'{"a": "\\u0000"}', "nul"),
        (b'{"a": "\\ud800"}', "control_character"),
        (b'{"specversion":"1.0","id":"a\\nb","source":"s","type":"aftersales.request"}', "control_character"),
        (b'{"specversion":"1.0","id":"1","source":"s","type":"aftersales.dance"}', "unknown_type"),
        (b'{"specversion":"1.0","id":"1","source":"s","type":"aftersales.customer_replied"}', "no_case_named"),
        (
            b'{"specversion":"1.0","id":"1","source":"s","type":"aftersales.customer_replied","subject":"a b/c"}',
            "bad_subject",
        ),
        (b'{"specversion":"0.3","id":"1","source":"s","type":"aftersales.request"}', "literal_error"),
    ],
)
async def test_hostile_bodies_get_a_clear_answer(
    partner: httpx2.AsyncClient, pool: asyncpg.Pool, body: bytes, code: str
) -> None:
    """Whatever bytes come with a good signature: 422 with what is wrong, the bytes kept, and the door goes on."""
    keys = SigningKeys.parse(SECRET)
    headers = {"content-type": STRUCTURED} | keys.sign("msg_1", datetime.now(UTC), body)
    answer = await partner.post("/events", content=body, headers=headers)
    assert answer.status_code == 422
    (refused,) = answer.json()["problems"]
    assert refused["problems"][0]["code"] == code
    assert await pool.fetchval("SELECT raw FROM quarantine WHERE id = $1", refused["quarantine"]) == body
    assert (await partner.get("/readyz")).status_code == 200


async def test_batch_takes_the_good_and_names_the_bad(partner: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    """Of a batch, good events are taken and bad ones named by their place; sending the batch again is harmless."""
    batch = [json.loads(encode(request(f"20260301{n:05}"))) for n in range(4)]
    batch.insert(2, {"specversion": "1.0", "id": "x"})
    batch.append(json.loads(encode(fact("return_shipped", id="f", subject="demo/1"))))
    body = json.dumps(batch).encode()
    answer = await post(partner, body, BATCH)
    assert answer.status_code == 422
    assert answer.json()["accepted"] == 4
    assert [refused["event"] for refused in answer.json()["problems"]] == [3, 6]
    again = await post(partner, body, BATCH)
    assert (again.json()["accepted"], again.json()["duplicate"]) == (0, 4)
    assert await Inbox(pool).counts() == {"new": 4}
    assert len(await Quarantine(pool).entries()) == 2


@pytest.mark.parametrize("named", [{"rma": "?"}, {"waybill": "?"}, {"case_no": "1", "shop": "?"}])
async def test_a_number_that_is_none_is_refused_at_the_door(
    partner: httpx2.AsyncClient, pool: asyncpg.Pool, named: dict[str, str]
) -> None:
    """What names a case by thousands of characters, or by a list, is told where and what: no table chokes on it."""
    chance = random.Random(1)  # letters that nothing can pack
    endless = "".join(chance.choices(string.ascii_letters, k=9000))
    for value, code in ((endless, "string_too_long"), ([], "string_type")):
        data = {key: value if said == "?" else said for key, said in named.items()}
        answer = await post(partner, encode(fact("customer_replied", id="f", **data)))
        assert answer.status_code == 422
        assert answer.json()["problems"][0]["problems"][0]["code"] == code
    assert await Inbox(pool).counts() == {}


def binary(event: CloudEvent, **instead: str) -> tuple[bytes, dict[str, str]]:
    """An event in binary mode (docs/intake.md): body and signed headers. `instead`: headers changed on the way."""
    body = json.dumps(event.data, ensure_ascii=False).encode()
    ce = {"ce-specversion": "1.0", "ce-id": event.id, "ce-source": event.source, "ce-type": event.type}
    if event.subject:
        ce["ce-subject"] = event.subject
    digest = sha256("".join(f"{name}:{ce[name]}\n" for name in sorted(ce)).encode()).hexdigest()
    return body, signed(body, "application/json", id=f"msg-1/{digest}") | ce | instead


async def test_binary_mode_is_the_same_event(partner: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    """An event with its attributes in headers is the same event as the structured one."""
    event = request()
    body, headers = binary(event)
    assert (await partner.post("/events", content=body, headers=headers)).status_code == 202
    assert (await post(partner, encode(event))).status_code == 200
    assert await Inbox(pool).counts() == {"new": 1}


@pytest.mark.parametrize("changed", [{"ce-subject": "demo/another-case"}, {"ce-id": "r2"}, {"webhook-id": "msg-2"}])
async def test_a_signed_body_cannot_be_sent_to_another_case(
    partner: httpx2.AsyncClient, pool: asyncpg.Pool, changed: dict[str, str]
) -> None:
    """Whoever saw a signed message can change neither what it is about nor its number and have it believed."""
    data = {"waybill": "SF1", "lines": [{"sku": "CUP", "quantity": 1}]}
    type, subject = "aftersales.return_received", "demo/a-case"
    receipt = CloudEvent(specversion="1.0", id="r1", source="wms", type=type, subject=subject, data=data)
    body, headers = binary(receipt, **changed)
    answer = await partner.post("/events", content=body, headers=headers)
    assert answer.status_code == 401
    assert await Inbox(pool).counts() == {}
    body, headers = binary(receipt)
    assert (await partner.post("/events", content=body, headers=headers)).status_code == 202


async def test_unknown_content_type_is_explained(partner: httpx2.AsyncClient) -> None:
    """A body of another kind is refused with the kinds that are taken."""
    answer = await post(partner, b"a=1", "application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "cloudevents+json" in answer.text


async def test_too_big_is_refused_unread(pool: asyncpg.Pool) -> None:
    """413 for a body above the limit, whether its length was told or it comes in pieces without end."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 1024

    async with door(pool, body_bytes=10_240) as partner:
        assert (await post(partner, b" " * 20_000)).status_code == 413
        try:
            answer = await partner.post("/events", content=pieces(), headers=signed(b""))
        except httpx2.HTTPError:  # it hung up while we were still sending
            answer = None
        assert answer is None or answer.status_code == 413
        assert (await partner.get("/readyz")).status_code == 200


async def test_deep_inbox_asks_to_come_later(pool: asyncpg.Pool) -> None:
    """When too much is not handed over yet: 429 with a time to come again, and nothing is taken."""
    async with door(pool, deep_inbox=1) as partner:
        assert (await post(partner, encode(request()))).status_code == 202
        await asyncio.sleep(1.1)
        answer = await post(partner, encode(request("2026030100002")))
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert await Inbox(pool).counts() == {"new": 1}


async def test_a_long_file_shuts_no_partner_out(pool: asyncpg.Pool) -> None:
    """While the rows of a shop's export wait to be handed over, what partners of other shops send is taken."""
    await Inbox(pool).put([arrival(request(f"20260301{n:05}"), "file") for n in range(5)])
    async with door(pool, deep_inbox=1) as partner:
        assert (await post(partner, encode(request(shop="other", id="other")))).status_code == 202


async def test_partners_are_asked_to_come_later_while_another_database_takes_over(database: str) -> None:
    """A standby that takes no writes yet is a database that is away: 503, and a dispatcher that waits."""
    async with await open_pool(f"{database}?default_transaction_read_only=on") as standby:
        async with door(standby) as partner:
            answer = await post(partner, encode(request()))
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        with pytest.raises(DATABASE_AWAY):
            await Inbox(standby).claim(1, timedelta(minutes=1))


async def test_without_a_database_partners_are_asked_to_come_later() -> None:
    """With PostgreSQL away: 503 with a time to come again; the process lives and says that it is not ready."""
    nowhere = await open_pool(f"postgresql://nobody@127.0.0.1:{free_port(None)}/none", min_size=0)
    async with door(nowhere) as partner:
        answer = await post(partner, encode(request()))
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert (await partner.get("/readyz")).status_code == 503
        assert (await partner.get("/healthz")).status_code == 200
    await nowhere.close()
