"""A pool on the test's database, and a namespace of its own on the real server with a worker for `ToldCase`."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.identity import TASK_QUEUE
from domain.rulebook_file import default, default_text
from local.temporal_server import TemporalServer
from starter.dispatcher import Dispatcher
from starter.intake_settings import IntakeSettings
from store.pool import open_pool
from tests.namespace import own_namespace
from tests.starter.told_case import ToldCase

MakeDispatcher = Callable[..., Dispatcher]
_numbers = itertools.count(1)


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on this test's database."""
    pool = await open_pool(database, max_size=8)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def shop_client(temporal: TemporalServer) -> AsyncIterator[Client]:
    """A client on an own namespace, so that case numbers of one test never meet those of another; with a worker."""
    namespace = f"starter-{next(_numbers)}"
    await own_namespace(temporal, namespace)
    client = await Client.connect(temporal.address, namespace=namespace, data_converter=pydantic_data_converter)
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[ToldCase], workflow_runner=UnsandboxedWorkflowRunner()):
        yield client


@pytest_asyncio.fixture
async def make_dispatcher(shop_client: Client, pool: asyncpg.Pool) -> MakeDispatcher:
    """Makes dispatchers on this test's database and namespace; keyword arguments change single intake settings."""

    rules = (default().rules(), default_text())

    def make(*, client: Client | None = None, trust_event_time: bool = False, **settings: Any) -> Dispatcher:
        quick = {"first_wait_seconds": 0.05, "poll_seconds": 0.2, **settings}
        return Dispatcher(
            client or shop_client,
            pool,
            lambda: rules,
            IntakeSettings.read(**quick),
            trust_event_time=trust_event_time,
        )

    return make
