"""What a resting case does without being asked: warnings, breaches, daily news, overdue promises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.contact import ContactActivities
from domain import promise_ledger
from domain.case import AWAITED, OTHERS, STAFF, UNANSWERED, WORDS, PromiseState
from domain.clocks import SILENT, Clock, ClockState
from domain.identity import partner_key
from domain.messages.facts import PlatformRuled
from domain.ports.customer import ContactAsk
from domain.vocabulary import AttemptResult, CaseType, Channel, Stage
from domain.working_time import next_contact_slot
from workflows import counting, partner_call

if TYPE_CHECKING:
    from workflows.course import Case

DAILY = "D-DAILY"


def breach(case: Case, clock: Clock, now: datetime) -> None:
    """The deadline passed: settle the clock with both instants, when it was due and when that was acted on."""
    clock.end(ClockState.BREACHED, now)
    if clock.id in SILENT:
        return
    case.note("clock_breached", clock.rule, clock=clock.id, due_at=clock.due_at.isoformat(), acted_at=now.isoformat())


async def act(case: Case, now: datetime) -> bool:
    """Do one duty that is due. True when something was done, so that the case looks again before it rests."""
    if await case.adoption.act() or await case.goods.attend():
        return True
    if await counting.act(case) or await case.goodwill.attend() or await case.news.attend():
        return True
    for key, clock in case.state.clocks.items():
        if not clock.running:
            continue
        if clock.take_warnings(now):
            gone = clock.percent_gone(now)
            case.note("clock_warning", clock.rule, clock=clock.id, percent=gone, due_at=clock.due_at.isoformat())
            return True
        if clock.due_at <= now and not _awaited(case, clock):
            breach(case, clock, now)
            if clock.id == promise_ledger.RULE:
                _break_promise(case, key)
            else:
                # What a person must do already says more than that a clock ran out meanwhile.
                escalate(case, case.state.needs_human or f"overdue:{clock.id}", clock.rule)
            return True
    if await case.consent.quote():
        return True
    if _answer_changed(case) or _verdict_unheard(case) or _withdrew_too_late(case):
        return True
    due = _news_due(case)
    if due is not None and due <= now:
        await _tell_progress(case, now)
        return True
    return False


def _awaited(case: Case, clock: Clock) -> bool:
    """Whether a rest waits for it and will act when it is due: this one, or one that a duty interrupted."""
    return any(clock is one for one in case.awaited)


def _answer_changed(case: Case) -> bool:
    """Put it before a person when the customer said something that no step waits for (R-FALLBACK).

    That is a message in his own words, or an answer with a choice that was not offered. A step may take it later. What
    he said in a call that one of us logged was heard.
    """
    state = case.state
    unheard = any(fact.kind in WORDS and fact.by.partition(":")[0] not in STAFF for fact in state.mailbox)
    awaited = state.waiting is not None and state.waiting.code in AWAITED
    if unheard and not awaited and not state.needs_human:
        state.needs_human = UNANSWERED
        case.note(UNANSWERED, "R-FALLBACK")
        return True
    if state.needs_human == UNANSWERED and not unheard:
        state.needs_human = ""
        return True
    return False


def _verdict_unheard(case: Case) -> bool:
    """A platform ruled on a matter that is dealt with here without it: a person hears of it at once (T-RIGHTS)."""
    state = case.state
    asked = case.request.case_type is CaseType.PLATFORM_RIGHTS and state.round == 1
    if asked or case.done("outcome") or case.take(PlatformRuled) is None:
        return False
    already = state.needs_human
    escalate(case, PlatformRuled.kind, "T-RIGHTS")
    state.needs_human = already or state.needs_human  # what a person must do already is not forgotten over it
    return True


def _withdrew_too_late(case: Case) -> bool:
    """He takes it back when his goods are with us, or on their way: a person speaks with him (R-CANCEL-SHIPPED)."""
    state = case.state
    if not (state.withdrawn and state.goods_bind(case.start.customs)) or case.done("outcome"):
        return False
    state.withdrawn = False
    escalate(case, "withdrew_too_late", "R-CANCEL-SHIPPED")
    return True


def escalate(case: Case, code: str, rule: str) -> None:
    """Put the case before a person (R-ESC, A-SUPQ). Each missed deadline does so once more."""
    case.state.needs_human = code
    case.note("escalated", rule, reason=code)
    if case.state.closed_at is None:
        case.state.stage = Stage.ESCALATED


def _break_promise(case: Case, key: str) -> None:
    """First the supervisor and finance hear of it, then the manager; it stays owed and keeps a due instant."""
    promise = next((p for p in case.state.promises if promise_ledger.clock_of(p.id) == key), None)
    if promise is None:
        return
    again = promise.state is PromiseState.BROKEN
    promise.state = PromiseState.BROKEN
    case.record("promise", promise.id, "P-PROMISE", **promise.model_dump(mode="json"))
    escalate(case, "promise_overdue_manager" if again else "promise_overdue", "P-PROMISE")
    case.state.clocks[key].move(case.now + timedelta(seconds=case.rules.clocks[promise_ledger.RULE].length))


def next_instant(case: Case, at: datetime | None) -> tuple[datetime | None, str]:
    """The earliest instant at which anything is due, and in plain words what."""
    candidates: list[tuple[datetime, str]] = []
    for clock in case.state.clocks.values():
        instant = clock.next_instant()
        if instant is not None and not (instant <= case.now and _awaited(case, clock)):
            candidates.append((instant, f"{clock.id} {'到期 · due' if instant == clock.due_at else '预警 · warning'}"))
    if at is not None:
        candidates.append((at, "到时再看 · look again"))
    if (news := _news_due(case)) is not None:
        candidates.append((news, f"{DAILY} 每日进度 · daily progress"))
    if case.state.journal_retry_at is not None:
        candidates.append((case.state.journal_retry_at, "补写日志 · write the journal"))
    return min(candidates, default=(None, ""))


def _news_due(case: Case) -> datetime | None:
    """When the customer's daily news is due (R-DAILY): a day after he last heard, while others have the ball.

    News that did not reach him are tried again with those of the next day.
    """
    state = case.state
    others = state.waiting is not None and state.waiting.ball_with in OTHERS
    if not others or state.closed_at is not None or case.request.of_the_house:
        return None
    rule = case.rules.clocks[DAILY]
    since = max(at for at in (state.opened_at, state.last_told_at, state.news_tried_at) if at is not None)
    return next_contact_slot(since + timedelta(seconds=rule.length), case.order.utc_offset_minutes, case.rules.contact)


async def _tell_progress(case: Case, now: datetime) -> None:
    """Send the daily news. A failing channel stops no case: they were not told, and a person hears of it once."""
    state = case.state
    waiting = state.waiting.code if state.waiting else ""
    failed_before = state.news_tried_at is not None and state.news_tried_at > (state.last_told_at or state.opened_at)
    state.news_tried_at = now
    ask = ContactAsk(
        key=partner_key(case.request.shop, case.request.case_no, "M", state.number()),
        case=case.key,
        customer_ref=case.order.customer_ref,
        channel=Channel.IM,
        template="progress",
        variables={"case_no": case.request.case_no, "stage": waiting},
        language=case.order.language,
        at=now,
        utc_offset_minutes=case.order.utc_offset_minutes,
        limits=case.rules.contact,
    )
    try:
        answer = await workflow.execute_activity_method(
            ContactActivities.contact_customer,
            ask,
            start_to_close_timeout=timedelta(seconds=30),
            schedule_to_close_timeout=timedelta(minutes=10),
            summary="每日进度 · Tell the customer how it stands",
        )
        result = answer.result
        why = answer.reason or result
    except ActivityError as error:
        result = AttemptResult.UNKNOWN
        why = partner_call.refusal_code(error) or result
    case.look_at_the_clock()
    if result in (AttemptResult.SENT, AttemptResult.REACHED):
        state.last_told_at = now
        case.note("progress_told", "R-DAILY", result=result, about=waiting)
        return
    case.note("progress_not_told", "R-DAILY", reason=why, about=waiting)
    if not failed_before:
        already = state.needs_human
        escalate(case, "contact_failing", "R-FALLBACK")
        state.needs_human = already or state.needs_human  # what a person must do already is not forgotten over it
