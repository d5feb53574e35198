"""What every test may ask for: a real PostgreSQL, a fresh migrated database, a real Temporal server, a client.

One event loop carries the whole session (see `pyproject.toml`), so servers, pools and clients can be shared.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from store.migrate import migrate

_numbers = itertools.count(1)


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
    """The DSN of a fresh, migrated database for one test."""
    name = f"test_{next(_numbers)}"
    yield await postgres.create_database(name, database_template)
    await postgres.drop_database(name)


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
