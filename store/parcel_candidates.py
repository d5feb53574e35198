"""Cases that a parcel of nobody may belong to, as far as PostgreSQL knows. The choice is `domain.parcel_candidates`."""

from __future__ import annotations

import re
from collections.abc import Sequence

import asyncpg

from domain.messages.facts import ReturnReceived
from domain.parcel_candidates import Candidate, MayWait, candidates
from store.queries import SQL

PHONE_DIGITS = 11  # of a telephone number that count: a country's code before them does not


class ParcelCandidates:
    """Look-ups over a pool of `store.pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def of(
        self, shop: str, receipt: ReturnReceived, slips: Sequence[str], phone: str = ""
    ) -> tuple[Candidate, ...]:
        """Who may have sent it. The telephone of its sender is compared here and goes no further (P-PRIV)."""
        digits = re.sub(r"\D", "", phone)[-PHONE_DIGITS:]
        skus = sorted({line.sku for line in receipt.lines})
        rows = await self._pool.fetch(
            SQL["parcel_candidates"], shop, receipt.waybill, [slip for slip in slips if slip], digits, skus
        )
        cases = [
            MayWait(
                case_no=row["case_no"],
                opened_at=row["opened_at"],
                slips=tuple(row["slips"]),
                waybills=tuple(row["waybills"]),
                phone=row["phone"],
                goods=frozenset(row["goods"]),
                awaited=row["awaited"],
            )
            for row in rows
        ]
        return candidates(receipt.waybill, slips, frozenset(skus), cases)
