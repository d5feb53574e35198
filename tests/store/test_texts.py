"""Words lie behind references, within limits."""

from __future__ import annotations

import pytest

from store.texts import TEXT_BYTES, PostgresTexts, TooLarge
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
    """A text beyond the limit is refused with a sentence that gives the limit."""
    texts = PostgresTexts(pool)
    with pytest.raises(TooLarge, match=str(TEXT_BYTES)):
        await texts.write("demo", "C1", "agent:1", START, "好" * (TEXT_BYTES // 3 + 1))
