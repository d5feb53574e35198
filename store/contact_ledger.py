"""The contact guard: one place for all cases of a customer, exact under concurrency (P-HOURS, P-CALLCAP).

A call takes its slot under a lock on the customer's row, so that two cases cannot both take the last one. Written
messages are always allowed (X6) and recorded. The arithmetic is `domain.contact_guard`; time is the case's own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg
from pydantic import BaseModel, ConfigDict

from domain.contact_guard import CallDecision, may_call
from domain.ports.customer import ContactAnswer, ContactAsk, PersonUnknown, Recipient
from domain.ports.partner import KeyReused
from domain.rules import ContactLimits
from domain.vocabulary import AttemptResult, Channel
from store.queries import SQL

_LOOK_BACK = timedelta(days=8)  # what `may_call` wants to see: its week, and a day for the zone


class ContactAttempt(BaseModel):
    """One attempt, for a person who prepares the next one (P-NOREPEAT). `result` is None while nobody knows it."""

    model_config = ConfigDict(frozen=True)

    case_no: str
    channel: Channel
    at: datetime
    made_by: str
    result: AttemptResult | None
    rule: str
    reason: str
    note_ref: str


class PostgresContactLedger:
    """The guard's port (`domain.ports.customer.ContactLedger`) over a pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def reserve(self, ask: ContactAsk) -> Recipient | ContactAnswer:
        """Take a slot. A person: go ahead, it is he.

        An answer is this key's earlier outcome, `unknown` while a slot of this key has no outcome yet, or
        `blocked_by_guard` with rule, reason and next slot; a block is recorded like every attempt.

        Raises:
            KeyReused: the key stands for another customer or channel.
            PersonUnknown: the customer is unknown or erased.
        """
        async with self._pool.acquire() as connection:
            if ask.channel is not Channel.CALL:
                return await self._take(connection, ask, None)
            async with connection.transaction():
                await self._lock(connection, ask.case.shop, ask.customer_ref)
                calls = await self._calls(connection, ask.case.shop, ask.customer_ref, ask.at)
                return await self._take(connection, ask, may_call(calls, ask.at, ask.utc_offset_minutes, ask.limits))

    async def settle(self, key: str, answer: ContactAnswer) -> None:
        """Note what came of an attempt; a known outcome stays. The slot is free again if nothing can have rung.

        Raises:
            KeyError: no slot was reserved under that key.
        """
        known = await self._pool.fetchval(
            SQL["contact_settle"],
            key,
            answer.result.value,
            answer.partner_ref,
            answer.rule,
            answer.reason,
            answer.next_slot,
        )
        if not known:
            raise KeyError(f"contact attempt {key} is unknown; call reserve first")

    async def release(self, key: str) -> None:
        """The attempt never left: give the slot back. An attempt with an outcome stays."""
        await self._pool.execute(SQL["contact_release"], key)

    async def allowance(
        self, shop: str, customer_ref: str, now: datetime, utc_offset_minutes: int, limits: ContactLimits
    ) -> CallDecision:
        """Whether the customer may be called at `now`, without taking a slot: for a person who is about to call."""
        calls = await self._calls(self._pool, shop, customer_ref, now)
        return may_call(calls, now, utc_offset_minutes, limits)

    async def attempts(self, shop: str, customer_ref: str, since: datetime) -> list[ContactAttempt]:
        """Attempts over all cases of a customer after `since`, oldest first."""
        rows = await self._pool.fetch(SQL["contact_list_of_customer"], shop, customer_ref, since)
        return [ContactAttempt(**row) for row in rows]

    async def _lock(self, connection: asyncpg.pool.PoolConnectionProxy, shop: str, customer_ref: str) -> None:
        while not await connection.fetchval(SQL["contact_lock"], shop, customer_ref):
            await connection.execute(SQL["contact_customer"], shop, customer_ref)

    async def _calls(
        self, database: asyncpg.Pool | asyncpg.pool.PoolConnectionProxy, shop: str, customer_ref: str, now: datetime
    ) -> list[datetime]:
        rows = await database.fetch(SQL["contact_calls"], shop, customer_ref, now - _LOOK_BACK)
        return [row["at"] for row in rows]

    async def _take(
        self, connection: asyncpg.pool.PoolConnectionProxy, ask: ContactAsk, decision: CallDecision | None
    ) -> Recipient | ContactAnswer:
        blocked = None
        if decision is not None and not decision.allowed:
            blocked = ContactAnswer(
                result=AttemptResult.BLOCKED_BY_GUARD,
                rule=decision.rule,
                reason=decision.reason,
                next_slot=decision.next_slot,
            )
        row = await connection.fetchrow(
            SQL["contact_reserve"],
            ask.key,
            ask.case.shop,
            ask.case.case_no,
            ask.customer_ref,
            ask.channel.value,
            ask.template,
            ask.at,
            blocked.result.value if blocked else None,
            blocked.rule if blocked else "",
            blocked.reason if blocked else "",
            blocked.next_slot if blocked else None,
        )
        assert row is not None  # the statement always answers
        if row["taken"]:
            return blocked or _recipient(ask, row)
        earlier = await connection.fetchrow(SQL["contact_find"], ask.key)
        if earlier is None:  # released at this moment by its own retry
            return await self._take(connection, ask, decision)
        return _earlier(ask, earlier)


def _recipient(ask: ContactAsk, row: asyncpg.Record) -> Recipient:
    known = dict(row)
    del known["taken"]
    if known["customer_ref"] is None:
        raise PersonUnknown(f"customer {ask.customer_ref} of shop {ask.case.shop} is unknown or erased")
    return Recipient(**known)


def _earlier(ask: ContactAsk, row: asyncpg.Record) -> ContactAnswer:
    if (row["shop"], row["customer_ref"], row["channel"]) != (ask.case.shop, ask.customer_ref, ask.channel):
        raise KeyReused(f"contact key {ask.key} stands for another attempt already; nothing was written")
    if row["result"] is None:
        return ContactAnswer(result=AttemptResult.UNKNOWN)
    return ContactAnswer(
        result=row["result"],
        partner_ref=row["partner_ref"],
        rule=row["rule"],
        reason=row["reason"],
        next_slot=row["next_slot"],
    )
