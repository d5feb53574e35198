"""What a courier wants for something extra: borne by whom it concerns, agreed to before it arises (R-OOA-FEE, X10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.answers import Said
from domain.authority import may_compensate
from domain.case import Verdict
from domain.courier_fee import Borne, settlement
from domain.money import Money
from domain.vocabulary import FreightPayer, Party, Resolution

if TYPE_CHECKING:
    from workflows.course import Case

COURIER_FEE = "courier_fee"  # what an approval is for, and the kind of record


class Fees:
    """The words for fees that others receive."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def agreed(self, plan: Resolution, what: str, fee: Money, borne: Borne, *, paid_to: str) -> bool:
        """Whether whoever bears the fee agrees to it: the customer, or somebody of ours with the limit (A-CAP).

        What the courier owes us for his own mistake we lay out and claim from him beside the case (M-COURIER).
        """
        case = self._case

        async def agreeing() -> bool:
            case.note("courier_fee_asked", borne.rule, what=what, amount=str(fee), payer=borne.payer, paid_to=paid_to)
            yes = await self._word(plan, what, fee, borne)
            case.record(
                COURIER_FEE, f"{what}-{case.order.waybill}", borne.rule, what=what, amount=fee.model_dump(mode="json"),
                payer=borne.payer, paid_to=paid_to, settlement=settlement(case.rules), agreed=yes,
            )  # fmt: skip
            if yes and borne.payer is FreightPayer.COURIER:
                await case.claims.open("M-COURIER", fee, what)
            return yes

        return await case.once(f"fee/{what}", agreeing, bool)

    async def _word(self, plan: Resolution, what: str, fee: Money, borne: Borne) -> bool:
        case = self._case
        if borne.payer is FreightPayer.CUSTOMER:
            answer = await case.consent.propose(
                plan, borne.rule, template="fee_quoted", fee=fee, overtaken=case.courier.arrived, what=what
            )
            return answer.said is Said.AGREED
        if may_compensate(case.rules, Party.SYSTEM, fee).allowed:
            return True
        asked = await case.desk.approval(f"fee/{what}/approval", COURIER_FEE, fee, borne.rule, Party.SYSTEM)
        return asked.verdict is Verdict.APPROVED
