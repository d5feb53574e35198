"""What bricks a workflow on the real server, seen to happen to a bare one, and that it does not happen to a case."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.vocabulary import CaseType
from local.postgres import PostgresServer
from local.temporal_server import DYNAMIC_CONFIG, TemporalServer
from store.migrate import migrate
from tests.workflows.workshop import Bench, Workshop, opened

MOST_SIGNALS = 600  # that this file's server takes for one run; by default it takes 10,000, and does just the same
ANEW_AFTER = 200  # events or messages: the case's own bound, in the proportion of its default to the server's
OURS = (
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
)
MOST_BYTES = 2 * 2**20  # of one payload
BARE = "bare"  # task queue of the bare workflows


@workflow.defn(sandboxed=False)
class Bare:
    """A workflow as one writes it first: it waits, and has a handler that says what it takes."""

    def __init__(self) -> None:
        """Nothing said yet."""
        self.scores: list[int] = []

    @workflow.run
    async def run(self, size: int) -> int:
        """Fetch something of that size, if any, and wait for a score."""
        if size:
            once = RetryPolicy(maximum_attempts=1)
            await workflow.execute_activity(
                fetch, size, start_to_close_timeout=timedelta(seconds=20), retry_policy=once
            )
        await workflow.wait_condition(lambda: bool(self.scores))
        return self.scores[0]

    @workflow.signal
    def score(self, score: int) -> None:
        """A score."""
        self.scores.append(score)


@activity.defn
async def fetch(size: int) -> str:
    """So many bytes."""
    return "x" * size


@pytest_asyncio.fixture(scope="module")
async def server() -> AsyncIterator[TemporalServer]:
    """A server of this file's own that refuses signals sooner, so that nobody waits for ten thousand."""
    with pytest.MonkeyPatch.context() as patch:
        bound = f"history.maximumSignalsPerExecution={MOST_SIGNALS}"
        patch.setattr("local.temporal_server.DYNAMIC_CONFIG", (*DYNAMIC_CONFIG, bound))
        async with TemporalServer() as server:
            yield server


