"""Photos lie behind references, once per case, within what the database takes."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from domain.photo import Photo
from store.evidence import EVIDENCE_BYTES, PostgresEvidence
from tests.store.pages import START


def photo(content: bytes = b"\xff\xd8picture", **fields: Any) -> Photo:
    """A photo as the door hands it over."""
    values = {"media_type": "image/jpeg", "width": 4, "height": 3, "fingerprint": "0" * 32} | fields
    return Photo.model_construct(content=content, **values)


async def test_the_same_photo_is_kept_once(pool):
    """A photo that comes twice has one reference and one row, and comes back whole."""
    evidence = PostgresEvidence(pool)
    first, new = await evidence.attach("demo", "C1", photo(), START, given_by="customer", taken_in_by="agent:17")
    again, newer = await evidence.attach("demo", "C1", photo(), START, given_by="courier", taken_in_by="http")
    assert (first, new, newer) == (again, True, False)
    assert await evidence.content("demo", first) == ("image/jpeg", b"\xff\xd8picture")
    (kept,) = await evidence.of_case("demo", "C1")
    assert (kept.ref, kept.size, kept.given_by, kept.taken_in_by) == (first, 9, "customer", "agent:17")
    assert await evidence.find(first) == kept
    assert await evidence.content("demo", "file-none") is None
    assert await evidence.find("file-none") is None


async def test_cases_do_not_share_photos(pool):
    """The same photo in two cases or two shops has two references, however long the shop's name is."""
    evidence = PostgresEvidence(pool)
    places = [("demo", "C1"), ("demo", "C2"), ("other", "C1"), ("s" * 64, "C1"), ("s" * 64, "C2")]
    refs = {(await evidence.attach(shop, case, photo(), START))[0] for shop, case in places}
    assert len(refs) == len(places)


async def test_the_database_itself_takes_only_cleaned_kinds_within_the_limit(pool):
    """Whatever a program tries: films, HEIC and documents cannot be put into the table, nor what is too large."""
    evidence = PostgresEvidence(pool)
    for kind in ("image/heic", "video/mp4", "application/pdf", "text/html"):
        with pytest.raises(asyncpg.CheckViolationError, match="media_type"):
            await evidence.attach("demo", "C1", photo(media_type=kind), START)
    with pytest.raises(asyncpg.CheckViolationError, match="size"):
        await evidence.attach("demo", "C1", photo(bytes(EVIDENCE_BYTES + 1)), START)
    assert await evidence.of_case("demo", "C1") == []
