"""A pool on the test's database, and a namespace of its own on the real server with a worker for `ToldCase`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.identity import TASK_QUEUE
from domain.rulebook_file import default, default_text
from local.temporal_server import SEARCH_ATTRIBUTES, TemporalServer
from starter.dispatcher import Dispatcher
from starter.intake_settings import IntakeSettings
from store.pool import open_pool
from tests.starter.told_case import ToldCase

MakeDispatcher = Callable[..., Dispatcher]


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on this test's database."""
    pool = await open_pool(database, max_size=8)
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def shop_client(temporal: TemporalServer, database: str) -> AsyncIterator[Client]:
    """A client on an own namespace, so that case numbers of one test never meet those of another; with a worker."""
    namespace = f"starter-{database.rpartition('_')[2]}"
    client = await Client.connect(temporal.address, namespace=namespace, data_converter=pydantic_data_converter)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=Duration(seconds=86_400))
    )
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=namespace,
            search_attributes={
                name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
                for name, kind in SEARCH_ATTRIBUTES.items()
            },
        )
    )
    await _until_it_takes_cases(client)
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[ToldCase], workflow_runner=UnsandboxedWorkflowRunner()):
        yield client


async def _until_it_takes_cases(client: Client) -> None:
    """A new namespace reaches the server's caches after a moment."""
    from asyncio import sleep

    for _ in range(200):
        try:
            async for _found in client.list_workflows("AfterSaleShop = 'nobody'"):
                pass
            await client.start_workflow("Nothing", id="nothing", task_queue="nothing")
            await client.get_workflow_handle("nothing").terminate()
        except RPCError:
            await sleep(0.05)
        else:
            return
    raise AssertionError("the namespace did not come up")


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
