"""A solution that a person decides with the customer: decided, within somebody's limit, agreed, carried out (R-SIX).

decided ──► granted ──► proposed ──► carried out
   ▲           │ no         │ declined, silent, not done
   └───────────┴────────────┘         refused too often, it is a dispute (R-DISPUTE-LOG)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from domain import grievance
from domain.answers import Answer, Ruling, Said
from domain.authority import may_refund
from domain.case import Verdict
from domain.clocks import ClockState
from domain.compensation import FORMS
from domain.money import Money
from domain.vocabulary import CaseType, Negotiated, Outcome, Party, Resolution
from workflows.steps.remedy import REFUNDS

if TYPE_CHECKING:
    from workflows.course import Case

_SAID = {Said.AGREED: Negotiated.AGREED, Said.DECLINED: Negotiated.REFUSED, Said.SILENT: Negotiated.SILENT}


class Solution:
    """The words for finding a solution with the customer."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def agreed(self, question: str, rule: str, within: str = "S-DECIDE") -> Outcome:
        """Look for a solution until one is accepted and done. `within`: how long the first may take.

        A complaint whose solutions he refused too often becomes a dispute and goes to a supervisor.
        """
        case, turn, refusals = self._case, 0, 0
        while True:
            turn += 1
            step = question if turn == 1 else f"{question}_{turn}"
            ruling = await self._decided(step, rule, within)
            if case.dispute.is_one:
                await case.dispute.packed()
            answer = await self._answer(ruling, step)
            if answer.said is Said.DECLINED:
                refusals += 1
                if refusals >= case.rules.numbers.dispute_after and self._is_a_complaint:
                    await case.dispute.becomes_one()
            if answer.said is Said.AGREED and (outcome := await self._carried_out(ruling, step)) is not None:
                return outcome

    @property
    def _is_a_complaint(self) -> bool:
        return grievance.kind_of(self._case.start, self._case.state) is CaseType.COMPLAINT

    async def _decided(self, step: str, rule: str, within: str) -> Ruling:
        """A person decides; what runs `within` goes on until the customer accepted or it is scheduled (X8)."""
        case = self._case
        late = await case.once(f"{step}/late", lambda: self._is_over(within), bool)
        first = "S-DECIDE" if late else within
        ball = Party.SUPERVISOR if late or case.dispute.is_one else Party.AGENT
        ruling = await case.desk.decide(step, rule, first, ball, meets=first != grievance.COMPLAINT)
        if ruling.resolution not in REFUNDS:
            return ruling
        sum = await case.once(f"{step}/sum", lambda: self._sum(ruling), Money)
        return ruling.model_copy(update={"amount": sum})

    async def _sum(self, ruling: Ruling) -> Money:
        """What he gets back, so that it is named when it is proposed: never more than is left."""
        remedy = self._case.remedy
        return min(ruling.amount or remedy.usual(ruling.resolution, "R-ALT"), remedy.refundable)

    async def _is_over(self, within: str) -> bool:
        clock = self._case.clock_if_started(within)
        return clock is not None and clock.state is not ClockState.RUNNING

    async def _answer(self, ruling: Ruling, step: str) -> Answer:
        """His word on it. An explanation asks for none, goodwill has its own; what is not granted is not proposed."""
        case = self._case

        async def answering() -> Answer:
            if ruling.resolution is Resolution.EXPLAIN_ONLY or ruling.resolution in FORMS:
                return Answer(said=Said.AGREED)
            if ruling.resolution in REFUNDS and not await self._by(ruling, step):
                return Answer(said=Said.SILENT)
            answer = await self._proposed(ruling, step)
            grievance.log(
                case.start, case.state, case.now, by=ruling.by, outcome=_SAID[answer.said], about=ruling.resolution
            )
            return answer

        return await case.once(f"{step}/answer", answering, Answer)

    async def _proposed(self, ruling: Ruling, step: str) -> Answer:
        propose = partial(self._case.consent.propose, ruling.resolution, "R-CONSENT", step=step, plan=ruling.resolution)
        return await (propose(amount=str(ruling.amount)) if ruling.amount else propose())

    async def _by(self, ruling: Ruling, step: str) -> str:
        """In whose authority the refund is made: the decider's, or his who granted it. Empty when it was not.

        Who decides knows his limit before he proposes: above it somebody else grants it first (A-CAP).
        """
        case, amount = self._case, ruling.amount
        if not amount or may_refund(case.rules, Party(ruling.by.split(":", 1)[0]), amount).allowed:
            return ruling.by
        asked = await case.desk.approval(f"{step}/granted", "refund_solution", amount, "A-CAP", ruling.by)
        return asked.decided_by if asked.verdict is Verdict.APPROVED else ""

    async def _carried_out(self, ruling: Ruling, step: str) -> Outcome | None:
        """Do it; the complaint's clock is met when he accepted. None when it could not be done."""
        case = self._case
        case.met(grievance.COMPLAINT)
        if case.state.needs_human == f"overdue:{grievance.COMPLAINT}":
            case.state.needs_human = ""
        if ruling.resolution is Resolution.EXPLAIN_ONLY:
            reason = {"reason": ruling.reason} if ruling.reason else {}
            await case.contact.tell("cause_explained", "R-EXPLAINBACK", step=f"{step}/explained", **reason)
            return Outcome.EXPLAINED
        if ruling.resolution in REFUNDS:
            ruling = ruling.model_copy(update={"by": await self._by(ruling, step)})
        return await case.remedy.carry_out(ruling, "R-ALT", step=step)
