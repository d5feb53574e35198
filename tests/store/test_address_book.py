"""Persons are known by reference, and can be forgotten without a trace."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from domain.events import Person
from domain.vocabulary import Channel
from store.address_book import PostgresAddressBook
from store.case_register import CaseRegister, Handle
from store.journal import PostgresJournal
from store.texts import PostgresTexts
from tests.store.pages import START, page, record

INVENTED = Person(name="Example Zhang", phone="00000000123", address="1 Nowhere Lane")
ELSEWHERE = Person(address="2 Invented Road")


@pytest.fixture
async def book(pool) -> PostgresAddressBook:
    """An address book that knows one invented person."""
    book = PostgresAddressBook(pool)
    await book.put("demo", "cust-1", INVENTED)
    return book


async def test_a_person_is_found_by_reference(book):
    """A customer's reference leads to name, phone and address, and nowhere does the person show in a printed value."""
    person = await book.recipient("demo", "cust-1")
    assert (person.name, person.phone, person.address) == ("Example Zhang", "00000000123", "1 Nowhere Lane")
    assert "Zhang" not in repr(person)


async def test_another_address_keeps_name_and_phone(book):
    """Goods sent to another address go to the same person unless another one was named."""
    await book.put_address("demo", "addr-2", "cust-1", ELSEWHERE)
    person = await book.recipient("demo", "cust-1", "addr-2")
    assert (person.name, person.address) == ("Example Zhang", "2 Invented Road")


async def test_later_news_completes_a_person(book):
    """A later order that leaves the phone out does not wipe it, and a new address replaces the old one."""
    await book.put("demo", "cust-1", Person(address="3 Made-up Square"))
    person = await book.recipient("demo", "cust-1")
    assert (person.phone, person.address) == ("00000000123", "3 Made-up Square")


async def test_blocked_channels_are_told(book):
    """R-FALLBACK: who takes no chat messages is known before one is sent."""
    await book.block_channels("demo", "cust-1", {Channel.IM, Channel.SMS})
    assert set((await book.recipient("demo", "cust-1")).blocked_channels) == {Channel.IM, Channel.SMS}


async def test_who_is_unknown_is_a_key_error_without_personal_data(book):
    """An unknown customer, shop or address is refused, and one customer's address never serves another."""
    await book.put_address("demo", "addr-2", "cust-1", ELSEWHERE)
    await book.put("demo", "cust-2", INVENTED)
    for shop, customer, address in (("demo", "cust-9", ""), ("other", "cust-1", ""), ("demo", "cust-2", "addr-2")):
        with pytest.raises(KeyError) as refused:
            await book.recipient(shop, customer, address)
        assert "Zhang" not in str(refused.value)
    for customer in ("cust-2", "cust-9"):
        with pytest.raises(KeyError):
            await book.put_address("demo", "addr-2", customer, ELSEWHERE)


async def everything(pool) -> str:
    """All that the database holds, as one text."""
    tables = await pool.fetch(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    parts = [str(await pool.fetch(f"SELECT * FROM {name}")) for (name,) in tables]
    return "\n".join(parts)


async def test_erasure_leaves_no_trace_of_the_person(book, pool):
    """P-PRIV: after erasure no table holds his name, phone, address, words or photo; case, journal and sums stay."""
    photo = random.Random(1).randbytes(64)
    register, texts = CaseRegister(pool), PostgresTexts(pool)
    raw = record("undecodable_message", "1", raw="from Example Zhang", problem="no id")
    await PostgresJournal(pool).write(page(1, range(1, 4), raw))
    await register.add_handle("demo", "C1", Handle.CUSTOMER_REF, "cust-1")
    await book.put_address("demo", "addr-2", "cust-1", ELSEWHERE)
    await book.block_channels("demo", "cust-1", {Channel.IM})
    await texts.write("demo", "C1", "customer", START, "my name is Example Zhang")
    await texts.attach("demo", "C1", "image/png", START, photo)
    await pool.execute(
        "INSERT INTO inbox (source, id, type, lane, door, raw, digest, status, shop, case_no) "
        "VALUES ('s', '1', 't', 'l', 'd', $1, '', 'done', 'demo', 'C1')",
        b'{"person": {"name": "Example Zhang", "phone": "00000000123"}}',
    )
    personal = ["Example Zhang", "00000000123", "1 Nowhere Lane", "2 Invented Road", repr(photo)[2:-1]]
    before = await everything(pool)
    assert [text for text in personal if text not in before] == []

    assert await book.erase("demo", "cust-1", START + timedelta(days=1)) == 1

    after = await everything(pool)
    assert [text for text in personal if text in after] == []
    with pytest.raises(KeyError, match="unknown or erased"):
        await book.recipient("demo", "cust-1")
    assert len(await register.timeline("demo", "C1")) == 3
    assert (await texts.of_case("demo", "C1"))[0].erased_at == START + timedelta(days=1)


async def test_an_old_event_does_not_bring_an_erased_person_back(book, pool):
    """A redelivered order with the person in it leaves an erased customer erased; erasing again is harmless."""
    await book.erase("demo", "cust-1", START)
    await book.put("demo", "cust-1", INVENTED)
    with pytest.raises(KeyError):
        await book.put_address("demo", "addr-2", "cust-1", ELSEWHERE)
    await book.erase("demo", "cust-1", START)
    assert "Zhang" not in await everything(pool)


async def test_one_persons_erasure_leaves_the_others(book, pool):
    """Erasing one customer touches neither the person nor the words of another."""
    await book.put("demo", "cust-2", INVENTED)
    await PostgresTexts(pool).write("demo", "C2", "customer", START, "words")
    await book.erase("demo", "cust-1", START)
    assert (await book.recipient("demo", "cust-2")).name == "Example Zhang"
    assert [text.body for text in await PostgresTexts(pool).of_case("demo", "C2")] == ["words"]
