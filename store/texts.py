"""What people wrote and photographed, behind references: histories and journals hold the reference only (P-PRIV)."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from secrets import token_urlsafe

import asyncpg
from pydantic import BaseModel, ConfigDict, Field

from store.pool import Database
from store.queries import SQL

TEXT_BYTES = 64 * 1024
EVIDENCE_BYTES = 20 * 1024 * 1024


class TooLarge(ValueError):
    """The text or file is larger than the store takes; the message gives the limit in bytes."""


class UnknownMedia(ValueError):
    """The file is of a kind that evidence may not have."""


class CaseText(BaseModel):
    """A note or a customer's words. `body` is empty after erasure."""

    model_config = ConfigDict(frozen=True)

    ref: str
    case_no: str
    written_by: str
    at: datetime
    body: str = Field(repr=False)
    erased_at: datetime | None = None


class EvidenceFile(BaseModel):
    """A file of a case without its content. `size` is in bytes."""

    model_config = ConfigDict(frozen=True)

    ref: str
    media_type: str
    at: datetime
    size: int
    erased_at: datetime | None = None


class PostgresTexts:
    """Texts and evidence files over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, shop: str, case_no: str, written_by: str, at: datetime, body: str) -> str:
        """Keep a text and return its reference, for `note_ref` or `text_ref`.

        Raises:
            TooLarge: more than `TEXT_BYTES` in UTF-8.
        """
        body = body.replace("\0", "")
        if len(body.encode()) > TEXT_BYTES:
            raise TooLarge(f"the text is larger than {TEXT_BYTES} bytes; shorten it or attach it as a file")
        ref = f"text-{token_urlsafe(12)}"
        await self._database.execute(SQL["text_put"], shop, ref, case_no, written_by, at, body)
        return ref

    async def read(self, shop: str, ref: str) -> CaseText | None:
        """The text behind a reference."""
        row = await self._database.fetchrow(SQL["text_get"], shop, ref)
        return CaseText(**row) if row else None

    async def of_case(self, shop: str, case_no: str) -> list[CaseText]:
        """All texts of a case, oldest first."""
        return [CaseText(**row) for row in await self._database.fetch(SQL["text_list_of_case"], shop, case_no)]

    async def attach(self, shop: str, case_no: str, media_type: str, at: datetime, content: bytes) -> str:
        """Keep a file of evidence, its metadata stripped before; the same file of a case has the same reference.

        Raises:
            TooLarge: more than `EVIDENCE_BYTES`.
            UnknownMedia: neither a picture, a film nor a PDF.
        """
        if len(content) > EVIDENCE_BYTES:
            raise TooLarge(f"the file is larger than {EVIDENCE_BYTES} bytes; send a smaller copy")
        digest = blake2b(content, digest_size=16, key=f"{shop}/{case_no}".encode()[:64]).hexdigest()
        ref = f"file-{digest}"
        try:
            await self._database.execute(SQL["evidence_put"], shop, ref, case_no, media_type, at, content)
        except asyncpg.CheckViolationError:
            raise UnknownMedia(f"evidence may be a JPEG, PNG, WebP, HEIC, MP4 or PDF, not {media_type[:64]}") from None
        return ref

    async def file(self, shop: str, ref: str) -> tuple[str, bytes] | None:
        """Media type and content; None when unknown or erased."""
        row = await self._database.fetchrow(SQL["evidence_get"], shop, ref)
        return (row["media_type"], row["content"]) if row else None

    async def files_of_case(self, shop: str, case_no: str) -> list[EvidenceFile]:
        """The files of a case, oldest first."""
        return [EvidenceFile(**row) for row in await self._database.fetch(SQL["evidence_list_of_case"], shop, case_no)]
