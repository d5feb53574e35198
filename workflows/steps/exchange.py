"""Goods for goods: what was bought comes back, and what is wanted instead leaves within a day (R-EX-24H, X14)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from domain.answers import Answer, Said
from domain.exchange import (
    ExchangeWindow,
    Given,
    Terms,
    all_came,
    clocks_of,
    exchange_freight,
    exchange_window,
    terms_of,
)
from domain.freight import Freight
from domain.order import AskedLine, OrderLine
from domain.ports.warehouse import HHRK
from domain.vocabulary import Disposition, Inspection, Outcome, Party, Resolution, ShipmentLeg
from workflows.steps import invoice

if TYPE_CHECKING:
    from workflows.course import Case

T = TypeVar("T")
CLOCK = "D-EXSHIP"
GOOD = frozenset({Inspection.PASS, Inspection.DEFECT_CONFIRMED, Inspection.TRANSIT_DAMAGE})
"""What an inspection may say of goods that are exchanged without asking a person."""


class Exchange:
    """The words for exchanging goods. `wanted` is what the customer gets instead; the same goods when it is empty."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self.wanted: tuple[OrderLine, ...] = case.request.replacement
        if case.state.round > 1:
            self.as_agreed()

    def wants(self, lines: tuple[OrderLine, ...]) -> None:
        """Something else was agreed on with him."""
        self.wanted = self._case.state.wanted = lines

    def as_agreed(self) -> None:
        """A later round goes on from what the one before agreed on, through which nobody goes again."""
        self.wanted = self._case.state.wanted or self._case.request.replacement

    async def window(self, step: str = "exchange/window") -> ExchangeWindow:
        """Whether an exchange is still open: for quality, or without a reason (R-EX-QUALITY, D-EX, X4)."""
        case = self._case

        async def looking() -> ExchangeWindow:
            found = await self.judge()
            case.note("exchange_window", found.rule, allowed=found.allowed, reason=found.reason)
            return found

        return await case.once(step, looking, ExchangeWindow)

    async def judge(self) -> ExchangeWindow:
        """The same by what is known now."""
        case, request = self._case, self._case.windows.request
        first, *later = clocks_of(request)
        ends = {first: await case.windows.end(first)}
        found = exchange_window(request, ends, case.rules)
        for clock in later:
            if not found.allowed:
                ends[clock] = await case.windows.end(clock)
                found = exchange_window(request, ends, case.rules)
        return found

    def freight(self, *, inside: bool) -> Freight:
        """Who bears which leg (X3)."""
        case = self._case
        legs = exchange_freight(case.request, case.rules, inside=inside)
        case.note("freight_decided", legs.rule, inbound=legs.inbound, outbound=legs.back)
        return legs

    def terms(self, legs: Freight) -> Terms:
        """What it costs whom."""
        return terms_of(self._case.request, self.wanted, legs)

    async def propose(self, legs: Freight, rule: str, step: str = "") -> Answer:
        """Ask for his word on the exchange and on what it costs him, before anything moves (R-CONSENT, P-FEEQUOTE)."""
        terms = self.terms(legs)
        if terms.to_refund:
            return await self._case.consent.propose(
                Resolution.EXCHANGE, rule, template="exchange_cheaper", step=step, freight=legs.inbound,
                amount=str(terms.to_refund),
            )  # fmt: skip
        return await self._case.consent.propose(
            Resolution.EXCHANGE, rule, template="exchange_proposed", step=step, freight=legs.inbound,
            fee=terms.to_pay or None,
        )  # fmt: skip

    async def goods_back(self, legs: Freight) -> Inspection | None:
        """Announce the goods as an exchange, wait for them, have them inspected twice. None when none were sent."""
        returns = self._case.returns
        self._case.no_longer_due("D-REFPAY")
        returns.begin_anew()
        await returns.authorize(legs.inbound, "exchange_authorized", HHRK)
        if not await returns.shipped():
            return None
        await returns.arrived()
        clock = await self._case.clock(CLOCK, at=self._case.state.goods.received_at)
        rma, due = self._case.state.goods.rma, clock.due_at.isoformat()
        await self._case.contact.tell("return_received", "R-PROACT", rma=rma, due=due)
        return await returns.inspected()

    def complete(self) -> bool:
        """Whether all that is to be exchanged came."""
        return all_came(self._case.request.concerned, self._case.state.goods.received)

    async def while_he_decides(self, name: str, work: Callable[[], Awaitable[T]], result: type[T]) -> T:
        """What waits for the customer is no part of our 24 hours: they stand still meanwhile (R-EX-24H)."""
        case = self._case

        async def waiting() -> T:
            clock = case.clock_if_started(CLOCK)
            if clock is not None and clock.running:
                clock.pause(case.now, "customers_turn", Party.SYSTEM)
                case.note("pause_clock", "R-EX-24H", clock=CLOCK, reason="customers_turn")
            value = await work()
            if clock is not None and not clock.running:
                clock.resume(case.now)
            return value

        return await case.once(name, waiting, result)

    async def give(self, legs: Freight, verdict: Inspection, step: str = "exchange") -> Given:
        """Old goods to their place, a dearer one's difference in, the new ones out, a cheaper one's difference back.

        Nothing leaves before it is paid for. What left meets the 24 hours; then it is followed to its receipt.
        """
        case, terms = self._case, self.terms(legs)
        leg = ShipmentLeg.EXCHANGE_OUT

        async def collected() -> bool:
            return await case.collection.collect(
                terms.to_pay, purpose="price_difference", rule="P-FEEQUOTE", step=f"{step}/collect"
            )

        async def giving() -> Given:
            await case.returns.dispose(Disposition.RESTOCK if verdict is Inspection.PASS else Disposition.QUARANTINE)
            if terms.to_pay and not await self.while_he_decides(f"{step}/paid", collected, bool):
                return Given.UNPAID
            if not await case.shipping.place(leg, "R-EX-24H", f"{step}/ship", goods=self._goods()):
                return Given.NOT_IN_STOCK
            waybill = await case.shipping.left(f"{step}/ship", "R-EX-24H", "exchange_shipped")
            self._left(terms, waybill)
            refunded = not terms.to_refund or await case.money.refund(
                terms.to_refund, purpose="price_difference", rule="R-EX-QUALITY", step=f"{step}/difference"
            )
            if not await case.courier.delivered(waybill, "S-DELIVER", f"{step}/ship"):
                return Given.NOT_DELIVERED
            return Given.ARRIVED if refunded else Given.NOT_REFUNDED

        return await case.once(step, giving, Given)

    def _goods(self) -> tuple[AskedLine, ...]:
        if not self.wanted:
            return self._case.request.concerned
        return tuple(AskedLine(sku=line.sku, quantity=line.quantity) for line in self.wanted)

    def _left(self, terms: Terms, waybill: str) -> None:
        """It left: the 24 hours are kept or were missed; the exchange order and what the invoice needs (R-INV-EX)."""
        case = self._case
        case.desk.settled(CLOCK)
        rma = case.state.goods.rma
        back, out = (
            [one.model_dump(mode="json") for one in goods] for goods in (case.request.concerned, self._goods())
        )
        case.record(
            "exchange_order", rma, "R-EX-24H", rma=rma, waybill=waybill, back=back, out=out,
            paid=str(terms.to_pay), refunded=str(terms.to_refund),
        )  # fmt: skip
        invoice.endorsed(case)

    def given_up(self) -> None:
        """Nothing is exchanged: no 24 hours run any more."""
        self._case.no_longer_due(CLOCK)
        if self._case.state.needs_human == f"overdue:{CLOCK}":
            self._case.state.needs_human = ""

    async def becomes_refund(self) -> None:
        """His money goes back instead; the goods are here, so that it is due from now on (D-REFPAY)."""
        self.given_up()
        await self._case.clock("D-REFPAY")

    async def decided(self, rule: str, step: str, wanted: tuple[OrderLine, ...]) -> Outcome | None:
        """Carry out an exchange that a person decided on. None when it could not be: he is asked again.

        The customer is asked before it costs him anything (P-FEEQUOTE).
        """
        self.wants(wanted or self.wanted)
        window = await self.window()
        legs = self.freight(inside=window.inside)
        if self.terms(legs).to_pay and (await self.propose(legs, rule, step)).said is not Said.AGREED:
            return None
        verdict = await self.goods_back(legs)
        if verdict is None or verdict not in GOOD or not self.complete():
            return None
        given = await self.give(legs, verdict, step=f"{step}/exchange")
        return Outcome.EXCHANGED if given is Given.ARRIVED else None
