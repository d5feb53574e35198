"""Every rulebook text that ever bound a case, under its digest: an auditor reads in years what a case was pinned to."""

from __future__ import annotations

from domain.rules import Rules
from store.pool import Database
from store.queries import SQL


class RulebookArchive:
    """The archive over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, rules: Rules, text: str) -> None:
        """Keep a text; keeping it again changes nothing."""
        await self._database.execute(SQL["rulebook_put"], rules.digest, rules.name, text)

    async def text(self, digest: str) -> str | None:
        """The text of that digest."""
        found = await self._database.fetchval(SQL["rulebook_get"], digest)
        return None if found is None else str(found)
