"""A pool on a fresh, migrated database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from store.pool import open_pool


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool with room for 50 callers at once."""
    opened = await open_pool(database, max_size=25)
    yield opened
    await opened.close()
