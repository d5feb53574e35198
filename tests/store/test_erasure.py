"""A customer is forgotten without a trace, and nobody else with him."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.events import Person
from domain.photo import Photo
from domain.ports.customer import PersonUnknown
from domain.vocabulary import Channel
from store.address_book import PostgresAddressBook
from store.case_register import CaseRegister, Handle
from store.erasure import Erasure, _erase
from store.evidence import PostgresEvidence
from store.inbox import Inbox
from store.journal import PostgresJournal
from store.mention import Mention, mention
from store.quarantine import Quarantine
from store.texts import CustomerErased, PostgresTexts
from tests.store.pages import START, page, record
from tests.waiting import until_it_waits_for_a_lock

INVENTED = Person(name="Example Zhang", phone="00000000123", address="1 Nowhere Lane")
ELSEWHERE = Person(name="Example Aunt", phone="00000000789", address="2 Invented Road")
LATER = START + timedelta(days=1)
PICTURE = random.Random(1).randbytes(64)
PERSONAL = ["Example Zhang", "Example Aunt", "00000000123", "1 Nowhere Lane", "2 Invented Road", repr(PICTURE)[2:-1]]


@pytest.fixture
async def book(pool: asyncpg.Pool) -> PostgresAddressBook:
    """An address book that knows one invented person."""
    book = PostgresAddressBook(pool)
    await book.put("demo", "cust-1", INVENTED)
    return book


async def everything(pool: asyncpg.Pool) -> str:
    """All that the database holds, as one text."""
    tables = await pool.fetch(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    parts = [str(await pool.fetch(f"SELECT * FROM {name}")) for (name,) in tables]
    return "\n".join(parts)


async def a_full_case(pool: asyncpg.Pool, book: PostgresAddressBook) -> None:
    """A case C1 of cust-1 with everything that can be known of him."""
    register, texts = CaseRegister(pool), PostgresTexts(pool)
    raw = record("undecodable_message", "1", raw="from Example Zhang", problem="no id")
    await PostgresJournal(pool).write(page(1, range(1, 4), raw))
    await register.add_handle("demo", "C1", Handle.CUSTOMER_REF, "cust-1")
    await register.add_handle("demo", "C1", Handle.WAYBILL, "YT00000001")
    await register.add_handle("demo", "C1", Handle.ORDER_NO, "order-C1")
    await book.put_address("demo", "addr-2", "cust-1", ELSEWHERE)
    await book.block_channels("demo", "cust-1", {Channel.IM})
    await texts.write("demo", "C1", "customer", START, "my name is Example Zhang")
    photo = Photo(media_type="image/png", content=PICTURE, width=1, height=1, fingerprint="0" * 32)
    await PostgresEvidence(pool).attach("demo", "C1", photo, START)
    note = await texts.write("demo", "elsewhere", "agent:1", START, "he asked for Example Aunt")
    await pool.execute(
        "INSERT INTO contact_attempts (key, shop, case_no, customer_ref, channel, at, result, note_ref) "
        "VALUES ('k', 'demo', 'elsewhere', 'cust-1', 'call', $1, 'reached', $2)",
        START, note,
    )  # fmt: skip


async def event(
    pool: asyncpg.Pool, id: str, *, status: str = "done", lane: str = "", raw: str = "", **where: str
) -> None:
    """An event of the inbox that tells of Example Zhang."""
    named = {"shop": "", "case_no": "", "customer_ref": ""} | where
    body = (raw or '{"person": {"name": "Example Zhang", "phone": "00000000123"}}').encode()
    await pool.execute(
        "INSERT INTO inbox "
        "(source, id, type, lane, door, raw, digest, status, settled_at, shop, case_no, customer_ref) VALUES "
        "('s', $1, 't', $2, 'd', $3, '', $4, now(), $5, $6, $7)",
        id, lane, body, status, named["shop"], named["case_no"], named["customer_ref"],
    )  # fmt: skip


async def refused(pool: asyncpg.Pool, origin: str, body: Any, content_type: str = "application/x-ndjson") -> int:
    """A body in quarantine."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await Quarantine(pool).keep(
        origin=origin, door="file", raw=raw, headers={"content-type": content_type}, problems=[{"code": "other"}]
    )


