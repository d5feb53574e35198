"""Secrets that a person typed for one step, such as an SMS code: kept for minutes, known to histories by reference.

Their life is counted by the database's clock: it is about forgetting a secret in real time, not about a rule of a case.
"""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe

from store.pool import Database
from store.queries import SQL

LIFE = timedelta(minutes=15)


class PostgresOneTimeInputs:
    """The port `domain.ports.refunds.OneTimeInputs` over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, value: str, life: timedelta = LIFE) -> str:
        """Keep a value and return the reference for `provide_input`. Clears away what is out of date."""
        ref = f"in-{token_urlsafe(18)}"
        await self._database.execute(SQL["input_put"], ref, value, life)
        return ref

    async def take(self, ref: str, key: str) -> str | None:
        """Read an input for the step `key`; only that key's retry can read it again. None for others or too late."""
        value = await self._database.fetchval(SQL["input_take"], ref, key)
        return None if value is None else str(value)
