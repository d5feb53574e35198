"""Persons behind references: the one place that knows who a customer is. `store.erasure` empties it (P-PRIV)."""

from __future__ import annotations

from collections.abc import Collection

from domain.events import Person
from domain.ports.customer import PersonUnknown, Recipient
from domain.vocabulary import Channel
from store.pool import Database
from store.queries import SQL


class PostgresAddressBook:
    """The address port (`domain.ports.customer.AddressBook`) over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, shop: str, customer_ref: str, person: Person) -> None:
        """Make a person known. An empty field leaves what is known; an erased customer stays erased."""
        await self._database.execute(SQL["person_put"], shop, customer_ref, person.name, person.phone, person.address)

    async def put_address(self, shop: str, address_ref: str, customer_ref: str, person: Person) -> None:
        """Keep another address of a customer under a reference, with another name and phone where they are given.

        Raises:
            KeyError: the customer is unknown or erased, or the reference belongs to somebody else.
        """
        kept = await self._database.fetchval(
            SQL["person_put_address"], shop, address_ref, customer_ref, person.name, person.phone, person.address
        )
        if not kept:
            raise KeyError(f"address {address_ref} cannot be kept for customer {customer_ref} of shop {shop}")

    async def block_channels(self, shop: str, customer_ref: str, channels: Collection[Channel]) -> None:
        """Note on which channels the customer takes no messages (R-FALLBACK); replaces what was noted."""
        await self._database.execute(
            SQL["person_block_channels"], shop, customer_ref, sorted(channel.value for channel in channels)
        )

    async def recipient(self, shop: str, customer_ref: str, address_ref: str = "") -> Recipient:
        """The person; with `address_ref`, at that address.

        Raises:
            PersonUnknown: customer or address are unknown or erased.
        """
        row = await self._database.fetchrow(SQL["person_recipient"], shop, customer_ref, address_ref)
        if row is None:
            place = f" at address {address_ref}" if address_ref else ""
            raise PersonUnknown(f"customer {customer_ref} of shop {shop}{place} is unknown or erased")
        return Recipient(customer_ref=customer_ref, **row)
