"""Who got what of a parcel with goods of several cases. The split itself is `domain.shared_parcel`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.messages.facts import ReturnReceived
from domain.shared_parcel import Sharer, expecting, pieces, share
from store.queries import SQL


class ParcelShares:
    """Splits receipts, over a pool of `store.pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def split(
        self, shop: str, case_nos: Sequence[str], receipt: ReturnReceived, message_id: str
    ) -> dict[str, ReturnReceived] | None:
        """The receipt as each of the cases gets it; None where all of them may hear it as it is.

        The same message is split once: told again, each case is told the same.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(SQL["parcel_share_sharers"], shop, list(case_nos))
            known = await connection.fetch(SQL["parcel_share_of_message"], shop, message_id)
            if known:
                return {
                    row["case_no"]: _part(receipt, {"lines": row["lines"], "beyond": row["beyond"]}) for row in known
                }
            cases = await self._sharers(connection, shop, rows)
            dealt = share(receipt.lines, cases)
            if dealt is None:
                return None
            holder = next(iter(dealt.shares), expecting(cases)[0].case_no)
            parts = {}
            for case_no in dealt.shares.keys() | ({holder} if dealt.beyond else set()):
                lines = [line.model_dump(mode="json") for line in dealt.shares.get(case_no, ())]
                rest = [line.model_dump(mode="json") for line in dealt.beyond] if case_no == holder else []
                await connection.execute(SQL["parcel_share_put"], shop, message_id, case_no, lines, rest)
                parts[case_no] = _part(receipt, {"lines": lines, "beyond": rest})
            return parts

    async def _sharers(
        self, connection: PoolConnectionProxy, shop: str, rows: Sequence[asyncpg.Record]
    ) -> list[Sharer]:
        had: dict[str, dict[str, int]] = {}
        for one in await connection.fetch(SQL["parcel_share_had"], shop, [row["case_no"] for row in rows]):
            had.setdefault(one["case_no"], {})[one["sku"]] = one["pieces"]
        return [
            Sharer(
                case_no=row["case_no"],
                order_no=row["order_no"],
                goods=row["goods"],
                holds=row["holds"],
                ordered=pieces(row["ordered"]),
                had=had.get(row["case_no"], {}),
                closed=row["closed"],
            )
            for row in rows
        ]


def _part(receipt: ReturnReceived, changes: dict[str, Any]) -> ReturnReceived:
    """The receipt with other lines; what was not told stays untold."""
    return ReturnReceived.model_validate(receipt.model_dump(mode="json", exclude_unset=True) | changes)
