"""The course of a case: what procedures and steps act on.

A procedure is an async function over a `Case`. It may rest for weeks and be resumed in another run: then it starts
again from its top, and every step that was finished (`once`) answers from the state without doing anything. Hence
three rules for steps: what is waited for or done is inside `once`; names are unique within a round; nothing else keeps
progress. What lies between is gone through again in silence (`resuming`): it was said and recorded when it happened.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow

from domain import promise_ledger
from domain.case import SECOND_LOOK, CaseState, Fact
from domain.clocks import Clock, ClockState
from domain.events import CaseStart
from domain.identity import partner_key
from domain.journal import INBOX_EVENT, OF_CASES
from domain.messages.facts import OrderTold
from domain.messages.payload import Payload
from domain.ports.partner import CaseKey
from domain.remembered import restored, stored
from domain.rules import ClockRule, Rules, Unit
from domain.vocabulary import CaseType, Liability, Party, ReasonCode, Stage
from workflows import counting, partner_call, resting, settle
from workflows.adoption import Adoption
from workflows.steps.claims import Claims
from workflows.steps.closing import Closing
from workflows.steps.collection import Collection
from workflows.steps.consent import Consent
from workflows.steps.contact import Contact
from workflows.steps.courier import Courier
from workflows.steps.desk import Desk
from workflows.steps.dispute import Dispute
from workflows.steps.evidence import Evidence
from workflows.steps.exchange import Exchange
from workflows.steps.fees import Fees
from workflows.steps.goods import Goods
from workflows.steps.goodwill import Goodwill
from workflows.steps.money import Funds
from workflows.steps.news import News
from workflows.steps.parcel import Parcel
from workflows.steps.pending import Pending
from workflows.steps.platform import Platform
from workflows.steps.remedy import Remedy
from workflows.steps.repair import Repair
from workflows.steps.rerouting import Rerouting
from workflows.steps.returns import Returns
from workflows.steps.shipping import Shipping
from workflows.steps.solution import Solution
from workflows.steps.stock import Stock
from workflows.steps.undelivered import Undelivered
from workflows.steps.unidentified import Unidentified
from workflows.steps.windows import Windows
from workflows.timer import Alarm

T = TypeVar("T")
P = TypeVar("P", bound=Payload)


class Case:
    """One case in this run: its start, its state, and the means to wait, to remember and to call partners."""

    def __init__(self, start: CaseStart, state: CaseState) -> None:
        self.start = start
        self.request = start.request.model_copy(update=state.judged.model_dump(exclude_none=True))
        self.order = start.request.order.model_copy(update=state.order_told.told() if state.order_told else {})
        self.rules = start.rules
        self.state = state
        self.now = workflow.now() if start.carried else start.opened_at
        self.alarm = Alarm()
        self.handled_in_run = 0
        self.rested_in_run = False
        self._found: tuple[str, Stage] | None = None
        self.settled = settle.Shown(start.customs)
        self.looks_again_at: datetime | None = None
        self.awaited: list[Clock | None] = []  # by the rests that are open, the innermost last
        self.adoption = Adoption(self)
        self.contact = Contact(self)
        self.consent = Consent(self)
        self.evidence = Evidence(self)
        self.courier = Courier(self)
        self.claims = Claims(self)
        self.parcel = Parcel(self)
        self.shipping = Shipping(self)
        self.stock = Stock(self)
        self.rerouting = Rerouting(self)
        self.pending = Pending(self)
        self.undelivered = Undelivered(self)
        self.unidentified = Unidentified(self)
        self.fees = Fees(self)
        self.goods = Goods(self)
        self.windows = Windows(self)
        self.news = News(self)
        self.returns = Returns(self)
        self.exchange = Exchange(self)
        self.money = Funds(self)
        self.collection = Collection(self)
        self.desk = Desk(self)
        self.goodwill = Goodwill(self)
        self.remedy = Remedy(self)
        self.solution = Solution(self)
        self.dispute = Dispute(self)
        self.platform = Platform(self)
        self.repair = Repair(self)
        self.closing = Closing(self)

    # --- facts about the case ---

    def look_at_the_clock(self) -> None:
        """Take the time (`now`) that the server gave with the last event: after a message, an answer, a timer.

        Not after a local activity: until the next task `workflow.now()` is another instant live than on replay, and so
        it is in a task that was prolonged for one. A deadline between the two would make the replay differ. Hence a
        case begins when it was opened, and when its timer rings it is the instant for which it was set, if not later.
        """
        self.now = max(self.now, workflow.now(), self.alarm.rang_for or self.now)

    @property
    def key(self) -> CaseKey:
        """How partners know the case."""
        return CaseKey(shop=self.request.shop, case_no=self.request.case_no, order_no=self.order.order_no)

    def note(self, event: str, rule: str = "", /, actor: str = Party.SYSTEM, **data: Any) -> None:
        """Write a journal entry."""
        if not self.resuming:
            self.state.note(self.now, actor, event, rule, **data)

    def record(self, kind: str, key: str, rule: str = "", /, **data: Any) -> None:
        """Write a record of the rulebook's section 9."""
        if not self.resuming:
            self.state.record(self.now, kind, key, rule, **data)

    def post(self, step: str, type: str, case_no: str, data: dict[str, Any]) -> None:
        """Put an event about another case of the shop into the inbox, once under the step's name.

        It goes there with the journal page, and from there like any other event, to a case that is opened or told.
        """
        key = self.partner_key(f"{step}/posted", "E")
        self.record(
            INBOX_EVENT, key, specversion="1.0", id=key, source=OF_CASES, type=type,
            subject=f"{self.request.shop}/{case_no}", time=self.now.isoformat(), data=data,
        )  # fmt: skip

    def becomes(self, type: CaseType, rule: str) -> None:
        """The facts say that it is a case of another type, a stuck parcel lost for instance. One history keeps both."""
        before = self.state.became or self.request.case_type
        if type is not before and not self.resuming:
            self.state.became = type
            self.note("type_changed", rule, before=before, type=type)

    def judged(self, **facts: ReasonCode | Liability) -> None:
        """What was found out about the request counts instead of what was said: its reason, whose fault it is."""
        self.state.judged = self.state.judged.model_copy(update=facts)
        self.request = self.request.model_copy(update=facts)

    def goes_under(self, courier: str, waybill: str) -> None:
        """The order left under that number, which its source had not told yet; later runs know it too."""
        self._order_is({"courier": courier or self.order.courier, "waybill": waybill})

    def learns(self, told: dict[str, object]) -> None:
        """The source of the order tells something anew of it; later runs know it too.

        What was decided by the request as it came stays so: of all that, its copy of the order takes the payment alone.
        """
        said = (self.state.order_told or OrderTold()).model_copy(update=told)
        self.state.order_told, self.order = said, self.order.model_copy(update=told)
        if "paid" in told:
            self._order_is({"paid": told["paid"]})

    def _order_is(self, told: dict[str, object]) -> None:
        self.order = self.order.model_copy(update=told)
        order = self.request.order.model_copy(update=told)
        self.request = self.request.model_copy(update={"order": order})
        self.start = self.start.model_copy(update={"request": self.request})

    # --- remembering ---

    def take_up(self) -> None:
        """Begin, or go on where the run before this one rested."""
        if self.start.carried is not None:
            self._found = self.state.needs_human, self.state.stage

    @property
    def resuming(self) -> bool:
        """Whether the procedure is still on its way from its top to where it rested."""
        return self._found is not None

    def arrived(self) -> None:
        """It stands where it rested; what the way there seemed to change is as it was found."""
        if self._found is not None:
            self.state.needs_human, self.state.stage = self._found
            self._found = None

    def _named(self, step: str) -> str:
        """A step belongs to its round, or with a leading `/` to the whole case."""
        return step if step.startswith("/") else f"{self.state.round}/{step}"

    async def once(self, step: str, work: Callable[[], Awaitable[T]], result: type[T]) -> T:
        """Do `work` once in this round; later calls answer with its result."""
        name = self._named(step)
        if name in self.state.steps:
            return restored(self.state.steps[name], result)
        value = await work()
        self.state.steps[name] = stored(value, result)
        return value

    def done(self, step: str) -> bool:
        """Whether that step is finished in this round."""
        return self._named(step) in self.state.steps

    # --- clocks ---

    async def clock(
        self, id: str, *, at: datetime | None = None, no_later_than: datetime | None = None, name: str = ""
    ) -> Clock:
        """The running clock `id`, started at `at` (now by default) unless it already stands in this round.

        `name` tells several clocks of one rule apart; `no_later_than` is an outer deadline that ours never exceeds.
        """
        key = self._clock_key(name or id)
        if key in self.state.clocks:
            return self.state.clocks[key]
        rule = self.rules.clocks[id]
        start = at or self.now
        due, provisional = await self.counted(rule, start)
        if no_later_than is not None:
            due = max(min(due, no_later_than), start)
        clock = Clock.start(rule, start, due)
        clock.take_warnings(self.now)  # a clock may start in the past; its warnings then have no use
        clock.no_later_than, clock.provisional = no_later_than, provisional
        self.state.clocks[key] = clock
        if provisional:
            counting.keep(self, key, start, due, provisional=True)
        return clock

    def _clock_key(self, name: str) -> str:
        return name if self.state.round == 1 else f"{name}@{self.state.round}"

    def clock_if_started(self, id: str) -> Clock | None:
        """The clock, if this round started it."""
        return self.state.clocks.get(self._clock_key(id))

    async def counted(self, rule: ClockRule, start: datetime) -> counting.Counted:
        """When a clock under that rule which started then is due."""
        if rule.unit is not Unit.SECONDS:
            self.arrived()
        return await counting.count(self, rule, start)

    def follow(self, rules: Rules) -> None:
        """Go by another version of the rulebook from here on, in later runs too."""
        self.rules = rules
        self.start = self.start.model_copy(update={"rules": rules})

    def met(self, id: str) -> None:
        """What the clock waited for has happened."""
        clock = self.clock_if_started(id)
        if clock is not None and clock.state in (ClockState.RUNNING, ClockState.PAUSED):
            clock.end(ClockState.MET, self.now)

    def no_longer_due(self, id: str) -> None:
        """What the clock waited for will not come: the case goes another way."""
        clock = self.clock_if_started(id)
        if clock is not None and clock.state in (ClockState.RUNNING, ClockState.PAUSED):
            clock.end(ClockState.CANCELLED, self.now)

    def cancel_clocks(self) -> None:
        """Stop every clock but those of promises, which are debts whichever way the case goes (P-PROMISE)."""
        owed = (promise_ledger.RULE,) if self.start.customs >= SECOND_LOOK else ()
        for clock in self.state.clocks.values():
            if clock.state in (ClockState.RUNNING, ClockState.PAUSED) and clock.id not in owed:
                clock.end(ClockState.CANCELLED, self.now)

    def cancel_work_clocks(self) -> None:
        """Stop the clocks of the work that is over; promises and the closing's own go on."""
        for key, clock in self.state.clocks.items():
            if clock.state in (ClockState.RUNNING, ClockState.PAUSED) and not key.startswith(
                ("D-PROMISE", "S-CONFIRM", "D-SURVEY", "S-REOPEN")
            ):
                clock.end(ClockState.CANCELLED, self.now)

    # --- messages ---

    def take(
        self, model: type[P], where: Callable[[P, Fact], bool] | None = None, clock: Clock | None = None
    ) -> P | None:
        """Use the first kept message of that kind that fits, if it was received in time for `clock`."""
        for fact in self.state.mailbox:
            if fact.kind != model.kind or (clock is not None and not clock.in_time(fact.received_at)):
                continue
            payload = model.model_validate(fact.payload)
            if where is None or where(payload, fact):
                self.state.mailbox.remove(fact)
                return payload
        return None

    # --- resting ---

    async def until(
        self,
        ready: Callable[[], T | None],
        *,
        code: str,
        ball: Party,
        stage: Stage | None = None,
        clock: Clock | None = None,
        at: datetime | None = None,
        meets: bool = True,
    ) -> T | None:
        """Rest until `ready` gives a value, the clock is due, or the instant `at` comes; None in the last two cases.

        Meanwhile the case does its duties: warnings, daily news, overdue promises. A message that our door received by
        the due instant wins over the timer, whichever is seen first. The clock is settled as met or breached;
        without `meets` it goes on when the value came: it waits for more than that.

        Raises:
            Withdrawn: the customer took the request back.
        """
        if stage is not None and not self.resuming:
            self.state.stage = stage
        with resting.awaiting(self, clock):
            return await resting.until(self, ready, code, ball, clock=clock, at=at, meets=meets)

    # --- partners ---

    def partner_key(self, step: str, kind: str) -> str:
        """The idempotency key of the step's partner call, made before its first attempt and never changed."""
        name = self._named(step) + "/key"
        if name not in self.state.steps:
            number = self.state.number()
            self.state.steps[name] = partner_key(self.request.shop, self.request.case_no, kind, number)
        key: str = self.state.steps[name]
        return key

    async def partner(
        self,
        step: str,
        activity: Callable[[Any, Any], Awaitable[T]],
        ask: Callable[[str], Any],
        *,
        kind: str,
        summary: str,
        result: type[T],
        again: bool = False,
    ) -> T:
        """Call a partner once under the step's name, with a key that no retry, reset or new run changes.

        A partner that is away for long makes the case visible to a person and is tried again; the clocks go on.
        With `again`, the call is made anew under the same key (to ask how something stands).

        Raises:
            PartnerSaidNo: the partner's final refusal.
        """

        async def call() -> T:
            self.arrived()
            key = self.partner_key(step, kind)
            return await partner_call.make(self, step, activity, lambda: ask(key), kind=kind, summary=summary)

        return await call() if again else await self.once(step, call, result)
