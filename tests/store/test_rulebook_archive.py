"""What a case was bound by can be read years later."""

from __future__ import annotations

import pytest

from domain.rulebook_file import default, default_text, load
from store.rulebook_archive import RulebookArchive


async def test_a_rulebook_is_kept_once_under_its_digest(pool):
    """The text that bound a case is found by the digest in the case's row; keeping it again changes nothing."""
    archive = RulebookArchive(pool)
    rules = default().rules()
    for _ in range(2):
        await archive.keep(rules, default_text())
    assert await archive.text(rules.digest) == default_text()
    assert await archive.text("0" * 64) is None


@pytest.fixture
async def archive(pool) -> RulebookArchive:
    """An archive of the default and of two versions of one name."""
    kept = RulebookArchive(pool)
    await kept.keep(default().rules(), default_text())
    for hours in (5, 6):
        text = f'name = "shop"\n[clocks.S-SHIP]\nlength = "{hours} h"\n'
        await kept.keep(load(text).rules(), text)
    return kept


async def test_a_version_is_found_by_name_digest_or_both(archive):
    """A supervisor names a version as the register shows it, or shorter; what several fit is not guessed."""
    one, other = await archive.find("shop")
    assert one.version == f"shop@{one.digest[:12]}"
    for name in (one.digest, one.digest[:8], one.version, f"shop@{one.digest}"):
        assert await archive.find(name) == [one], name
    assert {found.digest for found in (one, other)} == {
        load(f'[clocks.S-SHIP]\nlength = "{hours} h"\n').digest for hours in (5, 6)
    }
    for name in ("nobody", one.digest[:7], f"default@{one.digest[:12]}", "shop@ffffffff"):
        assert await archive.find(name) == [], name
    assert [found.name for found in await archive.kept()] == ["default", "shop", "shop"]
