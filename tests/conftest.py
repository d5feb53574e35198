"""What every test may ask for: a real PostgreSQL, a fresh migrated database, a real Temporal server, a client.

One event loop carries the whole session (see `pyproject.toml`), so servers, pools and clients can be shared.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import asyncpg
import hypothesis
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from store.migrate import migrate

_numbers = itertools.count(1)
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")  # how long an example takes says how busy the machine is


@pytest_asyncio.fixture(scope="session")
async def postgres() -> AsyncIterator[PostgresServer]:
    """The PostgreSQL server of this session, started by the first test that needs it."""
    async with PostgresServer() as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def database_template(postgres: PostgresServer) -> str:
    """The name of a migrated database that nobody connects to: copying it takes milliseconds."""
    name = "migrated"
    dsn = await postgres.create_database(name)
    await migrate(dsn)
    return name


@pytest_asyncio.fixture
async def database(postgres: PostgresServer, database_template: str) -> AsyncIterator[str]:
    """The DSN of a migrated database without a row, for one test: a new one, or one that a test left and was emptied.

    A copy costs a quarter of a second of the kernel's time, an emptying some milliseconds.
    """
    name = _emptied.pop() if _emptied else f"test_{next(_numbers)}"
    known = name in _shapes
    dsn = postgres.dsn(name) if known else await postgres.create_database(name, database_template)
    if not known:
        _shapes[name] = await _shape(dsn)
    yield dsn
    if await _empty(dsn, _shapes[name]):
        _emptied.append(name)
    else:
        del _shapes[name]
        await postgres.drop_database(name)


_emptied: list[str] = []
_shapes: dict[str, str] = {}

_SHAPE = """
SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
    SELECT format('%s.%s %s %s', attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute
        WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', name, checksum) FROM applied_migrations
) AS shape (line)
"""

_EMPTY = """
SET session_replication_role = replica;
DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT format('%I', tablename) FROM pg_tables
               WHERE schemaname = 'public' AND tablename <> 'applied_migrations' LOOP
        EXECUTE 'DELETE FROM ' || one;
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences;
END $$;
"""


async def _shape(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval(_SHAPE))
    finally:
        await connection.close()


async def _empty(dsn: str, shape: str) -> bool:
    """Cut off whoever is connected and delete every row. False when the test changed more than rows."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if await connection.fetchval(_SHAPE) != shape:
            return False
        await connection.execute(_EMPTY)
    finally:
        await connection.close()
    return True


@pytest_asyncio.fixture(scope="module")
async def module_database(postgres: PostgresServer, database_template: str) -> AsyncIterator[str]:
    """The DSN of a fresh, migrated database that the tests of one file share."""
    name = f"test_{next(_numbers)}"
    yield await postgres.create_database(name, database_template)
    await postgres.drop_database(name)


@pytest_asyncio.fixture(scope="session")
async def temporal() -> AsyncIterator[TemporalServer]:
    """The Temporal server of this session (`temporal.address`), with time skipping and our search attributes."""
    async with TemporalServer() as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def client(temporal: TemporalServer) -> Client:
    """A client whose values travel as pydantic JSON, as in production."""
    return await Client.connect(temporal.address, data_converter=pydantic_data_converter)
