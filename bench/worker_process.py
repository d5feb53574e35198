"""One twin's worker in a process of its own: `python -m bench.worker_process`. Reports on standard output, a line each:

asked <case number> <asking> <key>           a partner was asked
started <workflow id> <activity> <ns>        with `--starts`: an activity began, on the machine's monotonic clock
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import time
from typing import Any

import asyncpg
import temporalio.client
import uvloop
from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

import worker as ours
from activities.collection import CollectionActivities
from activities.contact import ContactActivities
from activities.courier import CourierActivities
from activities.journal import JournalActivities
from activities.order_file import OrderFileActivities
from activities.refunds import RefundActivities
from activities.repair import RepairActivities
from activities.warehouse import WarehouseActivities
from activities.working_time import WorkingTimeActivities
from bench.bare import BARE
from bench.bare_activities import BareActivities
from bench.partners import Partners, Payments, Repairer, Told
from bench.twins import WORKERS
from contextless import CONVERTER
from process_end import ends_at_once
from store.address_book import PostgresAddressBook
from store.collection_ledger import PostgresCollectionLedger
from store.contact_ledger import PostgresContactLedger
from store.goods_held import PostgresGoodsHeld
from store.journal import PostgresJournal
from store.one_time_inputs import PostgresOneTimeInputs
from store.order_file import PostgresOrderFiles
from store.pool import open_pool
from store.refund_ledger import PostgresRefundLedger
from store.working_time import CalendarWorkingTime


def case_activities(pool: asyncpg.Pool, told: Told) -> list[Any]:
    """Our activities over the real store and partners in the process."""
    partners = Partners(told)
    book = PostgresAddressBook(pool)
    contact = ContactActivities(PostgresContactLedger(pool), partners)
    courier = CourierActivities(partners, book)
    warehouse = WarehouseActivities(partners, book, PostgresGoodsHeld(pool))
    repair = RepairActivities(Repairer(told), book)
    collection = CollectionActivities(PostgresCollectionLedger(pool), Payments(told))
    refunds = RefundActivities(PostgresRefundLedger(pool), partners, PostgresOneTimeInputs(pool))
    return [
        contact.contact_customer,
        courier.track_parcel,
        courier.request_courier,
        warehouse.announce_return,
        warehouse.ship_goods,
        warehouse.dispose_goods,
        warehouse.ask_warehouse,
        warehouse.change_pending_order,
        repair.order_repair,
        repair.ask_repairer,
        repair.cancel_repair,
        refunds.issue_refund,
        collection.collect_money,
        OrderFileActivities(PostgresOrderFiles(pool)).read_order_file,
        JournalActivities(PostgresJournal(pool)).write_journal,
        WorkingTimeActivities(CalendarWorkingTime.from_folder(None)).working_due,
    ]


def bare_worker(client: Client, told: Told, twin: str) -> Worker:
    """A worker of the bare workflows, with the options of ours; `bare` in the SDK's sandbox, `lean` in ours."""
    bare = BareActivities(Partners(told))
    runner = ours.plugin().workflow_runner
    assert isinstance(runner, SandboxedWorkflowRunner)
    return Worker(
        client,
        task_queue=twin,
        workflows=BARE,
        activities=[bare.contact, bare.courier, bare.announce, bare.dispose, bare.ship, bare.refund],
        workflow_runner=runner if twin == "lean" else SandboxedWorkflowRunner(restrictions=runner.restrictions),
        max_cached_workflows=ours.CACHED,
        max_concurrent_activities=100,
        sticky_queue_schedule_to_start_timeout=ours.PATIENCE_WITH_STICKY,
    )


class _Starts(temporalio.client.Interceptor, Interceptor):
    """Reports each activity's start. A client's interceptor, so that the client hands it on to its workers."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _StartsInbound(next)


class _StartsInbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        now = time.monotonic_ns()
        info = activity.info()
        print("started", info.workflow_id, info.activity_type, now, flush=True)
        return await self.next.execute_activity(input)


def asked_for() -> argparse.Namespace:
    """The process's options."""
    parser = argparse.ArgumentParser()
    parser.add_argument("twin", choices=WORKERS)
    parser.add_argument("--temporal", required=True)
    parser.add_argument("--dsn", default="")
    parser.add_argument("--starts", action="store_true")
    return parser.parse_args()


async def main(options: argparse.Namespace) -> None:
    """Work until asked to stop."""
    sys.dont_write_bytecode = False  # else the sandbox would compile the bare twin for each case
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)

    def told(case_no: str, asked: str, key: str) -> None:
        print("asked", case_no, asked, key, flush=True)

    interceptors = [_Starts()] if options.starts else []
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    async with contextlib.AsyncExitStack() as stack:
        if options.twin == "ours":
            client = await Client.connect(options.temporal, plugins=[ours.plugin()], interceptors=interceptors)
            pool = await stack.enter_async_context(await open_pool(options.dsn, max_size=ours.POOL))
            worker = ours.worker_over(client, case_activities(pool, told))
            ours.collect_less()
        else:
            converter = CONVERTER if options.twin == "lean" else pydantic_data_converter
            client = await Client.connect(options.temporal, data_converter=converter, interceptors=interceptors)
            worker = bare_worker(client, told, options.twin)
        async with worker:
            print("ready", flush=True)
            await asked_to_stop.wait()


@ends_at_once
def program() -> None:
    """Run the twin that was asked for, on the event loop it would have."""
    chosen = asked_for()
    (asyncio if chosen.twin == "bare" else uvloop).run(main(chosen))


if __name__ == "__main__":
    program()
