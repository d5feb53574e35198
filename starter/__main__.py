"""`python -m starter`: the HTTP door and a dispatcher in one process, until it is asked to stop.

`--trust-event-time`: an event's own time counts as the instant it was received; for demonstrations in simulated time.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

import settings
from domain import rulebook_file
from domain.rulebook import Rulebook
from logs import configure
from process_end import ends_at_once
from starter.dispatcher import Dispatcher, running
from starter.http_door import HttpDoor
from starter.intake_settings import IntakeSettings
from starter.purging import purging
from starter.schedules import established
from store.pool import open_pool
from store.retention import Retention

GRACE = 10  # seconds for answers under way when it is asked to stop


def rulebook(own: settings.Settings) -> tuple[Rulebook, str]:
    """The rulebook that binds new cases, and its text. Raises RulebookError."""
    if own.rulebook_file is None:
        return rulebook_file.default(), rulebook_file.default_text()
    text = own.rulebook_file.read_text(encoding="utf-8")
    return rulebook_file.load(text, own.rulebook_file.name), text


async def serve(own: settings.Settings, *, trust_event_time: bool) -> None:
    """Run door and dispatcher. Neither PostgreSQL nor Temporal need to be there yet."""
    intake = IntakeSettings.read()
    book, text = rulebook(own)
    bound = book.rules(), text
    dsn = own.database()
    pool = await open_pool(dsn, application_name="aftersales-door", min_size=0)
    client = await Client.connect(**settings.temporal_connection(), data_converter=pydantic_data_converter, lazy=True)
    dispatcher = Dispatcher(client, pool, lambda: bound, intake, trust_event_time=trust_event_time)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        schedule = asyncio.create_task(established(client, book))
        async with running(dispatcher, dsn), purging(Retention.of(pool, book), intake.purge_seconds):
            yield
        schedule.cancel()
        with suppress(asyncio.CancelledError):
            await schedule

    app = FastAPI(title="aftersales door", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    HttpDoor(pool, own.door_keys(), intake).attach(app)
    host, _, port = own.door_bind.rpartition(":")
    await uvicorn.Server(
        uvicorn.Config(
            app,
            host=host.strip("[]"),
            port=int(port),
            timeout_graceful_shutdown=GRACE,
            log_config=None,
            access_log=False,
            server_header=False,
        )
    ).serve()
    await pool.close()


@ends_at_once
def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m starter", description=__doc__)
    parser.add_argument("--trust-event-time", action="store_true")
    arguments = parser.parse_args()
    try:
        own = settings.load()
        configure(own.log_level)
        asyncio.run(serve(own, trust_event_time=arguments.trust_event_time))
    except settings.SettingsInvalid as error:
        sys.exit("\n".join(f"{problem.variable}: {problem.en}" for problem in error.problems))


if __name__ == "__main__":
    main()