async def bodies(pool: asyncpg.Pool) -> dict[int, str]:
    """Status of the entries in quarantine, by number; emptied ones hold nothing."""
    rows = await pool.fetch("SELECT id, status, raw, edited, headers FROM quarantine")
    assert all(row["raw"] == b"" and row["edited"] is None for row in rows if row["status"] == "emptied")
    return {row["id"]: row["status"] for row in rows}


async def test_erasure_leaves_no_trace_of_the_person(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """P-PRIV: after erasure no table holds his name, phone, address, words or photo; case, journal and sums stay."""
    await a_full_case(pool, book)
    await event(pool, "of the case", shop="demo", case_no="C1")
    await event(pool, "of the customer", shop="demo", customer_ref="cust-1")
    await event(pool, "of his parcel", lane="waybill:YT00000001")
    await event(pool, "quarantined", status="quarantined", lane="case:demo/C1")
    await refused(pool, "file:3", {"shop": "demo", "order": {"order_no": "order-C1"}, "buyer": "Example Zhang"})
    before = await everything(pool)
    assert [text for text in PERSONAL if text not in before] == []

    erased = await Erasure(pool).erase("demo", "cust-1", LATER)

    after = await everything(pool)
    assert [text for text in PERSONAL if text in after] == []
    assert (erased.known, erased.cases, erased.open_cases, erased.person, erased.addresses) == (True, 1, 1, 1, 1)
    assert (erased.texts, erased.photos, erased.unread_messages) == (2, 1, 1)
    assert (erased.events, erased.quarantined, erased.shared, erased.under_way) == (4, 1, 0, 0)
    with pytest.raises(PersonUnknown, match="unknown or erased"):
        await book.recipient("demo", "cust-1")
    assert len(await CaseRegister(pool).timeline("demo", "C1")) == 3
    assert (await PostgresTexts(pool).of_case("demo", "C1"))[0].erased_at == LATER
    (photo,) = await PostgresEvidence(pool).of_case("demo", "C1")
    assert (photo.erased_at, photo.size) == (LATER, 0)
    assert await PostgresEvidence(pool).content("demo", photo.ref) is None
    assert await pool.fetchval("SELECT count(*) FROM contact_attempts WHERE result = 'reached'") == 1


async def test_a_dry_run_erases_nothing_and_tells_all(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """Who looks first sees exactly what the erasure then does, and until then everything is as it was."""
    await a_full_case(pool, book)
    await event(pool, "e", shop="demo", case_no="C1")
    before = await everything(pool)
    seen = await Erasure(pool).erase("demo", "cust-1", LATER, dry_run=True)
    assert await everything(pool) == before
    assert await Erasure(pool).erase("demo", "cust-1", LATER) == seen
    assert seen.anything
    again = await Erasure(pool).erase("demo", "cust-1", LATER, dry_run=True)
    assert (again.known, again.anything, again.cases) == (True, False, 1)


async def test_nobody_is_erased_by_a_misspelt_reference(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """Of a customer whom the shop does not know, nothing is known and nothing goes."""
    for shop, customer in (("demo", "cust-9"), ("other", "cust-1")):
        found = await Erasure(pool).erase(shop, customer, LATER, dry_run=True)
        assert (found.known, found.anything) == (False, False)
    assert (await book.recipient("demo", "cust-1")).name == "Example Zhang"


async def test_refused_bodies_are_found_by_his_numbers(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """Bodies that no door could read go when a number of his stands in them: order, parcel, case, telephone."""
    await a_full_case(pool, book)
    his = [
        await refused(pool, "f:1", {"订单编号": "order-C1", "电话": "?"}),
        await refused(pool, "f:2", {"data": {"shop": "demo", "person": {"phone": "00000000123"}}}),
        await refused(pool, "f:3", {"data": {"shop": "demo", "person": {"phone": "00000000789"}}}),
        await refused(pool, "f:4", {"type": "x", "subject": "demo/C1"}),
        await refused(pool, "f:5", b'{"order_no": "order-C1", "remark": "Example Zhang', "text/plain"),
        await refused(pool, "f:6", "order-C1,YT00000001,买家留言".encode("gb18030"), "text/plain"),
        await refused(pool, "f:7", {"order": {"customer_ref": "cust-1"}}),
    ]
    others = [
        await refused(pool, "g:1", {"订单编号": "order-C10", "电话": "1"}),
        await refused(pool, "g:2", {"data": {"shop": "other", "order": {"order_no": "order-C1"}}}),
        await refused(pool, "g:3", {"subject": "other/C1"}),
        await refused(pool, "g:4", b"my-order-C1-too,YT000000012", "text/plain"),
        await refused(pool, "g:5", {"note": "C1", "sku": "C1"}),
    ]
    batch = [{"order_no": "order-C1"}, {"order_no": "order-C2"}]
    shared = [
        await refused(pool, "h:1", batch),
        await refused(pool, "h:2", b'[{"order_no": "order-C1"}', "application/cloudevents-batch+json"),
    ]
    erased = await Erasure(pool).erase("demo", "cust-1", LATER)
    assert (erased.quarantined, erased.shared) == (len(his), len(shared))
    assert {id for id, status in (await bodies(pool)).items() if status == "emptied"} == set(his)
    assert {id for id, status in (await bodies(pool)).items() if status == "open"} == {*others, *shared}


async def test_a_quarantined_event_goes_with_its_entry(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """An event that a door took and the dispatcher refused loses both its bodies, a corrected one too."""
    await a_full_case(pool, book)
    await event(
        pool, "q", raw='{"order": {"order_no": "order-C1"}, "remark": "Example Zhang"}', lane="case:demo/other-1"
    )
    await pool.execute("UPDATE inbox SET status = 'new', due_at = now()")
    (row,) = await Inbox(pool).claim(1, timedelta(minutes=1))
    number = await Quarantine(pool).keep_row(row, [{"code": "payment_fixed"}])
    await Quarantine(pool).still_bad(number, [{"code": "payment_fixed"}], b'{"remark": "Example Zhang again"}')
    erased = await Erasure(pool).erase("demo", "cust-1", LATER)
    assert (erased.events, erased.quarantined) == (1, 1)
    assert "Zhang" not in await everything(pool)


async def test_events_under_way_are_left_to_their_case(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """An event that no case has yet is not lost by an erasure; it is emptied the moment its case has it."""
    await a_full_case(pool, book)
    await event(pool, "new", status="new", lane="case:demo/C1")
    await pool.execute("UPDATE inbox SET due_at = now() - interval '1 minute'")
    erased = await Erasure(pool).erase("demo", "cust-1", LATER)
    assert (erased.events, erased.under_way) == (0, 1)
    (row,) = await Inbox(pool).claim(1, timedelta(minutes=1))
    assert b"Example Zhang" in row.raw
    await Inbox(pool).done(row, shop="demo", case_no="C1", customer_ref="cust-1", note="repeated")
    assert "Zhang" not in await everything(pool)


async def test_an_event_handed_over_meanwhile_is_emptied(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """An erasure passes over an event that is just being handed over; its body and headers go when its case has it."""
    await a_full_case(pool, book)
    await event(pool, "new", status="new", lane="case:demo/C1")
    await pool.execute("UPDATE inbox SET due_at = now() - interval '1 minute', headers = '{\"ce-subject\": \"Zhang\"}'")
    (row,) = await Inbox(pool).claim(1, timedelta(minutes=1))
    async with pool.acquire() as connection, connection.transaction():
        assert (await _erase(connection, "demo", "cust-1", LATER)).under_way == 1
        done = Inbox(pool).done(row, shop="demo", case_no="C1", customer_ref="cust-1", note="repeated")
        settling = asyncio.create_task(done)
        await until_it_waits_for_a_lock(pool)
    await settling
    kept = await pool.fetchrow("SELECT status, raw, headers FROM inbox")
    assert tuple(kept) == ("done", b"", {})


async def test_no_words_are_kept_of_an_erased_customer(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """P-PRIV: a note that comes during or after the erasure of its case's customer is refused, as a photo is."""
    await a_full_case(pool, book)
    await pool.execute("UPDATE cases SET customer_ref = 'cust-1' WHERE case_no = 'C1'")
    async with pool.acquire() as connection, connection.transaction():
        await _erase(connection, "demo", "cust-1", LATER)
        writing = asyncio.create_task(PostgresTexts(pool).write("demo", "C1", "agent:1", LATER, "of Example Zhang"))
        await until_it_waits_for_a_lock(pool)
    with pytest.raises(CustomerErased):
        await writing
    with pytest.raises(CustomerErased):
        await PostgresTexts(pool).write("demo", "C1", "agent:1", LATER, "of Example Zhang")
    assert "Zhang" not in await everything(pool)


async def test_a_photo_that_comes_in_meanwhile_goes_too(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """An erasure waits for a photo that is just being put in, and takes it along."""
    await a_full_case(pool, book)
    photo = Photo(media_type="image/png", content=PICTURE, width=1, height=1, fingerprint="1" * 32)
    async with pool.acquire() as connection, connection.transaction():
        evidence = PostgresEvidence(connection)
        assert not await evidence.customer_is_erased("demo", "cust-1")
        erasing = asyncio.create_task(Erasure(pool).erase("demo", "cust-1", LATER))
        await until_it_waits_for_a_lock(pool)
        await evidence.attach("demo", "C1", photo, START)
    assert (await erasing).photos == 2
    assert await pool.fetchval("SELECT count(*) FROM evidence_blobs WHERE content <> ''") == 0


async def test_an_old_event_does_not_bring_an_erased_person_back(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """A redelivered order with the person in it leaves an erased customer erased; erasing again is harmless."""
    await Erasure(pool).erase("demo", "cust-1", START)
    await book.put("demo", "cust-1", INVENTED)
    with pytest.raises(KeyError):
        await book.put_address("demo", "addr-2", "cust-1", ELSEWHERE)
    await Erasure(pool).erase("demo", "cust-1", START)
    assert "Zhang" not in await everything(pool)


async def test_a_refused_body_that_comes_again_is_kept_again(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """A sender who repeats a bad event after an erasure is told the same, and what he sent can be corrected again."""
    body = {"order_no": "order-C1"}
    await a_full_case(pool, book)
    first = await refused(pool, "f:1", body)
    await Erasure(pool).erase("demo", "cust-1", LATER)
    assert await bodies(pool) == {first: "emptied"}
    assert await refused(pool, "f:1", body) == first
    entry = await Quarantine(pool).show(first)
    assert entry is not None
    assert (entry.status, json.loads(entry.body)) == ("open", body)


async def test_one_persons_erasure_leaves_the_others(book: PostgresAddressBook, pool: asyncpg.Pool) -> None:
    """Erasing one customer touches neither the person nor the words, photos or events of another."""
    await book.put("demo", "cust-2", INVENTED)
    await PostgresTexts(pool).write("demo", "C2", "customer", START, "words")
    photo = Photo(media_type="image/png", content=PICTURE, width=1, height=1, fingerprint="0" * 32)
    ref, _ = await PostgresEvidence(pool).attach("demo", "C2", photo, START)
    await event(pool, "other", shop="demo", case_no="C2", customer_ref="cust-2", lane="case:demo/C2")
    await Erasure(pool).erase("demo", "cust-1", START)
    assert (await book.recipient("demo", "cust-2")).name == "Example Zhang"
    assert [text.body for text in await PostgresTexts(pool).of_case("demo", "C2")] == ["words"]
    assert await PostgresEvidence(pool).content("demo", ref) == ("image/png", PICTURE)
    assert await pool.fetchval("SELECT count(*) FROM inbox WHERE raw <> ''") == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"order_no": "1001"}', Mention.HIS),
        (b'{"minor": 1001, "sku": "1001"}', Mention.NONE),
        (b"1001,8800", Mention.NONE),
        (b'{"a": [{"b": "2026030100001"}]}', Mention.HIS),
        (b'{"a": 2026030100001}', Mention.HIS),
        (b'{"shop": "other", "a": "2026030100001"}', Mention.NONE),
        (b'[{"a": "2026030100001"}]', Mention.HIS),
        (b"[" * 100_000, Mention.NONE),
        (b"\xff\xfe 2026030100001;", Mention.HIS),
        (b"12026030100001", Mention.NONE),
        (b"", Mention.NONE),
    ],
)
def test_a_number_counts_where_it_is_surely_his(body: bytes, expected: Mention) -> None:
    """Long numbers count anywhere as whole values or words; short ones, which may be sums, where named."""
    assert mention(body, {}, "demo", {"1001", "2026030100001"}) is expected
