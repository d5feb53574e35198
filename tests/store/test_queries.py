"""Named queries are all there, all used, and all understood by the server."""

from __future__ import annotations

import re
from pathlib import Path

import asyncpg
import pytest

from store.journal import RECORD_KINDS
from store.queries import FOLDER, SQL, load

ROOT = FOLDER.parent.parent
FRAGMENTS = {*RECORD_KINDS, "case_record", "journal_page", "journal_record", "journal_answer"}


def test_code_and_files_name_the_same_queries():
    """Every query that code asks for exists, and no query is left over."""
    asked, named = set(FRAGMENTS), set(FRAGMENTS)
    for room in ("store", "starter", "console", "commands"):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            named |= set(re.findall(r'"(\w+)"', text))
            asked |= set(re.findall(r'SQL\["(\w+)"\]', text))
    assert asked <= set(SQL) <= named


async def test_the_server_understands_every_query(pool):
    """Each statement is prepared against the migrated tables."""
    for name in sorted(SQL.keys() - FRAGMENTS):
        try:
            async with pool.acquire() as connection:
                await connection.prepare(SQL[name])
        except asyncpg.PostgresError as error:
            pytest.fail(f"{name}: {error}")


@pytest.mark.parametrize(
    "text", ["-- name: a\n", "-- name: a b\nSELECT 1", "-- name: a\nSELECT 1\n-- name: a\nSELECT 2"]
)
def test_a_query_without_name_or_text_is_refused(tmp_path: Path, text: str):
    """A query that could be mistaken for another stops the program at its start."""
    (tmp_path / "x.sql").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.sql"):
        load(tmp_path)
