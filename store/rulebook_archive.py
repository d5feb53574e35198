"""Every rulebook text that ever bound a case, under its digest: an auditor reads in years what a case was pinned to.

An open case may change to any version that is kept here, so a shop may keep one before a case begins with it.
"""

from __future__ import annotations

import re

from domain.ports.case_file import KeptRulebook
from domain.rules import Rules
from store.pool import Database
from store.queries import SQL

_DIGEST = re.compile(r"[0-9a-f]{8,64}")


class RulebookArchive:
    """The archive (`domain.ports.case_file.Rulebooks`) over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, rules: Rules, text: str) -> None:
        """Keep a text; keeping it again changes nothing, nor does another name for the same values."""
        await self._database.execute(SQL["rulebook_put"], rules.digest, rules.name, text)

    async def text(self, digest: str) -> str | None:
        """The text of that digest."""
        found = await self._database.fetchval(SQL["rulebook_get"], digest)
        return None if found is None else str(found)

    async def find(self, version: str) -> list[KeptRulebook]:
        """The versions of that name, or of a digest that begins so, or of both as `name@digest`."""
        name, both, digest = version.partition("@")
        if not both:
            digest = version if _DIGEST.fullmatch(version) else ""
        rows = await self._database.fetch(SQL["rulebook_find"], name, digest or None, bool(both))
        return [KeptRulebook(**row) for row in rows]

    async def kept(self) -> list[KeptRulebook]:
        """Every version, by name."""
        return [KeptRulebook(**row) for row in await self._database.fetch(SQL["rulebook_kept"])]

    async def followed(self) -> dict[str, int]:
        """How many open cases follow each version, as `name@digest` with twelve digits."""
        rows = await self._database.fetch(SQL["rulebook_followed"])
        return {f"{row['name']}@{row['digest']}": row["cases"] for row in rows}
