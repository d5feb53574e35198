"""The installation of a demonstration: what `aftersales up` starts, nothing kept, and time that can pass.

Door and dispatcher run in this process, since the dispatcher must start cases whose clocks can be driven.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import uvicorn
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from domain import rulebook_file
from domain.identity import TASK_QUEUE
from domain.webhook_signature import SigningKeys
from local.days import Days, Lived, inbox_empty
from local.stack import Stack
from local.staff import Staff
from starter.dispatcher import Dispatcher, running
from starter.http_door import HttpDoor
from starter.intake_settings import IntakeSettings
from store.migrate import migrate
from store.one_time_inputs import PostgresOneTimeInputs
from store.pool import open_pool

FACT_WAITS_HOURS = 30 / 3600  # a fact about no case: 30 seconds, since whole cases pass in less
LONGEST_WAIT_SECONDS = 4.0


@dataclass
class DemoHouse:
    """What runs. `dispatcher` does not work yet: `handing_over` lets it."""

    stack: Stack
    client: Client
    pool: asyncpg.Pool
    days: Days
    dispatcher: Dispatcher
    intake: IntakeSettings

    @asynccontextmanager
    async def handing_over(self) -> AsyncIterator[None]:
        """Events in the inbox go to their cases."""
        async with running(self.dispatcher, self.stack.dsn):
            yield

    def link(self, workflow_id: str) -> str:
        """The case in Temporal's Web UI."""
        return f"{self.stack.temporal.ui_address}/namespaces/default/workflows/{workflow_id.replace('/', '%2F')}"


@asynccontextmanager
async def standing(examples: Path, watch: Callable[[Lived], None]) -> AsyncIterator[DemoHouse]:
    """The house with the personas and the staff of a folder of examples. Raises ServerDidNotStart."""
    async with AsyncExitStack() as closing:
        stack = await closing.enter_async_context(
            Stack(
                None,
                migrate=migrate,
                task_queue=TASK_QUEUE,
                programs=("simulator", "worker"),
                options={"simulator": ["--personas", str(examples / "personas.toml")]},
            )
        )
        pool = await closing.enter_async_context(await open_pool(stack.dsn, application_name="aftersales-demo"))
        client = await Client.connect(stack.temporal.address, data_converter=pydantic_data_converter)
        intake = IntakeSettings.read(fact_waits_hours=FACT_WAITS_HOURS, longest_wait_seconds=LONGEST_WAIT_SECONDS)
        staff = Staff.read(examples / "staff.toml", keep_input=PostgresOneTimeInputs(pool).put)
        days = Days(client, stack.simulator_url, staff=staff, taken=inbox_empty(pool), watch=watch)
        rules = rulebook_file.default().rules(), rulebook_file.default_text()
        dispatcher = Dispatcher(days.client, pool, lambda: rules, intake, trust_event_time=True)
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        HttpDoor(pool, SigningKeys.parse(stack.secret("door")), intake).attach(app)
        await closing.enter_async_context(_serving(app, stack.ports["door"]))
        yield DemoHouse(stack, client, pool, days, dispatcher, intake)


class _Door(uvicorn.Server):
    """Ctrl-C is for the demonstration, which stops the door itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signals."""
        yield


@asynccontextmanager
async def _serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    door = _Door(uvicorn.Config(app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=5))
    serving = asyncio.create_task(door.serve())
    while not door.started and not serving.done():  # noqa: ASYNC110  uvicorn tells it by this flag alone
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        door.should_exit = True
        await serving
