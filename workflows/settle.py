"""What a case shows when it comes to rest: its journal page and row in PostgreSQL, search attributes, the case sheet.

One local activity per rest, idempotent by revision. When PostgreSQL is away, the page stays in the state and grows; it
is tried again after a while, with longer and longer gaps, so that hours of outage cost a handful of events.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.exceptions import ActivityError

from activities.journal import JournalActivities
from domain.case_sheet import sheet
from domain.journal import CaseRow, JournalPage

if TYPE_CHECKING:
    from workflows.course import Case

STAGE = SearchAttributeKey.for_keyword("AfterSaleStage")
DEADLINE = SearchAttributeKey.for_datetime("AfterSaleDeadline")
NEEDS_HUMAN = SearchAttributeKey.for_keyword("AfterSaleNeedsHuman")

FIRST_GAP = timedelta(minutes=10)
LONGEST_GAP = timedelta(hours=2)


class Shown:
    """What this run has already shown, so that nothing is written twice."""

    def __init__(self) -> None:
        self.attributes: tuple[str, str] = ("intake", "")
        self.row: CaseRow | None = None


async def write(case: Case) -> None:
    """Write what is new. Never raises: an unwritten page is kept and tried again."""
    state = case.state
    now = workflow.now()
    row = row_of(case)
    _show_attributes(case, row)
    workflow.set_current_details(sheet(case.start, state, now))
    if not (state.unread or state.records or row != case.settled.row):
        return
    if state.journal_retry_at is not None and now < state.journal_retry_at:
        return
    entries, records = tuple(state.unread), tuple(state.records)
    state.revision += 1
    page = JournalPage(
        row=row,
        revision=state.revision,
        first_entry=state.entry_count - len(entries) + 1,
        entries=entries,
        records=records,
    )
    try:
        await workflow.execute_local_activity_method(
            JournalActivities.write_journal,
            page,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(maximum_attempts=2, initial_interval=timedelta(milliseconds=200)),
            summary=f"写案件日志 · Write journal page {state.revision}",
        )
    except ActivityError:
        state.journal_failures += 1
        state.journal_retry_at = workflow.now() + min(FIRST_GAP * 2 ** min(state.journal_failures - 1, 10), LONGEST_GAP)
        return
    state.journal_failures = 0
    state.journal_retry_at = None
    state.unread = state.unread[len(entries) :]
    state.records = [record for record in state.records if record not in records]
    case.settled.row = row


def row_of(case: Case) -> CaseRow:
    """The case's row in the register."""
    state, order = case.state, case.order
    due_at, due_rule = due(case)
    return CaseRow(
        shop=case.request.shop,
        case_no=case.request.case_no,
        order_no=order.order_no,
        case_type=case.request.case_type,
        stage=state.stage,
        ball_with=state.ball_with,
        due_at=due_at,
        due_rule=due_rule,
        needs_human=state.needs_human,
        outcome=state.outcome or "",
        rulebook=f"{case.rules.name}@{case.rules.digest[:12]}",
        opened_at=state.opened_at,
        closed_at=state.closed_at,
        refunded_minor=state.refunded,
        currency=order.paid.currency,
    )


def due(case: Case) -> tuple[datetime | None, str]:
    """The earliest due instant among the running clocks, and its id."""
    running = [(clock.due_at, clock.id) for clock in case.state.clocks.values() if clock.running]
    return min(running, default=(None, ""))


def _show_attributes(case: Case, row: CaseRow) -> None:
    """Search attributes are the engineers' finder: they follow the stage, not each move of a deadline."""
    shown = (row.stage, row.needs_human)
    if shown == case.settled.attributes:
        return
    case.settled.attributes = shown
    workflow.upsert_search_attributes(
        [
            STAGE.value_set(row.stage),
            NEEDS_HUMAN.value_set(row.needs_human) if row.needs_human else NEEDS_HUMAN.value_unset(),
            DEADLINE.value_set(row.due_at) if row.due_at else DEADLINE.value_unset(),
        ]
    )
