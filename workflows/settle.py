"""What a case shows when it comes to rest: its journal page and row in PostgreSQL, search attributes, the case sheet.

One local activity per page, idempotent by revision. When PostgreSQL is away, what is new stays in the state and grows;
it is tried again after a while, with longer and longer gaps, so that hours of outage cost a handful of events. What
fails for good or again and again is put before a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from activities.journal import REFUSED, JournalActivities
from domain.case import UNDECODABLE
from domain.case_sheet import sheet
from domain.clocks import SILENT
from domain.goods_held import goods_since
from domain.journal import CaseRow, JournalPage
from domain.priority import priority
from domain.vocabulary import CaseStatus, CaseType, Stage

if TYPE_CHECKING:
    from workflows.course import Case

KIND = SearchAttributeKey.for_keyword("AfterSaleKind")
STAGE = SearchAttributeKey.for_keyword("AfterSaleStage")
DEADLINE = SearchAttributeKey.for_datetime("AfterSaleDeadline")
NEEDS_HUMAN = SearchAttributeKey.for_keyword("AfterSaleNeedsHuman")

RARELY = 2  # the customs since which they are set so seldom
AFTERCARE = frozenset({"D-SURVEY", "S-REOPEN"})

FIRST_GAP = timedelta(minutes=10)
LONGEST_GAP = timedelta(hours=2)
PAGE = 500  # entries, and records, of one page at most
ALARMING = 3  # failures in a row that a person is told of; a refusal he is told of at once
FAILING = "journal_failing"


class Shown:
    """What this run has already shown, so that nothing is written twice."""

    def __init__(self, customs: int) -> None:
        at_start = Stage.INTAKE if customs < RARELY else CaseStatus.OPEN
        self.attributes: tuple[str, str, CaseType | None] = (at_start, "", None)
        self.row: CaseRow | None = None
        self.waiting = ""


async def write(case: Case) -> bool:
    """Write a page of what is new. True when one was written: there may be more. Never raises: nothing is lost."""
    state = case.state
    now = case.now
    row, waiting = row_of(case), state.waiting.code if state.waiting else ""
    _show_attributes(case, row)
    known = _known(case, row)
    if not known or waiting != case.settled.waiting:
        case.settled.waiting = waiting
        workflow.set_current_details(sheet(case.start, state, now))
    if known or (state.journal_retry_at is not None and now < state.journal_retry_at):
        return False
    _record_ended_clocks(case)
    # Debts before curiosities: the database lets no case close over a promise that it does not know to be kept.
    records = dict(sorted(state.records.items(), key=lambda item: item[1].kind == UNDECODABLE)[:PAGE])
    state.revision += 1
    judged = priority(case.start, state)
    page = JournalPage(
        row=row.model_copy(update={"priority": judged.level, "priority_why": judged.reasons}),
        revision=state.revision,
        at=now,
        first_entry=state.entry_count - len(state.unread) + 1,
        entries=tuple(state.unread[:PAGE]),
        records=tuple(records.values()),
    )
    try:
        await workflow.execute_local_activity_method(
            JournalActivities.write_journal,
            page,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(maximum_attempts=2, initial_interval=timedelta(milliseconds=200)),
            summary=f"写售后日志 · Write journal page {state.revision}",
        )
    except (
        FailureError
    ) as error:  # a local activity that is not to be tried again fails without an ActivityError around
        _failed(case, error.cause if isinstance(error, ActivityError) else error)
        return False
    state.journal_failures = 0
    state.journal_retry_at = None
    if state.needs_human == FAILING:
        state.needs_human = ""
    del state.unread[: len(page.entries)]
    for key, record in records.items():
        if state.records[key] is record:  # else it changed while the page was written
            del state.records[key]
    case.settled.row = row
    return True


def _record_ended_clocks(case: Case) -> None:
    """How a deadline of the rulebook ended: the share that is kept is counted from it. No reason for a page by itself.

    Windows that merely close are no deadlines.
    """
    for key, clock in case.state.clocks.items():
        if not clock.live and not clock.recorded and clock.id.startswith("D-") and clock.id not in SILENT:
            clock.recorded = True
            ended = {"state": clock.state, "missed": clock.missed, "due_at": clock.due_at, "ended_at": clock.acted_at}
            case.state.record(case.now, "clock", key, clock.rule, id=clock.id, started_at=clock.started_at, **ended)


def nothing_new(case: Case) -> bool:
    """Whether PostgreSQL knows all of the case."""
    return _known(case, row_of(case))


def _known(case: Case, row: CaseRow) -> bool:
    return not case.state.unread and not case.state.records and row == case.settled.row


def far_behind(case: Case) -> bool:
    """Whether more than a page is unwritten, as after a flood."""
    return len(case.state.unread) > PAGE or len(case.state.records) > PAGE


def _failed(case: Case, why: BaseException | None) -> None:
    state = case.state
    state.journal_failures += 1
    state.journal_retry_at = case.now + min(FIRST_GAP * 2 ** min(state.journal_failures - 1, 10), LONGEST_GAP)
    refused = isinstance(why, ApplicationError) and why.type == REFUSED
    reason = str(why) if refused else type(why).__name__
    workflow.logger.warning("journal_not_written", extra={"revision": state.revision, "reason": reason})
    if (refused or state.journal_failures >= ALARMING) and not state.needs_human:
        state.needs_human = FAILING
        case.note(FAILING, "R-OWNER", refused=refused, failures=state.journal_failures)
        _show_attributes(case, row_of(case))


def row_of(case: Case) -> CaseRow:
    """The case's row in the register, but for its priority: that is judged with each page and no reason for one."""
    state, order = case.state, case.order
    due_at, due_rule = due(case)
    return CaseRow(
        shop=case.request.shop,
        case_no=case.request.case_no,
        order_no=order.order_no,
        case_type=state.became or case.request.case_type,
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
        goods=goods_since(case.request, state.became),
    )


def due(case: Case) -> tuple[datetime | None, str]:
    """The earliest due instant among the running clocks, and its id. In aftercare nothing is due from anybody."""
    aftercare = case.state.closed_at is not None and case.start.customs >= RARELY
    running = [
        (clock.due_at, clock.id)
        for clock in case.state.clocks.values()
        if clock.running and not (aftercare and clock.id in AFTERCARE)
    ]
    return min(running, default=(None, ""))


def _show_attributes(case: Case, row: CaseRow) -> None:
    """Search attributes are the engineers' finder: what is open, and what needs a person by when (decision 0014)."""
    rarely = case.start.customs >= RARELY
    stage = (CaseStatus.CLOSED if row.stage == Stage.CLOSED else CaseStatus.OPEN) if rarely else row.stage
    shown = (stage, row.needs_human, case.state.became)
    if shown == case.settled.attributes:
        return
    case.settled.attributes = shown
    workflow.upsert_search_attributes(
        [
            STAGE.value_set(stage),
            NEEDS_HUMAN.value_set(row.needs_human) if row.needs_human else NEEDS_HUMAN.value_unset(),
            DEADLINE.value_set(row.due_at)
            if row.due_at and (row.needs_human or not rarely)
            else DEADLINE.value_unset(),
            *([KIND.value_set(case.state.became)] if case.state.became else ()),
        ]
    )
