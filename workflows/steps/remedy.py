"""Carrying out what a person decided (R-ALT): refund, send again, goodwill, or an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.answers import Answer, Ruling, Said
from domain.case import GOODS_BIND
from domain.compensation import FORMS
from domain.money import Money
from domain.order import AskedLine
from domain.order_part import refund_of
from domain.vocabulary import Disposition, Outcome, Resolution, ShipmentLeg

if TYPE_CHECKING:
    from workflows.course import Case

REFUNDS = frozenset(
    {
        Resolution.FULL_REFUND,
        Resolution.PARTIAL_REFUND,
        Resolution.PART_REFUND,
        Resolution.RETURN_REFUND,
        Resolution.PRICE_REFUND,
        Resolution.FREIGHT_REFUND,
    }
)

NOTHING = 3  # the customs since which a sum of nothing is none: it was offered, and taken for the whole order


class Remedy:
    """The words for setting things right."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @property
    def refundable(self) -> Money:
        """What is left of the order's payment, and of what he paid later."""
        case = self._case
        left = case.order.paid.minor + case.state.collected - case.state.refunded
        return Money(minor=max(left, 0), currency=case.order.paid.currency)

    @property
    def refunded(self) -> Money:
        """What reached the customer."""
        return Money(minor=self._case.state.refunded, currency=self._case.order.paid.currency)

    def refund_outcome(self) -> Outcome:
        """What the money paid so far amounts to."""
        whole = self._case.state.refunded >= self._case.order.paid.minor + self._case.state.collected
        return Outcome.REFUNDED if whole else Outcome.PARTIALLY_REFUNDED

    def worth(self, choices: tuple[Resolution, ...], due: Money) -> tuple[Resolution, ...]:
        """The choices, without money back where none is due: a gift cost nothing."""
        if due or self._case.start.customs < NOTHING:
            return choices
        return tuple(one for one in choices if one not in REFUNDS)

    async def as_chosen(
        self, answer: Answer, about: str, rule: str, *, goods: tuple[AskedLine, ...] = (), amount: Money | None = None
    ) -> Outcome:
        """Another parcel or his money back, as he chose. Where he did not, or it fails, a person decides on `about`.

        It is about the whole order, or about some `goods` of it for which he would get the `amount`.
        Silence is no consent to another parcel, but he has neither goods nor money: somebody must see to it.
        """
        case = self._case
        if answer.said is Said.DECLINED:
            return await self.decided_at_desk(f"{about}_plan_declined", rule)
        if answer.said is Said.SILENT:
            return await self.decided_at_desk(f"{about}_no_answer", rule)
        if answer.choice in REFUNDS:
            if amount is None or (not amount and case.start.customs < NOTHING):
                amount = self.refundable
            if await case.money.refund(amount, purpose="goods", rule=rule):
                return self.refund_outcome()
            return await self.decided_at_desk(f"{about}_refund_failed", rule)
        if await case.shipping.send(ShipmentLeg.RESHIP, rule, goods=goods):
            return Outcome.RESHIPPED
        return await self.decided_at_desk(f"{about}_reship_failed", rule)

    def usual(self, resolution: Resolution, rule: str) -> Money:
        """The sum where a person named none: of the goods that it is about, else what was asked for, else all."""
        case = self._case
        if resolution is Resolution.PART_REFUND:
            goods = case.request.concerned
            return refund_of(case.request, goods, case.rules, rule=rule, already=self.refunded).amount
        return case.request.amount or self.refundable

    async def decided_at_desk(self, question: str, rule: str, within: str = "S-DECIDE") -> Outcome:
        """Have a person decide and carry his decision out; asked again when it could not be carried out."""
        turn = 0
        while True:
            turn += 1
            name = question if turn == 1 else f"{question}_{turn}"
            decision = await self._case.desk.decide(name, rule, within if turn == 1 else "S-DECIDE")
            outcome = await self.carry_out(decision, rule, step=name)
            if outcome is not None:
                return outcome

    async def carried_out(self, decision: Ruling, question: str, rule: str) -> Outcome:
        """Do what a person decided with his answer to another question; he is asked anew where it cannot be done."""
        return await self.carry_out(decision, rule, step=question) or await self.decided_at_desk(
            f"{question}_failed", rule
        )

    async def carry_out(self, decision: Ruling, rule: str, step: str) -> Outcome | None:
        """Do what was decided. None when it could not be done: not approved, refused, not delivered."""
        case = self._case
        if decision.resolution in REFUNDS:
            amount = min(decision.amount or self.usual(decision.resolution, rule), self.refundable)
            paid = await case.money.refund(
                amount,
                purpose=_PURPOSE.get(decision.resolution, "goods"),
                rule=rule,
                decided_by=decision.by,
                step=f"{step}/refund",
            )
            if not paid:
                return None
            if decision.resolution is Resolution.PRICE_REFUND:
                return Outcome.PRICE_ADJUSTED
            return self.refund_outcome()
        if decision.resolution is Resolution.RESHIP:
            sent = await case.shipping.send(ShipmentLeg.RESHIP, rule, step=f"{step}/ship", goods=case.request.lines)
            return Outcome.RESHIPPED if sent else None
        if decision.resolution is Resolution.SEND_BACK:
            if not await case.collection.way_back_as_found(step):
                return None
            goods = case.request.came_instead
            if case.start.customs >= GOODS_BIND and case.state.goods.received_at is not None:
                await case.returns.dispose(Disposition.SEND_BACK)
            sent = await case.shipping.send(ShipmentLeg.SEND_BACK, rule, step=f"{step}/ship", goods=goods)
            return Outcome.RETURNED_TO_CUSTOMER if sent else None
        if decision.resolution in (Resolution.REPAIR, Resolution.ONSITE_VISIT):
            return None  # how a repair goes is a procedure of its own, and this case is not at its beginning
        if decision.resolution is Resolution.EXCHANGE:
            return await case.exchange.decided(rule, step, decision.replacement)
        if (form := FORMS.get(decision.resolution)) is not None:  # without a sum: what was offered before settles it
            if decision.amount and not await case.goodwill.give(form, decision.amount, decision.by, f"{step}/goodwill"):
                return None
            return Outcome.GOODWILL_ONLY
        await case.contact.tell("refund_rejected", rule, step=f"{step}/told", reason=decision.reason or "not_covered")
        return Outcome.REJECTED


_PURPOSE = {Resolution.PRICE_REFUND: "price_difference", Resolution.FREIGHT_REFUND: "freight"}
