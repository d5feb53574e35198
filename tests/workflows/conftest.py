"""The house of this session; its cases live side by side, so that the days of many pass at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client

import worker
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from tests import exercised
from tests.namespace import own_namespace
from tests.workflows.anew import AnewAtEveryRest
from tests.workflows.house import House, standing

HERE = Path(__file__).parent
SIDE_BY_SIDE = 20  # tests whose cases live at once: more only wait for each other on two cores


@pytest_asyncio.fixture(scope="session")
async def house(temporal: TemporalServer, postgres: PostgresServer, database_template: str) -> AsyncIterator[House]:
    """The running house."""
    await own_namespace(temporal, "house")
    client = await Client.connect(
        temporal.address, namespace="house", plugins=[worker.plugin()], interceptors=[AnewAtEveryRest()]
    )
    dsn = await postgres.create_database("house", database_template)
    async with standing(client, dsn) as house:
        yield house


class SideBySide:
    """The tests of the house, as tasks: all of them begin with the first, each is awaited by its own test."""

    def __init__(self) -> None:
        self._bodies: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {}
        self._arguments: dict[str, dict[str, Any]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def joined(self, item: pytest.Function) -> Callable[..., Coroutine[Any, Any, None]]:
        """The body that pytest runs instead of the test's own."""
        self._bodies[item.nodeid] = item.obj
        self._arguments[item.nodeid] = dict(item.callspec.params) if hasattr(item, "callspec") else {}

        async def awaited(**given: Any) -> None:
            if not self._tasks:
                self._begin(given["house"])
            await self._tasks[item.nodeid]

        return awaited

    def _begin(self, house: House) -> None:
        free = asyncio.Semaphore(SIDE_BY_SIDE)

        async def live(nodeid: str) -> None:
            exercised.living.set(nodeid)
            async with free:
                await self._bodies[nodeid](house=house, **self._arguments[nodeid])

        self._tasks = {nodeid: asyncio.create_task(live(nodeid), name=nodeid) for nodeid in self._bodies}


@pytest.hookimpl(trylast=True)  # after the selection by name
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests here that ask for nothing but the house live side by side."""
    together = SideBySide()
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent == HERE and _asks_for_the_house_only(item):
            item.obj = together.joined(item)


def _asks_for_the_house_only(item: pytest.Function) -> bool:
    parameters = set(item.callspec.params) if hasattr(item, "callspec") else set()
    return set(signature(item.obj).parameters) - parameters == {"house"}
