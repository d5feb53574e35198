"""Persons are known by reference."""

from __future__ import annotations

import pytest

from domain.events import Person
from domain.vocabulary import Channel
from store.address_book import PostgresAddressBook

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
