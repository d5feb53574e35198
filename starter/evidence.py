"""The door for photos: cleaned, kept behind a reference, and told to the case as `evidence_received` (R-EVID).

Photo and message go into PostgreSQL in one transaction, so that neither is there without the other; the dispatcher
hands the message over like any fact. The same file of the same case again is known: one reference, one message.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from domain.events import PREFIX, CloudEvent
from domain.messages.facts import EvidenceReceived
from domain.photo import Photo
from domain.vocabulary import Party
from starter.door import arrival
from starter.intake_settings import IntakeSettings
from starter.photo import PhotoRefused, cleaned
from store.evidence import PostgresEvidence
from store.inbox import Inbox

GIVERS = (Party.CUSTOMER, Party.WAREHOUSE, Party.COURIER)
"""Whose photo it can be."""
SOURCE = "evidence"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A photo that is kept. `known`: it was there before, and nothing changed."""

    ref: str
    known: bool
    media_type: str
    size: int
    width: int
    height: int


class EvidenceDoor:
    """Takes photos in for one process; they are cleaned one after the other, since each costs memory and a core."""

    def __init__(self, pool: asyncpg.Pool, settings: IntakeSettings) -> None:
        self._pool = pool
        self._settings = settings
        self._one_at_a_time = asyncio.Lock()

    async def take(
        self, shop: str, case_no: str, raw: bytes, *, given_by: Party, taken_in_by: str, at: datetime
    ) -> TakenIn:
        """Keep a photo and tell the case.

        Raises:
            PhotoRefused: the file cannot be kept, or the case takes no photo; nothing of it was kept.
            store.inbox.DATABASE_AWAY: PostgreSQL does not answer; try again.
        """
        if await PostgresEvidence(self._pool).case(shop, case_no) is None:
            raise PhotoRefused("no_such_case")
        photo = await self._cleaned(raw)
        async with self._pool.acquire() as connection, connection.transaction():
            evidence = PostgresEvidence(connection)
            case = await evidence.case(shop, case_no)
            assert case is not None, "cases are never deleted"
            if await evidence.customer_is_erased(shop, case.customer_ref):
                raise PhotoRefused("customer_is_erased")
            ref, new = await evidence.attach(
                shop, case.case_no, photo, at, given_by=given_by.value, taken_in_by=taken_in_by
            )
            if new and case.closed:
                raise PhotoRefused("case_is_closed")
            if new:
                event = CloudEvent(
                    specversion="1.0",
                    id=ref,
                    source=SOURCE,
                    type=f"{PREFIX}{EvidenceReceived.kind}",
                    subject=f"{shop}/{case.case_no}",
                    data={"items": [ref], "by": given_by.value},
                )
                await Inbox(self._pool).put_within(connection, [arrival(event, SOURCE)])
        return TakenIn(ref, not new, photo.media_type, len(photo.content), photo.width, photo.height)

    async def _cleaned(self, raw: bytes) -> Photo:
        async with self._one_at_a_time:
            return await asyncio.to_thread(
                cleaned,
                raw,
                most_bytes=self._settings.photo_bytes,
                most_megapixels=self._settings.photo_megapixels,
            )
