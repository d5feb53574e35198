"""Speaking with the customer: messages, calls, keeping at it within the guard (R-UNREACH-3D, P-HOURS, P-CALLCAP)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from activities.contact import ContactActivities
from domain.case import Attempt
from domain.clocks import Clock
from domain.messages.facts import AddressConfirmed, CustomerReplied
from domain.ports.customer import ContactAnswer, ContactAsk
from domain.vocabulary import AttemptResult, Channel, Party, Stage
from domain.working_time import next_contact_slot
from workflows.duties import escalate
from workflows.endings import PartnerSaidNo

if TYPE_CHECKING:
    from workflows.course import Case

FAILED = frozenset({AttemptResult.NO_ANSWER, AttemptResult.REFUSED, AttemptResult.WRONG_NUMBER, AttemptResult.SENT})
"""Attempts that reached nobody; they count as logged attempts (X7)."""


class Contact:
    """The words for speaking with the customer."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def tell(self, template: str, rule: str, step: str = "", **variables: str) -> AttemptResult:
        """Write to the customer. When his client takes no messages, call him instead (R-FALLBACK)."""
        step = step or template
        result = await self.attempt(f"tell/{step}", Channel.IM, template, rule, **variables)
        if result is AttemptResult.CHANNEL_BLOCKED:
            result = await self.attempt(f"call/{step}", Channel.CALL, template, "R-FALLBACK", **variables)
        if result is AttemptResult.CHANNEL_BLOCKED:  # neither way leads to him: a person finds another
            escalate(self._case, "contact_failing", "R-FALLBACK")
        return result

    async def tell_by_phone_too(self, template: str, rule: str, **variables: str) -> None:
        """Write to him, and call him; where that may not be now or reaches nobody, text him instead (R-ADDR)."""
        result = await self.tell(template, rule, **variables)
        if result is AttemptResult.SENT:  # else it was a call already, since he takes no messages
            call = partial(self._contact, f"call/{template}#now", Channel.CALL, template, rule, variables)
            result = (await self._case.once(f"call/{template}#now", call, ContactAnswer)).result
        if result is not AttemptResult.REACHED:
            await self.attempt(f"text/{template}", Channel.SMS, template, rule, **variables)

    async def call_unless(self, template: str, rule: str, step: str, idle: Callable[[], bool]) -> bool:
        """Call him in the next hour in which he may be called, unless it has become idle by then. True: reached."""

        async def calling() -> bool:
            answer = await self.attempt(f"call/{step}", Channel.CALL, template, rule, idle)
            return answer is AttemptResult.REACHED

        return await self._case.once(f"called/{step}", calling, bool)

    async def call_unless_heard(self, template: str, rule: str, step: str) -> bool:
        """Call him, unless he surfaces before he may be called. True when he surfaced, by himself or on the call."""

        def wrote() -> bool:
            return any(fact.kind == CustomerReplied.kind for fact in self._case.state.mailbox)

        async def reaching() -> bool:
            return await self.call_unless(template, rule, step, wrote) or self._heard()

        return await self._case.once(f"surfaced/{step}", reaching, bool)

    async def attempt(
        self,
        step: str,
        channel: Channel,
        template: str,
        rule: str,
        idle: Callable[[], bool] = lambda: False,
        /,
        **variables: str,
    ) -> AttemptResult:
        """One attempt that the guard allowed, waiting for the next slot where it did not.

        When it becomes `idle` before that slot, none is made: `blocked_by_guard`.
        """
        case, tries = self._case, 0
        while True:
            tries += 1
            name = f"{step}#{tries}"
            contact = partial(self._contact, name, channel, template, rule, variables)
            answer = await case.once(name, contact, ContactAnswer)
            if answer.result is not AttemptResult.BLOCKED_BY_GUARD:
                return answer.result
            if answer.next_slot is None:  # the text itself was refused: a person must write
                case.state.needs_human = f"text_refused:{template}"
                return answer.result
            if answer.next_slot > case.now:
                case.state.guard_block = {
                    "rule": answer.rule, "reason": answer.reason, "next_slot": answer.next_slot.isoformat(),
                }  # fmt: skip
                idle_now = await case.until(
                    lambda: idle() or None, code="contact_slot", ball=Party.SYSTEM, at=answer.next_slot
                )
                if idle_now:
                    case.state.guard_block = {}
                    return answer.result
            case.state.guard_block = {}

    async def _contact(
        self, step: str, channel: Channel, template: str, rule: str, variables: dict[str, str]
    ) -> ContactAnswer:
        case = self._case
        now = case.now
        answer = await self._sent(step, channel, template, variables)
        case.note("customer_contacted", rule, channel=channel, template=template, result=answer.result)
        if answer.result is not AttemptResult.BLOCKED_BY_GUARD:
            case.state.attempts.append(Attempt(at=now, channel=channel, result=answer.result))
            if answer.result in (AttemptResult.SENT, AttemptResult.REACHED):
                case.state.last_told_at = now
        return answer

    async def _sent(self, step: str, channel: Channel, template: str, variables: dict[str, str]) -> ContactAnswer:
        """What came of it. A channel whose operator finally refuses is one that does not reach him (R-FALLBACK)."""
        case = self._case
        sending = case.partner(
            f"{step}/sent",
            ContactActivities.contact_customer,
            lambda key: ContactAsk(
                key=key,
                case=case.key,
                customer_ref=case.order.customer_ref,
                channel=channel,
                template=template,
                variables={"case_no": case.request.case_no, "order_no": case.order.order_no, **variables},
                language=case.order.language,
                at=case.now,
                utc_offset_minutes=case.order.utc_offset_minutes,
                limits=case.rules.contact,
            ),
            kind="M",
            summary=f"{_CHANNEL[channel]}: {template}",
            result=ContactAnswer,
        )
        try:
            return await sending
        except PartnerSaidNo as no:
            case.note("partner_refused", "R-FALLBACK", partner=channel, code=no.code)
            return ContactAnswer(result=AttemptResult.CHANNEL_BLOCKED, rule="R-FALLBACK", reason=no.code)

    async def phone(self, template: str, rule: str, *, within: str) -> bool:
        """Call him, every few hours again, until he is reached or the clock `within` is due, which has begun.

        Who does not answer the first call is written to as well; who surfaces was reached. When nobody spoke with him
        in time, a person must: False then.
        """
        case = self._case

        async def phoning() -> bool:
            clock, turn = await case.clock(within), 0
            while True:
                turn += 1
                called = await self.attempt(f"phone/{within}/call{turn}", Channel.CALL, template, rule)
                if turn == 1 and called is not AttemptResult.REACHED:
                    await self.attempt(f"phone/{within}/write", Channel.IM, template, rule)
                if called is AttemptResult.REACHED or await self._calls_back(clock, turn):
                    case.met(within)
                    self.no_longer_sought(within)
                    case.note("phoned", rule)
                    return True
                if not clock.running:
                    escalate(case, f"overdue:{within}", rule)
                    return False

        return await case.once(f"phone/{within}", phoning, bool)

    async def _calls_back(self, clock: Clock, turn: int) -> bool:
        """Whether he surfaces before the next call, or before the clock is due if that comes first."""
        case = self._case
        again = await case.once(f"phone/{clock.id}/next{turn}", self._next_call, datetime)
        last = not clock.running or clock.due_at <= again
        heard = await case.until(
            lambda: self._heard() or None,
            code="customer_to_surface",
            ball=Party.CUSTOMER,
            stage=Stage.WAITING_CUSTOMER,
            clock=clock if last else None,
            at=None if last else again,
        )
        return bool(heard)

    async def _next_call(self) -> datetime:
        case = self._case
        rest = timedelta(hours=case.rules.numbers.phone_again_hours)
        return next_contact_slot(case.now + rest, case.order.utc_offset_minutes, case.rules.contact)

    def no_longer_sought(self, within: str) -> None:
        """He was spoken to, or spoke: nobody need call him any more."""
        if self._case.state.needs_human == f"overdue:{within}":
            self._case.state.needs_human = ""

    async def keep_trying(self, within: str, unless: Callable[[], bool]) -> bool:
        """Call and write every day until he is reached, or the clock `within` has run with attempts enough (X7).

        The clock starts at the first failed attempt. True when he was reached, or need be no longer: `unless`.
        """
        case = self._case

        async def trying() -> bool:
            day = 1
            while True:
                if await self._attempts_of_day(day, unless):
                    return True
                clock = await case.clock(within)
                answered = await self._rest_of_day(clock, day, unless)
                if answered is not None:
                    return answered
                day += 1

        reached = await case.once("keep_trying", trying, bool)
        case.met(within)  # nothing left to do when it was breached
        return reached

    async def _attempts_of_day(self, day: int, unless: Callable[[], bool]) -> bool:
        if self._heard() or unless():
            return True
        called = await self.attempt(f"day{day}/call", Channel.CALL, "unreachable_call", "R-UNREACH-3D", unless)
        if called is AttemptResult.REACHED or unless():
            return True
        await self.attempt(f"day{day}/write", Channel.IM, "unreachable_notice", "R-UNREACH-3D")
        return False

    async def _rest_of_day(self, clock: Clock, day: int, unless: Callable[[], bool]) -> bool | None:
        """Rest till tomorrow's first slot, an answer, or the end of the clock. None: go on trying."""
        case = self._case
        enough = case.rules.numbers.unreachable_attempts
        tomorrow = await case.once(f"day{day}/next", self._tomorrow, datetime)
        while True:
            last_day = clock.due_at <= tomorrow and self._failed_attempts() >= enough
            heard = await case.until(
                lambda: self._heard() or unless() or None,
                code="customer_to_surface",
                ball=Party.CUSTOMER,
                stage=Stage.WAITING_CUSTOMER,
                clock=clock if last_day else None,
                at=None if last_day else tomorrow,
            )
            if heard:
                return True
            return False if last_day else None

    async def _tomorrow(self) -> datetime:
        case = self._case
        rest = timedelta(hours=case.rules.numbers.next_attempt_hours)
        return next_contact_slot(case.now + rest, case.order.utc_offset_minutes, case.rules.contact)

    def _failed_attempts(self) -> int:
        return sum(attempt.result in FAILED for attempt in self._case.state.attempts)

    def _heard(self) -> bool:
        """Whether he surfaced. A late word counts too: nothing was done over his silence yet (docs/decisions/0003)."""
        return self._case.take(CustomerReplied) is not None or any(
            fact.kind == AddressConfirmed.kind for fact in self._case.state.mailbox
        )

    async def wait_for_customer(self, within: str, unless: Callable[[], bool] = lambda: False) -> bool:
        """Wait until the customer surfaces by himself, or need not: `unless`. False when the clock ran out."""
        case = self._case

        async def waiting() -> bool:
            clock = await case.clock(within)
            heard = await case.until(
                lambda: self._heard() or unless() or None,
                code="customer_to_surface",
                ball=Party.CUSTOMER,
                stage=Stage.WAITING_CUSTOMER,
                clock=clock,
            )
            return bool(heard)

        return await case.once("wait_for_customer", waiting, bool)

    async def confirm_address(self, within: str, template: str = "address_asked", rule: str = "R-UNREACH-3D") -> bool:
        """Have contact and address confirmed before anything is sent again. False when no answer came in time."""
        case = self._case

        async def confirming() -> bool:
            confirmed = case.take(AddressConfirmed)
            if confirmed is None:
                clock = await case.clock(within, name=f"{within}/address")
                await self.tell(template, rule, due=clock.due_at.isoformat())
                confirmed = await case.until(
                    lambda: case.take(AddressConfirmed, clock=clock),
                    code="address",
                    ball=Party.CUSTOMER,
                    stage=Stage.WAITING_CUSTOMER,
                    clock=clock,
                )
            if confirmed is None:
                return False
            case.state.address_ref = confirmed.address_ref
            return True

        return await case.once("confirm_address", confirming, bool)


_CHANNEL = {
    Channel.CALL: "致电顾客 · Call the customer",
    Channel.IM: "留言给顾客 · Write to the customer",
    Channel.SMS: "短信顾客 · Text the customer",
}
