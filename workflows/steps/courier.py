"""Asking and instructing couriers: where is it, bring it back, pay for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from activities.courier import CourierActivities, TrackQuestion
from domain.case import SECOND_LOOK
from domain.clocks import Clock
from domain.messages.facts import CourierAnswered, ReturnReceived
from domain.money import Money
from domain.ports.courier import CourierRequest, CourierRequestKind, ParcelReport
from domain.ports.partner import Receipt
from domain.vocabulary import ParcelState, Party, Stage
from workflows.endings import PartnerSaidNo

if TYPE_CHECKING:
    from workflows.course import Case

DELIVERED = frozenset({ParcelState.DELIVERED, ParcelState.DELIVERED_BY_PROXY, ParcelState.DELIVERED_AFTER_EXCEPTION})
MOVING = DELIVERED | {
    ParcelState.PICKED_UP, ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY, ParcelState.AT_PICKUP_POINT,
}  # fmt: skip


class Courier:
    """The words for couriers."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def state_of(self, waybill: str) -> ParcelState | None:
        """What was last heard of a parcel; without a number, of the order's, which may have one by now."""
        return self._case.state.parcels.get(waybill or self._case.order.waybill)

    async def track(self, step: str = "track") -> ParcelState:
        """Look the order's parcel up in the courier's system (查件). UNKNOWN when the courier refuses to say."""
        case = self._case

        async def looking() -> ParcelState:
            if not case.order.waybill:
                return ParcelState.NO_INFO
            try:
                report = await case.partner(
                    f"{step}/asked",
                    CourierActivities.track_parcel,
                    lambda _: TrackQuestion(courier=case.order.courier, waybill=case.order.waybill, at=case.now),
                    kind="T",
                    summary="查件 · Where is the parcel?",
                    result=ParcelReport,
                )
            except PartnerSaidNo as no:
                case.note("parcel_not_tracked", "R-VERIFY", code=no.code)
                return ParcelState.UNKNOWN
            case.state.parcels[case.order.waybill] = report.state
            case.note("parcel_tracked", "R-VERIFY", state=report.state, raw_code=report.raw_code)
            return report.state

        return await case.once(step, looking, ParcelState)

    async def request(
        self,
        kind: CourierRequestKind,
        rule: str,
        *,
        due_at: datetime | None = None,
        amount: Money | None = None,
        step: str = "",
    ) -> bool:
        """Hand a request to the courier's service desk. False when it was refused."""
        case = self._case
        step = step or f"courier/{kind}"

        async def asking() -> bool:
            try:
                await case.partner(
                    f"{step}/asked",
                    CourierActivities.request_courier,
                    lambda key: CourierRequest(
                        key=key, case=case.key, kind=kind, courier=case.order.courier, waybill=case.order.waybill,
                        at=case.now, due_at=due_at, amount=amount, documents=tuple(case.state.evidence),
                        **self._destination(kind),
                    ),
                    kind="K",
                    summary=_SUMMARY[kind],
                    result=Receipt,
                )  # fmt: skip
            except PartnerSaidNo as no:
                case.note(f"courier_refused_{kind}", rule, code=no.code)
                return False
            case.note(f"courier_asked_{kind}", rule)
            return True

        return await case.once(step, asking, bool)

    def _destination(self, kind: CourierRequestKind) -> dict[str, str]:
        """Where a change of address goes, by reference: the courier's border looks it up."""
        if kind is not CourierRequestKind.CHANGE_ADDRESS:
            return {}
        return {"customer_ref": self._case.order.customer_ref, "address_ref": self._case.state.address_ref}

    async def trace(self, rule: str) -> str:
        """Ask where the parcel is: 24 h until the customer hears a plan, 48 h until it is decided (D-COURIER).

        Returns the courier's verdict (found, moving, lost, unknown), or `silent` when D-COURIER ran out.
        """
        case = self._case

        async def tracing() -> str:
            clock = await case.clock("D-COURIER")
            await self.request(CourierRequestKind.TRACE, rule, due_at=clock.due_at)
            # The handbook promises the customer an answer within 24-48 h: at the first of these he hears the plan.
            verdict = await self._verdict(clock, at=clock.after(case.rules.numbers.courier_plan_percent))
            if verdict is None and clock.live:
                await case.contact.tell("courier_plan_told", rule, due=clock.due_at.isoformat())
                verdict = await self._verdict(clock)
            return verdict or "silent"

        return await case.once("trace", tracing, str)

    async def _verdict(self, clock: Clock, at: datetime | None = None) -> str | None:
        case = self._case

        def heard() -> str | None:
            answer = self.answer(CourierRequestKind.TRACE, clock)
            if answer is not None:
                return answer
            seen = self.state_of(case.order.waybill)
            if seen is ParcelState.LOST:
                return "lost"
            return "moving" if seen in MOVING else None

        return await case.until(
            heard, code="courier_answer", ball=Party.COURIER, stage=Stage.WAITING_COURIER, clock=clock, at=at
        )

    def answer(self, kind: CourierRequestKind, clock: Clock) -> str | None:
        """The verdict on our request of that kind; that it was taken on is no verdict yet."""
        case = self._case
        key = case.partner_key(f"courier/{kind}/asked", "K")
        said = case.take(
            CourierAnswered,
            where=lambda answer, _: answer.request in ("", key) and answer.verdict not in ("accepted", "recalled"),
            clock=clock,
        )
        return said.verdict if said else None

    async def recall(self, rule: str, back_by: str, template: str = "recall_told") -> bool:
        """Have the parcel brought back and wait for it. False when refused, fetched, or not back by the clock."""
        case = self._case

        async def recalling() -> bool:
            clock = await case.clock(back_by)
            if not await self.request(CourierRequestKind.RECALL, rule, due_at=clock.due_at):
                return False
            await case.contact.tell(template, rule, due=clock.due_at.isoformat())
            ended = await case.until(
                lambda: self._back() or self._fetched() or self.answer(CourierRequestKind.RECALL, clock),
                code="parcel_back",
                ball=Party.COURIER,
                stage=Stage.WAITING_COURIER,
                clock=clock,
            )
            return ended == ParcelState.RETURNED

        return await case.once("recall", recalling, bool)

    def _fetched(self) -> str | None:
        return ParcelState.DELIVERED if self.fetched() else None

    def _back(self) -> str | None:
        case = self._case
        here = case.start.customs >= SECOND_LOOK and any(f.kind == ReturnReceived.kind for f in case.state.mailbox)
        returned = here or self.state_of(case.order.waybill) is ParcelState.RETURNED
        return ParcelState.RETURNED if returned else None

    async def delivered(self, waybill: str, within: str, step: str, *, no_later_than: datetime | None = None) -> bool:
        """Wait until a parcel arrives. False when it did not by the clock, or when the courier says that it is lost."""
        case = self._case

        async def waiting() -> bool:
            clock = await case.clock(within, name=f"{within}/{step}", no_later_than=no_later_than)
            ended = await case.until(
                lambda: self._ended(waybill),
                code="delivery",
                ball=Party.COURIER,
                stage=Stage.WAITING_COURIER,
                clock=clock,
            )
            return ended in DELIVERED

        return await case.once(f"delivered/{step}", waiting, bool)

    async def seen(self, step: str) -> ParcelState:
        """What is known of the order's parcel at this step: looked up when he came, or heard since."""
        case, looked_up = self._case, await self.track()

        async def looking() -> ParcelState:
            return self.state_of(case.order.waybill) or looked_up

        return await case.once(f"seen/{step}", looking, ParcelState)

    async def lost(self, step: str) -> bool:
        """Whether the courier says that the order's parcel is lost, at this step."""
        case = self._case

        async def looking() -> bool:
            return self.state_of(case.order.waybill) is ParcelState.LOST

        return await case.once(f"lost/{step}", looking, bool)

    async def in_hand(self, step: str) -> bool:
        """Whether the customer has the order's parcel, at this step."""

        async def looking() -> bool:
            return self.arrived()

        return await self._case.once(f"in_hand/{step}", looking, bool)

    def fetched(self) -> bool:
        """Whether he has got the order's parcel meanwhile. Cases that began under earlier customs did not look."""
        return self._case.start.customs >= SECOND_LOOK and self.arrived()

    async def has_it(self, step: str) -> bool:
        """Whether he has got it by this step, so that nothing is sent or paid again."""

        async def looking() -> bool:
            return self.fetched()

        return await self._case.once(f"has_it/{step}", looking, bool)

    def arrived(self) -> bool:
        """Whether the order's parcel is with the customer, as the courier says at this moment."""
        return self.state_of(self._case.order.waybill) in DELIVERED

    def _ended(self, waybill: str) -> ParcelState | None:
        seen = self.state_of(waybill)
        return seen if seen in DELIVERED or seen is ParcelState.LOST else None

    async def signed(self) -> bool:
        """Whether the order's parcel was signed for: by what the order says, else by the courier's system."""
        case = self._case

        async def looking() -> bool:
            if case.order.signed_at is not None or self.arrived():
                return True
            seen = case.request.parcel_state or self.state_of(case.order.waybill)
            return (seen or await self.track()) in DELIVERED

        return await case.once("signed", looking, bool)

    async def mediate(self, rule: str) -> str:
        """Have the courier look into how the customer was treated (R-CONDUCT).

        Returns his word (apologised, refused, ...), or `silent` when D-COURIER ran out.
        """
        case = self._case

        async def mediating() -> str:
            clock = await case.clock("D-COURIER")
            if not await self.request(CourierRequestKind.MEDIATE, rule, due_at=clock.due_at):
                return "refused"
            said = await case.until(
                lambda: self.answer(CourierRequestKind.MEDIATE, clock),
                code="courier_answer",
                ball=Party.COURIER,
                stage=Stage.WAITING_COURIER,
                clock=clock,
            )
            return said or "silent"

        return await case.once("mediate", mediating, str)


_SUMMARY = {
    CourierRequestKind.TRACE: "询问快递:包裹在哪里 · Ask the courier: where is the parcel?",
    CourierRequestKind.RECALL: "通知快递退回包裹 · Tell the courier to bring the parcel back",
    CourierRequestKind.REDELIVER: "请快递再次派送 · Ask the courier to deliver again",
    CourierRequestKind.CHANGE_ADDRESS: "请快递改地址 · Ask the courier to change the address",
    CourierRequestKind.RELAY: "请快递转件 · Ask the courier to hand the parcel to one who delivers there",
    CourierRequestKind.CONFIRM_DAMAGE: "请派送员确认破损 · Ask the delivery person about the damage",
    CourierRequestKind.CLAIM: "向快递索赔 · Claim from the courier",
    CourierRequestKind.MEDIATE: "向快递反映服务问题 · Speak with the courier about its conduct",
}
