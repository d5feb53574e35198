"""What people wrote, behind references: histories and journals hold the reference only (P-PRIV)."""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe

from pydantic import BaseModel, ConfigDict, Field

from store.pool import Database
from store.queries import SQL

TEXT_BYTES = 64 * 1024


class TooLarge(ValueError):
    """The text is larger than the store takes; the message gives the limit in bytes."""


class CustomerErased(Exception):
    """The case is of a customer whose data were erased at his request: nothing that tells of him is kept any more."""


class CaseText(BaseModel):
    """A note or a customer's words. `body` is empty after erasure."""

    model_config = ConfigDict(frozen=True)

    ref: str
    case_no: str
    written_by: str
    at: datetime
    body: str = Field(repr=False)
    erased_at: datetime | None = None


class PostgresTexts:
    """Texts over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, shop: str, case_no: str, written_by: str, at: datetime, body: str) -> str:
        """Keep a text and return its reference, for `note_ref` or `text_ref`.

        Raises:
            TooLarge: more than `TEXT_BYTES` in UTF-8.
            CustomerErased: the case's customer was erased (P-PRIV); nothing was kept.
        """
        body = body.replace("\0", "")
        if len(body.encode()) > TEXT_BYTES:
            raise TooLarge(f"the text is larger than {TEXT_BYTES} bytes; shorten it")
        ref = f"text-{token_urlsafe(12)}"
        if not await self._database.fetchval(SQL["text_put"], shop, ref, case_no, written_by, at, body):
            raise CustomerErased
        return ref

    async def read(self, shop: str, ref: str) -> CaseText | None:
        """The text behind a reference."""
        row = await self._database.fetchrow(SQL["text_get"], shop, ref)
        return CaseText(**row) if row else None

    async def of_case(self, shop: str, case_no: str) -> list[CaseText]:
        """All texts of a case, oldest first."""
        return [CaseText(**row) for row in await self._database.fetch(SQL["text_list_of_case"], shop, case_no)]
