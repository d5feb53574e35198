"""Words and photos lie behind references, within limits."""

from __future__ import annotations

import pytest

from store.texts import EVIDENCE_BYTES, TEXT_BYTES, PostgresTexts, TooLarge, UnknownMedia
from tests.store.pages import START


async def test_a_text_is_read_by_its_reference(pool):
    """A note of any script and length within the limit comes back as it was written, and never shows when printed."""
    texts = PostgresTexts(pool)
    body = "好" * (TEXT_BYTES // 3)
    ref = await texts.write("demo", "C1", "agent:1", START, body)
    found = await texts.read("demo", ref)
    assert (found.body, found.written_by, found.case_no) == (body, "agent:1", "C1")
    assert "好" not in repr(found)
    assert await texts.read("other", ref) is None
    assert await texts.of_case("demo", "C1") == [found]


async def test_what_is_too_large_is_refused_with_the_limit(pool):
    """A text or a file beyond the limit is refused with a sentence that gives the limit."""
    texts = PostgresTexts(pool)
    with pytest.raises(TooLarge, match=str(TEXT_BYTES)):
        await texts.write("demo", "C1", "agent:1", START, "好" * (TEXT_BYTES // 3 + 1))
    with pytest.raises(TooLarge, match=str(EVIDENCE_BYTES)):
        await texts.attach("demo", "C1", "image/png", START, bytes(EVIDENCE_BYTES + 1))


async def test_the_same_photo_is_kept_once(pool):
    """A photo that comes twice has one reference and one row, and comes back whole."""
    texts = PostgresTexts(pool)
    refs = {await texts.attach("demo", "C1", "image/jpeg", START, b"\xff\xd8picture") for _ in range(2)}
    (ref,) = refs
    assert await texts.file("demo", ref) == ("image/jpeg", b"\xff\xd8picture")
    (kept,) = await texts.files_of_case("demo", "C1")
    assert (kept.ref, kept.size) == (ref, 9)
    assert await texts.file("demo", "file-none") is None


async def test_a_program_is_no_evidence(pool):
    """Only pictures, films and PDFs are taken."""
    with pytest.raises(UnknownMedia, match="not text/html"):
        await PostgresTexts(pool).attach("demo", "C1", "text/html", START, b"<script>")