@pytest_asyncio.fixture(scope="module")
async def workshop(server: TemporalServer, postgres: PostgresServer, database_template: str) -> AsyncIterator[Workshop]:
    """A workshop for this file, and a worker for the bare workflows."""
    dsn = await postgres.create_database("bricked", database_template)
    async with opened(server, "bricked", dsn) as workshop:
        client = await Client.connect(server.address, namespace="bricked")
        async with Worker(
            client,
            task_queue=BARE,
            workflows=[Bare],
            activities=[fetch],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            yield workshop


async def flood(handle: Any, kind: str, count: int, *, patience: float = 0.0) -> None:
    """Send so many signals, as fast as they are taken. A refused one is sent again for a while, as our door does."""

    async def send(number: int) -> None:
        give_up = monotonic() + patience
        while True:
            try:
                return await handle.signal(kind, {"id": f"{kind}-{number}"})
            except RPCError:
                if monotonic() > give_up:
                    raise
                await asyncio.sleep(0.2)

    for begin in range(0, count, 250):
        await asyncio.gather(*(send(number) for number in range(begin, min(begin + 250, count))))


async def test_a_run_takes_so_many_signals_and_no_more(workshop: Workshop) -> None:
    """The bare case: it never goes on in a new run, and the server refuses the rest for good."""
    handle = await workshop.client.start_workflow("Bare", 0, id="flooded", task_queue=BARE)
    await flood(handle, "said", MOST_SIGNALS)
    with pytest.raises(RPCError, match=r"(?i)limit"):
        await flood(handle, "said", 10, patience=2)


async def test_a_case_flooded_while_its_worker_is_down_takes_all_and_goes_on(workshop: Workshop) -> None:
    """As many messages at once as the server takes: one task takes them in its two seconds, a new run goes on."""
    bench = await workshop.begin(CaseType.RETURN_REFUND, anew_after=ANEW_AFTER)
    await bench.until(waiting_for="consent")
    await workshop.stop_worker()
    await flood(bench.handle, "customer_replied", MOST_SIGNALS - 1)
    await bench.say("customer_agreed", {"id": "his-word"})
    workshop.start_worker()
    await bench.until(waiting_for="return_number")
    said = await bench.journalled(lambda found: len(found) == MOST_SIGNALS, "customer_replied", "customer_agreed")
    assert said[-1].event == "customer_agreed"
    assert await bench.runs() > 1
    missing = "SELECT entries_missing FROM cases WHERE case_no = $1"
    assert await workshop.pool.fetchval(missing, bench.request.case_no) == 0
    assert await failures(bench) == []


async def test_a_case_flooded_at_work_goes_on_in_new_runs_and_takes_all(workshop: Workshop) -> None:
    """A flood of several times what one run takes: what the server refuses for a moment, the next run takes."""
    bench = await workshop.begin(CaseType.RETURN_REFUND, anew_after=ANEW_AFTER)
    await bench.until(waiting_for="consent")
    await flood(bench.handle, "customer_replied", 3 * MOST_SIGNALS, patience=30)
    await flood(bench.handle, "customer_agreed", 1, patience=30)
    await bench.until(waiting_for="return_number")
    await bench.journalled(lambda found: len(found) == 3 * MOST_SIGNALS, "customer_replied")
    assert await bench.runs() > 3
    assert await failures(bench) == []


async def failures(bench: Bench) -> list[str]:
    """Workflow tasks that our code failed, in all runs.

    In a flood the server itself breaks tasks off and has them done again: their pages come twice, and count once.
    """
    client = bench.workshop.client
    found = []
    async for run in client.list_workflows(f'WorkflowId = "{bench.handle.id}"'):
        async for event in client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events():
            failed = event.workflow_task_failed_event_attributes
            if event.HasField("workflow_task_failed_event_attributes") and failed.cause in OURS:
                found.append(failed.failure.message)
    return found


async def test_a_result_over_two_megabytes_fails_its_activity(workshop: Workshop) -> None:
    """The bare case: what is too big is no result, and the workflow fails with it. (Ours hand over references: every
    message, record and page is bounded, see tests/domain/test_receiving.py.)"""
    handle = await workshop.client.start_workflow("Bare", MOST_BYTES + 1, id="too-big", task_queue=BARE)
    with pytest.raises(WorkflowFailureError):
        await asyncio.wait_for(handle.result(), 60)


async def test_a_signal_of_a_wrong_type_is_dropped_without_a_word(workshop: Workshop) -> None:
    """The bare case: it stands in the history, no handler ever hears of it, nothing fails. (Ours: test_messages.py.)"""
    handle = await workshop.client.start_workflow("Bare", 0, id="typed", task_queue=BARE)
    await handle.signal("score", "very good")
    await handle.signal("score", 5)
    assert await asyncio.wait_for(handle.result(), 60) == 5
    counted = Counter([EventType.Name(event.event_type) async for event in handle.fetch_history_events()])
    assert counted["EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED"] == 2
    assert counted["EVENT_TYPE_WORKFLOW_TASK_FAILED"] == 0


async def test_hours_without_postgresql_cost_a_handful_of_events_and_lose_nothing(
    temporal: TemporalServer, tmp_path: Path
) -> None:
    """PostgreSQL is away for six hours: the case takes what comes, keeps its deadline, and writes its page later."""
    postgres = PostgresServer(tmp_path)
    await postgres.start()
    await migrate(postgres.dsn())
    async with opened(temporal, "outage", postgres.dsn()) as workshop:
        skipper = TimeSkipper(workshop.client)
        with skipper.with_time_skipping_disabled():
            bench = await workshop.begin(
                CaseType.REFUND_ONLY, by=skipper.client, reason="not_received", clocks={"D-REFDEC": 4 * 3600}
            )
        await bench.until(waiting_for="decision_refund_only")
        written = len(await bench.journal())
        before = len(await bench.history())
        port = postgres.port
        await postgres.stop()

        for number in range(3):
            await bench.say("customer_replied", {"id": f"said-{number}"})
        await skipper.fast_forward(bench.handle, timedelta(hours=6))
        told = await bench.shown()
        assert told["journal_behind"] >= 4
        assert {clock["state"] for clock in told["clocks"] if clock["id"] == "D-REFDEC"} == {"breached"}
        during = Counter(EventType.Name(event.event_type)[11:] for event in (await bench.history())[before:])

        postgres = PostgresServer(tmp_path, port=port)
        await postgres.start()
        await skipper.fast_forward(bench.handle, timedelta(hours=3))
        await bench.journalled(lambda found: len(found) == 3, "customer_replied")
        await bench.until(journal_behind=0)
        assert "clock_breached" in [entry.event for entry in (await bench.journal())[written:]]
        row = await workshop.pool.fetchrow("SELECT * FROM cases WHERE case_no = $1", bench.request.case_no)
        assert row["entries_missing"] == 0
        state = await bench.handle.query("state")
        assert (state["unread"], state["records"], row["last_entry"]) == ([], {}, state["entry_count"])
    await postgres.stop()
    # Seven attempts, the gap growing to two hours: each is a timer and a task, beside three messages.
    ours = {kind: n for kind, n in during.items() if "TIME_SKIPPING" not in kind and "OPTIONS" not in kind}
    assert sum(ours.values()) < 100, ours
    assert 4 <= ours["MARKER_RECORDED"] <= 9, ours


async def test_a_page_that_postgresql_refuses_is_put_before_a_person(workshop: Workshop) -> None:
    """What repeating cannot help is told at once: the case needs a human, and goes on."""
    await workshop.pool.execute(
        "ALTER TABLE journal_entries ADD CONSTRAINT no_such_word CHECK (event <> 'address_confirmed')"
    )
    bench = await workshop.begin(CaseType.RETURN_REFUND)
    await bench.until(waiting_for="consent")
    await bench.say("address_confirmed", {})
    told = await bench.until(needs_human="journal_failing")
    assert told["journal_behind"] >= 1
    sought = f"AfterSaleNeedsHuman = 'journal_failing' AND WorkflowId = '{bench.handle.id}'"
    async with asyncio.timeout(60):
        while (await workshop.client.count_workflows(sought)).count != 1:  # noqa: ASYNC110  it follows after a moment
            await asyncio.sleep(0.1)
    await bench.say("customer_agreed", {})
    await bench.until(waiting_for="return_number")
    await workshop.pool.execute("ALTER TABLE journal_entries DROP CONSTRAINT no_such_word")
