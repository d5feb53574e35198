"""Whose the goods are that leave the house for a case (R-N1); `domain.goods_held` says what it is about."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from store.queries import SQL


class PostgresGoodsHeld:
    """The port `domain.ports.case_file.GoodsHeld` over a pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def held_by_others(self, shop: str, case_no: str, leaving: Mapping[str, int]) -> tuple[str, ...]:
        """The cases that hold what is to leave for this one. Where it is free, it is this one's from here on."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(SQL["opening_hold_before_leaving"], shop, case_no, dict(leaving))
            return tuple(await connection.fetchval(SQL["opening_held_by"], shop, case_no))
