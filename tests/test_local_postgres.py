"""The PostgreSQL that demo, `aftersales up` and the tests start."""

from __future__ import annotations

import asyncpg
import pytest

from local.postgres import PostgresServer


async def test_a_fresh_database_answers(database: str) -> None:
    """Every test gets a database of PostgreSQL 18 in UTF-8 and UTC."""
    connection = await asyncpg.connect(database)
    assert (await connection.fetchval("SHOW server_version")).startswith("18.")
    assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    assert await connection.fetchval("SHOW timezone") == "UTC"
    await connection.close()


async def test_nobody_enters_without_the_password(postgres: PostgresServer) -> None:
    """Another user of the machine who knows the port still cannot read the shop's data."""
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://aftersales:guess@127.0.0.1:{postgres.port}/aftersales")
