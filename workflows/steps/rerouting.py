"""Having a parcel go elsewhere: what the courier must confirm himself, and the pickup point (R-ADDR, R-OOA-PICKUP)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.answers import CourierWord
from domain.clocks import Clock
from domain.messages.facts import CourierAnswered
from domain.money import Money
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import Party, Stage

if TYPE_CHECKING:
    from workflows.course import Case

ACCEPTED = "accepted"
FEE_ASKED = "fee_asked"  # he would do it for a fee
HANDED_OUT = "handed_out"  # to the customer, before he could do it
SILENT = "silent"


class Rerouting:
    """The words for a parcel that is to go elsewhere."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def word_on(
        self, kind: CourierRequestKind, rule: str, *, within: str, amount: Money | None = None, step: str = ""
    ) -> CourierWord:
        """Ask for it and wait for the courier's word: done by ourselves, not handed over and forgotten (R-ADDR).

        His verdict (`accepted`, `fee_asked`, `refused`, `too_late`), or `handed_out` or `silent`.
        """
        case = self._case
        step = step or f"courier/{kind}"

        async def asking() -> CourierWord:
            clock = await case.clock(within, name=f"{within}/{step}")
            if not await case.courier.request(kind, rule, due_at=clock.due_at, amount=amount, step=step):
                case.no_longer_due(f"{within}/{step}")
                return CourierWord(verdict="refused")
            key = case.partner_key(f"{step}/asked", "K")
            word = await case.until(
                lambda: self._word(key, clock),
                code="courier_word",
                ball=Party.COURIER,
                stage=Stage.WAITING_COURIER,
                clock=clock,
            )
            return word or CourierWord(verdict=SILENT)

        return await case.once(f"{step}/word", asking, CourierWord)

    def _word(self, key: str, clock: Clock) -> CourierWord | None:
        case = self._case
        said = case.take(CourierAnswered, where=lambda answer, _: answer.request in ("", key), clock=clock)
        if said is not None:
            fee = said.fee or None  # a fee of nothing is none
            verdict = ACCEPTED if said.verdict == FEE_ASKED and fee is None else said.verdict
            return CourierWord(verdict=verdict, fee=fee, courier=said.courier)
        return CourierWord(verdict=HANDED_OUT) if case.courier.arrived() else None

    async def collected(self, rule: str) -> bool:
        """Wait until the customer has collected the parcel at its pickup point. False when he has not by S-PICKUP."""
        case = self._case

        async def waiting() -> bool:
            clock = await case.clock("S-PICKUP")
            await case.contact.tell("pickup_told", rule, waybill=case.order.waybill, due=clock.due_at.isoformat())
            got = await case.until(
                lambda: case.courier.arrived() or None,
                code="pickup",
                ball=Party.CUSTOMER,
                stage=Stage.WAITING_CUSTOMER,
                clock=clock,
            )
            return bool(got)

        return await case.once("collected", waiting, bool)
