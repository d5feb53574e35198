"""The worker: settings → Temporal client → pool → gateways → activities → `Worker`. Run one process a core.

    python worker.py          or          aftersales worker

Temporal's address, namespace and TLS come from Temporal's own environment configuration; all else from `settings`.
SIGTERM and SIGINT let running activities finish before the process ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import uvloop
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

import settings
from activities.agenda import AgendaActivities
from activities.collection import CollectionActivities
from activities.contact import ContactActivities
from activities.courier import CourierActivities
from activities.journal import JournalActivities
from activities.order_file import OrderFileActivities
from activities.reconciliation import ReconciliationActivities
from activities.refunds import RefundActivities
from activities.repair import RepairActivities
from activities.rulebook import RulebookActivities
from activities.warehouse import WarehouseActivities
from activities.working_time import WorkingTimeActivities
from contextless import CONVERTER, ContextlessRunner
from domain.identity import TASK_QUEUE
from gateways.collection import SignedCollectionGateway
from gateways.contact import SignedContactGateway
from gateways.courier import SignedCourierGateway
from gateways.refunds import SignedRefundGateway
from gateways.repair import SignedRepairGateway
from gateways.signed_json import PartnerWire, partner_client
from gateways.warehouse import SignedWarehouseGateway
from kept_code import keep
from logs import configure
from process_end import ends_at_once
from store.address_book import PostgresAddressBook
from store.agenda import PostgresAgenda
from store.collection_ledger import PostgresCollectionLedger
from store.contact_ledger import PostgresContactLedger
from store.goods_held import PostgresGoodsHeld
from store.journal import PostgresJournal
from store.one_time_inputs import PostgresOneTimeInputs
from store.order_file import PostgresOrderFiles
from store.pool import open_pool
from store.reconciliation import PostgresReconciliations
from store.refund_ledger import PostgresRefundLedger
from store.rulebook_archive import RulebookArchive
from store.working_time import CalendarWorkingTime
from workflows.agenda import AgendaWorkflow
from workflows.case import CaseWorkflow
from workflows.reconciliation import ReconciliationWorkflow

keep("workflows")

CACHED = 1000  # cases; a full garbage collection over twice as many came near the SDK's two seconds of patience
GRACE = timedelta(seconds=30)
PATIENCE_WITH_STICKY = timedelta(seconds=5)  # a dead worker's cases go to another one after so long
POOL = 20
REFUND_CHANNELS = ("provider", "marketplace", "manual")


def plugin() -> SimplePlugin:
    """What clients, workers and replays must share: the converter, the sandbox, what fails a workflow."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(
        "domain", "activities", "pydantic", "structlog"
    ).with_import_notification_policy(
        SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
        | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
    return SimplePlugin(
        "aftersales",
        data_converter=CONVERTER,
        workflows=[CaseWorkflow, ReconciliationWorkflow, AgendaWorkflow],
        workflow_runner=ContextlessRunner(restrictions=restrictions),
        workflow_failure_exception_types=[ValidationError],
    )


def activities_over(
    pool: asyncpg.Pool, wires: Mapping[str, PartnerWire], working_time: CalendarWorkingTime, return_address: str = ""
) -> list[Any]:
    """Every activity, over the store and the partners' wires."""
    book = PostgresAddressBook(pool)
    contact = ContactActivities(PostgresContactLedger(pool), SignedContactGateway(wires["contact"]), return_address)
    courier = CourierActivities(SignedCourierGateway(wires["courier"]), book)
    warehouse = WarehouseActivities(SignedWarehouseGateway(wires["warehouse"]), book, PostgresGoodsHeld(pool))
    repair = RepairActivities(SignedRepairGateway(wires["repair"]), book)
    provider = SignedRefundGateway(dict.fromkeys(REFUND_CHANNELS, wires["refund"]))
    refunds = RefundActivities(PostgresRefundLedger(pool), provider, PostgresOneTimeInputs(pool))
    payments = SignedCollectionGateway(dict.fromkeys(REFUND_CHANNELS, wires["refund"]))
    collection = CollectionActivities(PostgresCollectionLedger(pool), payments)
    reconciliation = ReconciliationActivities(PostgresReconciliations(pool), provider, payments)
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
        reconciliation.list_channels,
        reconciliation.list_unfinished_parts,
        reconciliation.reconcile_part,
        JournalActivities(PostgresJournal(pool)).write_journal,
        WorkingTimeActivities(working_time).working_due,
        RulebookActivities(RulebookArchive(pool)).adoptable_rules,
        AgendaActivities(PostgresAgenda(pool)).draw_up_agenda,
        OrderFileActivities(PostgresOrderFiles(pool)).read_order_file,
    ]


def worker_over(client: Client, activities: list[Any], *, cached_workflows: int = CACHED) -> Worker:
    """A worker on our task queue."""
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        activities=activities,
        max_cached_workflows=cached_workflows,
        max_concurrent_activities=100,
        sticky_queue_schedule_to_start_timeout=PATIENCE_WITH_STICKY,
        graceful_shutdown_timeout=GRACE,
    )


async def connect(runtime: Runtime | None = None) -> Client:
    """A client with our plugin, at the address of Temporal's own configuration."""
    return await Client.connect(**{**settings.temporal_connection(), "plugins": [plugin()], "runtime": runtime})


def collect_less() -> None:
    """Have the garbage collector leave alone what stays, and look less often: loading a case makes many objects.

    Untuned it took two per cent of a worker's time, and looked through all cases of the cache at once too often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def run() -> None:
    """Run until asked to stop, on the event loop that costs least."""
    uvloop.run(main())


async def main() -> None:
    """Run until asked to stop."""
    options = settings.load()
    dsn, partners = options.database(), {name: options.partner(name) for name in settings.PARTNERS}
    configure(options.log_level)
    runtime = None
    if options.metrics_bind:
        metrics = PrometheusConfig(
            bind_address=options.metrics_bind, counters_total_suffix=True, durations_as_seconds=True
        )
        runtime = Runtime(telemetry=TelemetryConfig(metrics=metrics))
    client = await connect(runtime)
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    async with contextlib.AsyncExitStack() as stack:
        pool = await stack.enter_async_context(
            await open_pool(dsn, application_name="aftersales-worker", max_size=POOL)
        )
        http = await stack.enter_async_context(partner_client())
        wires = {name: PartnerWire(http, partner.url, partner.keys) for name, partner in partners.items()}
        working_time = CalendarWorkingTime.from_folder(options.calendar_folder)
        worker = worker_over(client, activities_over(pool, wires, working_time, options.return_address))
        logging.getLogger("aftersales").info("worker_started")
        collect_less()
        async with worker:
            await asked.wait()
    logging.getLogger("aftersales").info("worker_stopped")


@ends_at_once
def program() -> None:
    """`python worker.py`: run, or say which settings are wrong."""
    try:
        run()
    except settings.SettingsInvalid as error:
        sys.exit("\n".join(f"{p.variable}: {p.en}" for p in error.problems))


if __name__ == "__main__":
    program()
