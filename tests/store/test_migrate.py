"""Migrations run once, in order, and never under a changed file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from local.postgres import PostgresServer
from store.migrate import FOLDER, MARK, MigrationRefused, MigrationState, migrate, status


@pytest.fixture
async def empty_database(postgres: PostgresServer):
    """The DSN of a database without any table."""
    yield await postgres.create_database("empty")
    await postgres.drop_database("empty")


def write(folder: Path, name: str, sql: str) -> None:
    (folder / name).write_text(f"{MARK}\n{sql}", encoding="utf-8")


async def test_eight_starters_apply_each_file_once(empty_database):
    """Eight processes that start at once leave every migration applied exactly once, each by one of them."""
    applied = await asyncio.gather(*(migrate(empty_database) for _ in range(8)))
    names = sorted(path.name for path in FOLDER.glob("*.sql"))
    assert sorted(name for one in applied for name in one) == names
    lines = await status(empty_database)
    assert [line.name for line in lines] == names
    assert {line.state for line in lines} == {MigrationState.APPLIED}
    assert await migrate(empty_database) == []


async def test_a_changed_file_is_refused(empty_database, tmp_path):
    """Editing a migration that ran is refused with a sentence that names the file, before anything new is applied."""
    write(tmp_path, "0001_a.sql", "CREATE TABLE a (x int);")
    await migrate(empty_database, tmp_path)
    write(tmp_path, "0001_a.sql", "CREATE TABLE a (x int, y int);")
    write(tmp_path, "0002_b.sql", "CREATE TABLE b (x int);")
    with pytest.raises(MigrationRefused, match=r"0001_a\.sql was applied and has been changed"):
        await migrate(empty_database, tmp_path)
    states = {line.name: line.state for line in await status(empty_database, tmp_path)}
    assert states == {"0001_a.sql": MigrationState.CHANGED, "0002_b.sql": MigrationState.WAITING}


async def test_a_failing_file_leaves_nothing_behind(empty_database, tmp_path):
    """A migration that fails half way is rolled back whole, and the ones before it stay."""
    write(tmp_path, "0001_a.sql", "CREATE TABLE a (x int);")
    write(tmp_path, "0002_b.sql", "CREATE TABLE b (x int); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty_database, tmp_path)
    write(tmp_path, "0002_b.sql", "CREATE TABLE b (x int);")
    assert await migrate(empty_database, tmp_path) == ["0002_b.sql"]


async def test_a_newer_database_is_left_alone(empty_database, tmp_path):
    """The old version starts on a database that a newer one has migrated, and says so in the status."""
    write(tmp_path, "0001_a.sql", "CREATE TABLE a (x int);")
    write(tmp_path, "0002_b.sql", "CREATE TABLE b (x int);")
    await migrate(empty_database, tmp_path)
    (tmp_path / "0002_b.sql").unlink()
    assert await migrate(empty_database, tmp_path) == []
    assert [line.state for line in await status(empty_database, tmp_path)] == [
        MigrationState.APPLIED,
        MigrationState.NEWER,
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("1_a.sql", f"{MARK}\n", "four digits"),
        ("0001_a.sql", "CREATE TABLE a (x int);", "first line"),
        ("0002_again.sql", f"{MARK}\n", "same number"),
    ],
)
async def test_a_malformed_file_is_refused(empty_database, tmp_path, name, text, told):
    """A file with a wrong name, number or first line is refused before anything runs."""
    write(tmp_path, "0002_b.sql", "CREATE TABLE b (x int);")
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(MigrationRefused, match=told):
        await migrate(empty_database, tmp_path)
    assert await status(empty_database, FOLDER)
