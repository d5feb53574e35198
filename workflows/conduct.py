"""How every case is conducted: its procedure, the closing that all share, aftercare; again when it is reopened."""

from __future__ import annotations

from functools import partial

from domain import promise_ledger
from domain.case import SECOND_LOOK
from domain.messages.commands import CloseCase, ReopenCase
from domain.messages.facts import CustomerConfirmed
from domain.refusals import LAST_PAGE
from domain.vocabulary import CaseType, Outcome, ParcelState, Party, Stage
from workflows import counting, settle
from workflows.course import Case
from workflows.endings import CarriedOn, Withdrawn
from workflows.procedures import procedure_of

LAST_WORDS = frozenset({CustomerConfirmed.kind, CloseCase.kind, ReopenCase.kind})
"""What was said of how a round ended: no word on the next one."""


async def conduct(case: Case) -> Outcome:
    """Conduct a case from its request to the end of its aftercare."""
    case.take_up()
    while True:
        outcome = await case.once("outcome", lambda: _handle(case), Outcome)
        if case.request.of_the_house:
            await case.closing.unheard(outcome)
            break
        if await case.closing.close(outcome) and not await case.closing.aftercare():
            break
        _take_up_again(case)
    counting.nothing_provisional(case)
    await case.until(partial(_all_told, case), code=LAST_PAGE, ball=Party.SYSTEM, stage=Stage.CLOSED)
    return outcome


def _all_told(case: Case) -> bool | None:
    """Whether nothing is left to be told of the case."""
    if case.request.parent:
        case.claims.told_too_late()
    return settle.nothing_new(case) or None


async def _handle(case: Case) -> Outcome:
    """The procedure in the first round; afterwards a person decides how to set it right (R-REOPEN)."""
    try:
        if case.state.round > 1:
            if await case.once("denied", lambda: _denied(case), bool):
                case.becomes(CaseType.SIGNED_NOT_RECEIVED, "R-NOTME")
                return await procedure_of(CaseType.SIGNED_NOT_RECEIVED)(case)
            return await case.remedy.decided_at_desk("reopened", "R-REOPEN")
        asked = case.request
        nobody = asked.case_type is CaseType.UNIDENTIFIED_PARCEL  # asked for it, so that its reason says nothing
        case.note("case_opened", "R-INTAKE", type=asked.case_type, reason="" if nobody else asked.reason)
        await case.goods.are_ours()
        return await procedure_of(case.request.case_type)(case)
    except Withdrawn:
        case.note("request_withdrawn", "R-CANCEL-UNSHIPPED", actor="customer")
        if case.start.customs >= SECOND_LOOK:
            promise_ledger.taken_back(case.state, case.now)
        case.state.needs_human = ""
        return Outcome.WITHDRAWN
    except CarriedOn:
        return Outcome.EXPLAINED


async def _denied(case: Case) -> bool:
    """Whether it ended with a delivery that somebody else signed for, and the customer says that he has nothing."""
    state = case.state
    ended = state.steps.get(f"{state.round - 1}/outcome")
    by_proxy = case.courier.state_of(case.order.waybill) is ParcelState.DELIVERED_BY_PROXY
    return ended == Outcome.DELIVERED and by_proxy and state.reopen_reason in ("", "not_solved")


def _take_up_again(case: Case) -> None:
    state = case.state
    case.cancel_clocks()
    state.round += 1
    state.outcome = None
    state.closed_at = None
    state.withdrawn = False
    if case.start.customs >= SECOND_LOOK:
        state.mailbox = [fact for fact in state.mailbox if fact.kind not in LAST_WORDS]
    state.held_by = ()
    state.sent_again = False
    state.stage = Stage.REOPENED
    case.exchange.as_agreed()
    case.note("case_reopened", "R-REOPEN", reason=state.reopen_reason)
