"""A customer's word that his data be erased (P-PRIV): everything that tells who he is goes, in one transaction.

The person and his addresses; what he and others wrote and photographed in his cases, notes of calls included; the raw
events that told us of him, the unreadable ones too. What stays are references, codes, sums and instants: journal,
money and contact counts hold nothing else, and the books must add up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from store.mention import Mention, mention
from store.queries import SQL


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, counted. `cases` and `open_cases` are the customer's and stay."""

    cases: int
    open_cases: int
    person: int  # 1 when name, telephone or address were known
    addresses: int
    texts: int
    photos: int
    unread_messages: int
    events: int
    quarantined: int
    shared: int  # unreadable bodies with other customers in them: emptied when their time is over (store/retention.py)
    under_way: int  # events that no case has yet: emptied when it has them
    known: bool  # false: nothing at all is known of such a customer

    @property
    def anything(self) -> bool:
        """Whether there was something to erase."""
        found = (self.person, self.addresses, self.texts, self.photos, self.unread_messages, self.events)
        return any(found) or self.quarantined > 0


class Erasure:
    """Erases customers, over a pool of `store.pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def erase(self, shop: str, customer_ref: str, at: datetime, *, dry_run: bool = False) -> Erased:
        """Forget the person. Repeating it is harmless; what came in since the last time goes too.

        `dry_run`: everything is done and taken back, so that the answer is what would be erased.
        """
        async with self._pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                erased = await _erase(connection, shop, customer_ref, at)
            except BaseException:
                await transaction.rollback()
                raise
            await (transaction.rollback() if dry_run else transaction.commit())
        return erased


async def _erase(connection: PoolConnectionProxy, shop: str, customer_ref: str, at: datetime) -> Erased:
    person = await connection.fetchrow(SQL["erasure_person_known"], shop, customer_ref)
    await connection.execute(SQL["erasure_person"], shop, customer_ref, at)
    addresses = await connection.fetch(SQL["erasure_addresses"], shop, customer_ref)
    cases = await connection.fetch(SQL["erasure_cases"], shop, customer_ref)
    own = [row["case_no"] for row in cases]
    numbers = await connection.fetch(SQL["erasure_numbers"], shop, customer_ref, own)
    texts = await connection.execute(SQL["erasure_texts"], shop, customer_ref, at, own)
    photos = await connection.execute(SQL["erasure_photos"], shop, at, own)
    unread = await connection.execute(SQL["erasure_unread"], shop, own)

    lanes = [_lane(shop, row["kind"], row["value"]) for row in numbers if row["value"]]
    events = await connection.fetch(SQL["erasure_events_found"], shop, customer_ref, own, lanes)
    telephones = [row["phone"] for row in ([person] if person else []) + addresses]
    known_as = {customer_ref, *telephones, *(row["value"] for row in numbers)} - {""}
    bodies, shared, more = await _bodies(connection, shop, known_as, [(row["source"], row["id"]) for row in events])
    emptied = await connection.execute(SQL["erasure_bodies"], bodies, at)
    sources = [row["source"] for row in events] + [source for source, _ in more]
    ids = [row["id"] for row in events] + [id for _, id in more]
    done = await connection.execute(SQL["erasure_events"], sources, ids)
    return Erased(
        cases=len(cases),
        open_cases=sum(row["open"] for row in cases),
        person=int(person is not None and person["told"]),
        addresses=len(addresses),
        texts=_count(texts),
        photos=_count(photos),
        unread_messages=_count(unread),
        events=_count(done),
        quarantined=_count(emptied),
        shared=shared,
        under_way=sum(not row["settled"] for row in events),
        known=person is not None or bool(numbers),
    )


async def _bodies(
    connection: PoolConnectionProxy, shop: str, known_as: set[str], events: list[tuple[str, str]]
) -> tuple[list[int], int, list[tuple[str, str]]]:
    """Quarantined bodies about him, how many he shares with others, and the events that these bodies belong to."""
    sources, ids = [source for source, _ in events], [id for _, id in events]
    found = {row["id"] for row in await connection.fetch(SQL["erasure_bodies_of_events"], sources, ids)}
    shared, belonging = 0, []
    spelt = {json.dumps(number)[1:-1] for number in known_as} | known_as  # JSON may write it with \u escapes
    for row in await connection.fetch(SQL["erasure_bodies_with"], [number.encode() for number in spelt]):
        if row["id"] in found:
            continue
        bodies = [row["raw"]] + ([row["edited"]] if row["edited"] is not None else [])
        seen = {mention(body, row["headers"], shop, known_as) for body in bodies}
        if Mention.HIS in seen and Mention.SHARED not in seen:
            found.add(row["id"])
            if row["source"] is not None:
                belonging.append((row["source"], row["event_id"]))
        elif Mention.SHARED in seen:
            shared += 1
    return sorted(found), shared, belonging


def _lane(shop: str, kind: str, value: str) -> str:
    """What an event about the number has in its inbox row (`starter.envelope.lane`)."""
    return f"{kind}:{value}" if kind in ("waybill", "rma") else f"{kind}:{shop}/{value}"


def _count(status: str) -> int:
    """Rows of a command's answer, such as `UPDATE 3`."""
    return int(status.rpartition(" ")[2])
