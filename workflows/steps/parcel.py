"""A parcel that is said to be delivered, comes late, or has not left: looked for, promised for a slot, waited for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from domain import promise_ledger
from domain.case import SECOND_LOOK, CaseState, Fact
from domain.clocks import Clock
from domain.messages.facts import CourierAnswered, CustomerLooked, WarehouseAnswered
from domain.parcel_news import on_its_way
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import ParcelState, Party, Stage
from workflows.duties import escalate
from workflows.steps.courier import DELIVERED, MOVING

if TYPE_CHECKING:
    from workflows.course import Case

HAS_IT = "has_it"
NO_SCAN = "no_scan"  # why a person is needed: a number is filled in, and nobody scanned the parcel


class Parcel:
    """The words for a parcel that is not where it should be."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def searched(self, rule: str) -> str:
        """He looks at home, at work and with neighbours while the courier is asked where it was left (R-NOTME).

        Returns `has_it` when he found it, else the courier's verdict (found, moving, lost, unknown), or `silent` when
        D-COURIER ran out. That he has not got it needs no second word of his: he said so when he came.
        """
        case = self._case

        async def searching() -> str:
            clock = await case.clock("D-COURIER")
            await case.courier.request(CourierRequestKind.TRACE, rule, due_at=clock.due_at)
            await case.contact.tell("look_around_asked", rule, due=clock.due_at.isoformat())
            ended = await self._search_ended(clock, at=clock.after(case.rules.numbers.courier_plan_percent))
            if ended is None and clock.live:
                await case.contact.tell("courier_plan_told", rule, due=clock.due_at.isoformat())
                ended = await self._search_ended(clock)
            return ended or "silent"

        return await case.once("searched", searching, str)

    async def _search_ended(self, clock: Clock, at: datetime | None = None) -> str | None:
        case = self._case

        def ended() -> str | None:
            if self._looked(clock):
                return HAS_IT
            if case.courier.state_of(case.order.waybill) is ParcelState.LOST:
                return "lost"
            return case.courier.answer(CourierRequestKind.TRACE, clock)

        return await case.until(
            ended, code="courier_answer", ball=Party.COURIER, stage=Stage.WAITING_COURIER, clock=clock, at=at
        )

    def _looked(self, clock: Clock) -> bool | None:
        """Whether he says that he found it; None when he has said nothing new."""
        found: bool | None = None
        while (said := self._case.take(CustomerLooked, clock=clock)) is not None:
            found = found or said.found
        return found

    def turned_up(self, *, before: bool) -> bool:
        """Whether he has it after all: the courier delivered what was not there `before`, or he found it himself."""
        if self._case.start.customs < SECOND_LOOK:
            return False
        found = self._case.take(CustomerLooked, where=lambda said, _: said.found) is not None
        return found or (self._case.courier.arrived() and not before)

    async def in_his_hands(self, rule: str) -> bool:
        """Tell him what the courier found out, and hear whether he has it now. Silence is heard at the closing."""
        case = self._case

        async def asking() -> bool:
            clock = await case.clock("S-LOOK")
            await case.contact.tell("parcel_found_told", rule, due=clock.due_at.isoformat())
            found = await case.until(
                lambda: self._looked(clock),
                code="look_around",
                ball=Party.CUSTOMER,
                stage=Stage.WAITING_CUSTOMER,
                clock=clock,
            )
            return found is not False

        return await case.once("in_his_hands", asking, bool)

    async def followed(self, seen: ParcelState) -> ParcelState:
        """Follow what is on its way and tell him of each change without being asked (R-PROACT).

        Ends with its receipt or with trouble, as the courier says; `unknown` when S-DELIVER ran out.
        """
        case, waybill = self._case, self._case.order.waybill

        async def following() -> ParcelState:
            clock, told = await case.clock("S-DELIVER", name="S-DELIVER/followed"), seen
            while True:
                now = await case.until(
                    partial(self._changed, waybill, told),
                    code="delivery",
                    ball=Party.COURIER,
                    stage=Stage.WAITING_COURIER,
                    clock=clock,
                    meets=False,
                )
                if now is None or now in DELIVERED or not on_its_way(now):
                    case.met("S-DELIVER/followed")
                    return now or ParcelState.UNKNOWN
                if now is not ParcelState.IN_TRANSIT:
                    await case.contact.tell("parcel_told", "R-PROACT", step=f"followed/{now}", parcel=now)
                told = now

        return await case.once("followed", following, ParcelState)

    def _changed(self, waybill: str, told: ParcelState) -> ParcelState | None:
        seen = self._case.courier.state_of(waybill)
        return None if seen in (told, ParcelState.UNKNOWN) else seen

    async def slot(self, rule: str, within: str) -> datetime | None:
        """Have the courier say by when he delivers. None: he refuses, is there, or names none in time (X13)."""
        case, step = self._case, f"courier/{CourierRequestKind.REDELIVER}"

        async def asking() -> str:
            clock = await case.clock(within)
            if not await case.courier.request(CourierRequestKind.REDELIVER, rule, due_at=clock.due_at):
                return ""
            key = case.partner_key(f"{step}/asked", "K")

            def answers(said: CourierAnswered, _: Fact) -> bool:
                return said.request in ("", key) and bool(said.slot_at or said.verdict == "refused")

            said = await case.until(
                lambda: case.take(CourierAnswered, answers, clock) or case.courier.fetched() or None,
                code="slot",
                ball=Party.COURIER,
                stage=Stage.WAITING_COURIER,
                at=clock.due_at,
            )
            slot = said.slot_at if isinstance(said, CourierAnswered) else None
            return slot.isoformat() if slot else ""

        named = await case.once("slot", asking, str)
        return datetime.fromisoformat(named) if named else None

    async def by_slot(self, slot: datetime) -> bool:
        """He was promised the parcel by then (P-PROMISE). True when it came in time; else the promise is broken."""
        case = self._case
        await case.once("slot/promised", lambda: self._promise(slot), str)

        async def waiting() -> bool:
            came = await case.courier.delivered(case.order.waybill, "S-DELIVER", "slot", no_later_than=slot)
            if came:
                self._settle(promise_ledger.keep)
            return came

        return await case.once("slot/kept", waiting, bool)

    async def _promise(self, slot: datetime) -> str:
        case = self._case
        return promise_ledger.promise(
            case.start, case.state, case.now, what=promise_ledger.DELIVERY, amount=None, by=Party.SYSTEM, due_at=slot
        ).id

    async def slot_given_up(self) -> None:
        """Something else was agreed on instead of the slot: it is owed no more."""

        async def releasing() -> bool:
            self._settle(promise_ledger.release)
            return True

        await self._case.once("slot/given_up", releasing, bool)

    def _settle(self, how: Callable[[CaseState, str, datetime], None]) -> None:
        case = self._case
        for owed in [promise.id for promise in case.state.open_promises() if promise.what == promise_ledger.DELIVERY]:
            how(case.state, owed, case.now)

    async def numbered(self) -> bool:
        """Whether a number was filled in when he came; the order may go under one later."""
        case = self._case

        async def looking() -> bool:
            return bool(case.order.waybill)

        return await case.once("numbered", looking, bool)

    async def leaves(self, within: str, rule: str) -> str:
        """Wait for the first scan: a number without one is no shipping (R-FAKESHIP). The waybill, or empty.

        At the clock's first warning a person hears of it, and the customer honestly that it takes longer (P-HONEST).
        """
        case = self._case

        async def waiting() -> str:
            clock = await case.clock(within)
            alarm = min(case.rules.clocks[within].warn_percent, default=100)
            left = await self._left(clock, at=clock.after(alarm))
            if left is None and clock.live:
                escalate(case, NO_SCAN, rule)
                await case.contact.tell("delay_told", "P-HONEST", due=clock.due_at.isoformat())
                left = await self._left(clock)
            if case.state.needs_human in (NO_SCAN, f"overdue:{within}"):
                case.state.needs_human = ""
            while case.take(WarehouseAnswered) is not None:
                pass  # its word on our chasing answers no later question
            return left or ""

        return await case.once(f"leaves/{within}", waiting, str)

    async def _left(self, clock: Clock, at: datetime | None = None) -> str | None:
        return await self._case.until(
            self.scanned,
            code="first_scan",
            ball=Party.WAREHOUSE,
            stage=Stage.WAITING_WAREHOUSE,
            clock=clock,
            at=at,
        )

    async def now_scanned(self) -> str:
        """The waybill of the parcel that was scanned, to be remembered."""
        return self.scanned() or ""

    def scanned(self) -> str | None:
        """The parcel of the case that a courier really has, if there is one."""
        return next((waybill for waybill, seen in self._case.state.parcels.items() if seen in MOVING), None)
