"""What a case was bound by can be read years later."""

from __future__ import annotations

from domain.rulebook_file import default, default_text
from store.rulebook_archive import RulebookArchive


async def test_a_rulebook_is_kept_once_under_its_digest(pool):
    """The text that bound a case is found by the digest in the case's row; keeping it again changes nothing."""
    archive = RulebookArchive(pool)
    rules = default().rules()
    for _ in range(2):
        await archive.keep(rules, default_text())
    assert await archive.text(rules.digest) == default_text()
    assert await archive.text("0" * 64) is None
