"""The ledger of money asked for: one row per sum, from the decision to its end. Each call is one statement."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from domain.money import Money
from domain.ports.collection import CollectionAnswer, CollectionIntent, CollectionRow
from domain.ports.partner import KeyReused, PartnerRefused
from store.pool import Database
from store.queries import SQL

_CONTENT = ("shop", "case_no", "order_no", "amount_minor", "currency", "purpose", "channel")


class PostgresCollectionLedger:
    """The port `domain.ports.collection.CollectionLedger` over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def intend(self, intent: CollectionIntent) -> CollectionRow:
        """Write the intent, or return the row that the key already has.

        Raises:
            KeyReused: the key exists with another case, order, sum, purpose or channel.
            PartnerRefused: the order is not in the store.
        """
        case, amount = intent.case, intent.amount
        content = (case.shop, case.case_no, case.order_no, amount.minor, amount.currency, intent.purpose)
        try:
            row = await self._database.fetchrow(
                SQL["collection_intend"], intent.key, *content, intent.rule, intent.channel, intent.at
            )
        except asyncpg.ForeignKeyViolationError:
            told = f"order {case.order_no} of shop {case.shop} is not on file; put it into the store first"
            raise PartnerRefused("unknown_order", told) from None
        if row is None:  # another caller wrote the key while this statement ran: its row is visible now
            row = await self._database.fetchrow(SQL["collection_find"], intent.key)
        assert row is not None, "collections are never deleted"
        if tuple(row[name] for name in _CONTENT) != (*content, intent.channel):
            raise KeyReused(f"collection key {intent.key} stands for another sum already; nothing was written")
        return _row(row)

    async def settle(self, key: str, answer: CollectionAnswer, at: datetime) -> CollectionRow:
        """Note the answer and return the row as it then stands. `paid` is final.

        Raises:
            KeyError: no such intent.
        """
        row = await self._database.fetchrow(
            SQL["collection_settle"], key, at, answer.status.value, answer.partner_ref, answer.code
        )
        if row is None:
            raise KeyError(f"collection {key} has no intent; call intend first")
        return _row(row)


def _row(row: asyncpg.Record) -> CollectionRow:
    return CollectionRow(
        key=row["key"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        status=row["status"],
        partner_ref=row["partner_ref"],
        code=row["code"],
    )
