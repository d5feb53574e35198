"""Photos of a case behind references: histories, journals and partners' claims hold the reference only (P-PRIV)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from pydantic import BaseModel, ConfigDict

from domain.photo import Photo
from store.pool import Database
from store.queries import SQL

EVIDENCE_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CaseOfPhotos:
    """The case that a photo is for, under its own number."""

    case_no: str
    customer_ref: str
    closed: bool


class EvidenceFile(BaseModel):
    """A photo of a case without its content. `size` is in bytes, 0 after erasure; `given_by` says whose photo it is."""

    model_config = ConfigDict(frozen=True)

    ref: str
    shop: str
    case_no: str
    media_type: str
    at: datetime
    size: int
    width: int
    height: int
    given_by: str
    taken_in_by: str
    erased_at: datetime | None = None


def evidence_ref(shop: str, case_no: str, fingerprint: str) -> str:
    """The reference of a photo in a case: the same file of a case always has the same one."""
    return f"file-{blake2b(f'{shop}/{case_no}/{fingerprint}'.encode(), digest_size=16).hexdigest()}"


class PostgresEvidence:
    """The table `evidence_blobs`, over a pool or a connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def case(self, shop: str, case_no: str) -> CaseOfPhotos | None:
        """The case of that number, or of a number that a platform gave it."""
        row = await self._database.fetchrow(SQL["evidence_case"], shop, case_no)
        return CaseOfPhotos(**row) if row else None

    async def customer_is_erased(self, shop: str, customer_ref: str) -> bool:
        """Whether the customer was erased; until the caller's transaction ends he cannot be."""
        return bool(await self._database.fetchval(SQL["evidence_customer_is_erased"], shop, customer_ref))

    async def attach(
        self, shop: str, case_no: str, photo: Photo, at: datetime, *, given_by: str = "", taken_in_by: str = ""
    ) -> tuple[str, bool]:
        """Keep a cleaned photo: its reference, and whether it is new. An erased one stays erased when it comes again.

        The database takes no photo above `EVIDENCE_BYTES` (a constraint), and none but JPEG and PNG.
        """
        ref = evidence_ref(shop, case_no, photo.fingerprint)
        values = (photo.media_type, at, photo.content, photo.width, photo.height, given_by, taken_in_by)
        new = await self._database.fetchval(SQL["evidence_put"], shop, ref, case_no, *values)
        return ref, new is not None

    async def content(self, shop: str, ref: str) -> tuple[str, bytes] | None:
        """Media type and content; None when unknown or erased."""
        row = await self._database.fetchrow(SQL["evidence_get"], shop, ref)
        return (row["media_type"], row["content"]) if row else None

    async def of_case(self, shop: str, case_no: str) -> list[EvidenceFile]:
        """The photos of a case, oldest first."""
        return [EvidenceFile(**row) for row in await self._database.fetch(SQL["evidence_list_of_case"], shop, case_no)]

    async def find(self, ref: str) -> EvidenceFile | None:
        """The photo behind a reference, whatever its shop and case: references meet nowhere by chance."""
        row = await self._database.fetchrow(SQL["evidence_find"], ref)
        return EvidenceFile(**row) if row else None
