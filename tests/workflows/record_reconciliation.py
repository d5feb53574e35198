"""Record the histories of the daily reconciliation that `test_reconciliation_replay.py` replays: one per ending.

python -m tests.workflows.record_reconciliation
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

from domain.reconciliation import ReconciliationOrder
from gateways.signed_json import partner_client
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from store.migrate import migrate
from tests.workflows.bookkeeping import KINDS, Bookkeeping, order_for
from tests.workflows.record import without_machine
from tests.workflows.workshop import opened

HISTORIES = Path(__file__).with_name("histories") / "reconciliation"
Ending = Callable[[Bookkeeping], Awaitable[ReconciliationOrder]]


async def _agrees(books: Bookkeeping) -> ReconciliationOrder:
    await books.refund()
    return order_for(books.day, books.day + timedelta(days=1))


async def _differs(books: Bookkeeping) -> ReconciliationOrder:
    """A difference of each kind; the case of the payment that was never noted is over."""
    for make in KINDS.values():
        await make(books)
    return order_for(books.day)


async def _away(books: Bookkeeping) -> ReconciliationOrder:
    """One channel refuses, the others do not answer to the end of our patience."""
    await books.fault("refuse", operation="statement", code="NOT_TODAY")
    await books.fault("unavailable", operation="statement", times=0, seconds=0)
    return order_for(books.day, books.day + timedelta(days=1))


async def _unfinished(books: Bookkeeping) -> ReconciliationOrder:
    await books.refund()
    return order_for().model_copy(update={"back": timedelta(days=2)})


ENDINGS: Mapping[str, Ending] = {
    "agrees": _agrees,
    "differs": _differs,
    "away": _away,
    "unfinished": _unfinished,
}


async def main() -> None:
    """Record all of them."""
    HISTORIES.mkdir(parents=True, exist_ok=True)
    async with PostgresServer() as postgres, TemporalServer() as temporal:
        dsn = await postgres.create_database("books")
        await migrate(dsn)
        async with opened(temporal, "books", dsn) as workshop, partner_client() as http:
            for name, prepare in ENDINGS.items():
                books = Bookkeeping(workshop, http)
                handle = await books.begin(await prepare(books))
                await asyncio.gather(handle.result(), return_exceptions=True)
                await books.no_more_faults()
                history = json.loads((await handle.fetch_history()).to_json())
                written = json.dumps(without_machine(history), ensure_ascii=False, separators=(",", ":"))
                (HISTORIES / f"{name}.json").write_text(f"{written}\n")
                sys.stdout.write(f"{name}: {len(history['events'])} events\n")


if __name__ == "__main__":
    asyncio.run(main())
