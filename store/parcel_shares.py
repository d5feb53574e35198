"""Who got what of a parcel with goods of several cases. The split itself is `domain.shared_parcel`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.messages.facts import ReceivedLine, ReturnReceived
from domain.shared_parcel import Dealt, Sharer, deal, expecting, kept, pieces, share
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
            written = await self._written(connection, shop, message_id, dealt, holder)
            return {case_no: _part(receipt, lines) for case_no, lines in written.items()}

    async def of_newcomer(
        self, shop: str, newcomer: str, others: Sequence[str], receipt: ReturnReceived, message_id: str
    ) -> ReturnReceived | None:
        """What of a receipt that the others were told is a case's that names the parcel only now.

        He gets what nobody before him expected, or could count as his own. Where that is nothing he hears what came
        instead, as goods beyond: somebody sees to it (W-12). None where he waits for no goods.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(SQL["parcel_share_sharers"], shop, [newcomer, *others])
            cases = await self._sharers(connection, shop, rows)
            mine = [case for case in expecting(cases) if case.case_no == newcomer]
            known = await connection.fetch(SQL["parcel_share_of_message"], shop, message_id)
            told = next((row for row in known if row["case_no"] == newcomer), None)
            if told is not None:
                return _part(receipt, {"lines": told["lines"], "beyond": told["beyond"]})
            if not mine or not receipt.lines:
                return receipt if mine else None
            if known:
                rest = [ReceivedLine.model_validate(line) for row in known for line in row["beyond"]]
            else:
                before = kept(receipt.lines, cases, newcomer)
                rest = list(before.beyond)
                if before.shares:
                    await self._written(connection, shop, message_id, before, next(iter(before.shares)))
            dealt = deal(rest, mine)
            if not dealt.shares:
                return _part(receipt, {"lines": [], "beyond": _stored(receipt.lines)})
            await connection.execute(SQL["parcel_share_less_beyond"], shop, message_id, _stored(dealt.beyond))
            own = Dealt(shares=dealt.shares)
            written = await self._written(connection, shop, message_id, own, newcomer)
            return _part(receipt, written[newcomer])

    async def _written(
        self, connection: PoolConnectionProxy, shop: str, message_id: str, dealt: Dealt, holder: str
    ) -> dict[str, dict[str, Any]]:
        """Write down what each gets, and with the `holder` what nobody expects. The answer is what was written."""
        written = {}
        for case_no in dealt.shares.keys() | ({holder} if dealt.beyond else set()):
            lines = _stored(dealt.shares.get(case_no, ()))
            rest = _stored(dealt.beyond) if case_no == holder else []
            await connection.execute(SQL["parcel_share_put"], shop, message_id, case_no, lines, rest)
            written[case_no] = {"lines": lines, "beyond": rest}
        return written

    async def _sharers(
        self, connection: PoolConnectionProxy, shop: str, rows: Sequence[asyncpg.Record]
    ) -> list[Sharer]:
        had: dict[str, dict[str, int]] = {}
        dealt: dict[str, dict[str, int]] = {}
        for one in await connection.fetch(SQL["parcel_share_had"], shop, [row["case_no"] for row in rows]):
            had.setdefault(one["case_no"], {})[one["sku"]] = one["pieces"]
            dealt.setdefault(one["case_no"], {})[one["sku"]] = one["dealt"]
        return [
            Sharer(
                case_no=row["case_no"],
                order_no=row["order_no"],
                goods=row["goods"],
                holds=row["holds"],
                ordered=pieces(row["ordered"]),
                had=had.get(row["case_no"], {}),
                dealt=dealt.get(row["case_no"], {}),
                closed=row["closed"],
            )
            for row in rows
        ]


def _stored(lines: Iterable[ReceivedLine]) -> list[dict[str, Any]]:
    return [line.model_dump(mode="json") for line in lines]


def _part(receipt: ReturnReceived, changes: dict[str, Any]) -> ReturnReceived:
    """The receipt with other lines; what was not told stays untold."""
    return ReturnReceived.model_validate(receipt.model_dump(mode="json", exclude_unset=True) | changes)
