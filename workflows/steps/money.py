"""Money to the customer: authority first, then one payment with one key, followed until it is done or a person is needed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow

from activities.refunds import RefundActivities, RefundAsk
from domain.authority import may_refund
from domain.case import Refunding, Verdict
from domain.messages import ProvideInput, RefundNotice
from domain.money import Money
from domain.ports import RefundIntent, RefundRow, RefundStatus
from domain.vocabulary import Party, Resolution, Stage
from workflows.duties import escalate
from workflows.endings import PartnerSaidNo

if TYPE_CHECKING:
    from workflows.course import Case

POLL = timedelta(hours=1)  # the net under a provider's notice that never comes


class Funds:
    """The words for paying."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def refund(self, amount: Money, *, purpose: str, rule: str, decided_by: str = Party.SYSTEM, step: str = "refund") -> bool:
        """Pay the customer back and tell him (R-PROMISE). False when the payment was not approved or finally refused.

        Who decided it may pay up to his role's limit; above it somebody with the limit approves, never the requester.
        """
        case = self._case

        async def paying() -> bool:
            if not amount:
                return False
            approved_by = await case.once(f"{step}/approved", lambda: self._approved(amount, purpose, rule, decided_by), str)
            if not approved_by:
                return False
            requested_by = Party.SYSTEM.value if approved_by == decided_by else decided_by
            attempt = 0
            while True:
                attempt += 1
                paid = await case.once(
                    f"{step}/payment{attempt}",
                    lambda n=attempt: self._pay(f"{step}/pay{n}", amount, purpose, rule, requested_by, approved_by),  # type: ignore[misc]
                    bool,
                )
                if paid:
                    break
                decision = await case.desk.decide(f"refund_refused{attempt}", rule, ball=Party.FINANCE)
                if decision.resolution not in (Resolution.FULL_REFUND, Resolution.PARTIAL_REFUND, Resolution.RETURN_REFUND):
                    return False
            case.met("D-REFPAY")
            await case.contact.tell("refund_paid", "R-PROMISE", step=f"{step}/told", amount=str(amount))
            return True

        return await case.once(step, paying, bool)

    async def _approved(self, amount: Money, purpose: str, rule: str, decided_by: str) -> str:
        """Who approves: the decider within his limit, else somebody with the limit. Empty when it was refused."""
        case = self._case
        role = Party(decided_by.split(":", 1)[0])
        if may_refund(case.rules, role, amount).allowed:
            return decided_by
        asked = await case.desk.approval(f"refund_{purpose}", amount, rule, decided_by)
        return asked.decided_by if asked.verdict is Verdict.APPROVED else ""

    async def _pay(self, step: str, amount: Money, purpose: str, rule: str, requested_by: str, approved_by: str) -> bool:
        case = self._case
        decided_at = workflow.now()
        acted, input_ref = False, ""

        def ask(key: str) -> RefundAsk:
            intent = RefundIntent(
                key=key, case=case.key, amount=amount, purpose=purpose, rule=rule, channel=case.order.channel,
                requested_by=requested_by, approved_by=approved_by, at=decided_at,
            )  # fmt: skip
            return RefundAsk(intent=intent, person_acted=acted, input_ref=input_ref)

        async def call(again: bool) -> RefundRow:
            try:
                row: RefundRow = await case.partner(
                    step, RefundActivities.issue_refund, ask, kind="R", result=RefundRow, again=again,
                    summary=f"退款 · Refund {amount}",
                )  # fmt: skip
            except PartnerSaidNo as no:
                row = RefundRow(key=case.partner_key(step, "R"), amount=amount, status=RefundStatus.REFUSED, code=no.code)
            self._remember(row, purpose, rule, requested_by, approved_by)
            return row

        row = await call(again=False)
        turn = 0
        while True:
            turn += 1
            match row.status:
                case RefundStatus.DONE:
                    return True
                case RefundStatus.REFUSED:
                    return False
                case RefundStatus.NEEDS_HUMAN:
                    acted, input_ref = True, await self._human_input(row, turn)
                case _:
                    await case.until(
                        lambda key=row.key: case.take(RefundNotice, where=lambda notice, _: notice.key == key),  # type: ignore[misc]
                        code="refund_notice",
                        ball=Party.PLATFORM,
                        stage=Stage.EXECUTE,
                        at=workflow.now() + POLL,
                    )
            row = await call(again=True)
            acted, input_ref = False, ""

    async def _human_input(self, row: RefundRow, turn: int) -> str:
        case = self._case
        assert row.need is not None
        case.state.needs_human = f"refund:{row.need}"
        case.note("refund_needs_human", "R-REF-PATH", need=row.need, key=row.key)
        reminder = 0
        while True:
            reminder += 1
            clock = await case.clock("S-HUMAN", name=f"S-HUMAN/{row.key}#{turn}.{reminder}")
            given = await case.until(
                lambda: case.take(ProvideInput), code=f"refund_{row.need}", ball=Party.FINANCE, stage=Stage.EXECUTE, clock=clock
            )
            if given is not None:
                case.state.needs_human = ""
                return given.input_ref
            escalate(case, f"refund:{row.need}", "R-REF-72H")

    def _remember(self, row: RefundRow, purpose: str, rule: str, requested_by: str, approved_by: str) -> None:
        case = self._case
        known = next((refund for refund in case.state.refunds if refund.key == row.key), None)
        if known is None:
            known = Refunding(
                key=row.key, amount=row.amount, purpose=purpose, rule=rule, requested_by=requested_by, approved_by=approved_by
            )
            case.state.refunds.append(known)
        if known.status is not row.status or known.need is not row.need:
            case.note("refund_" + row.status, rule, key=row.key, amount=str(row.amount), code=row.code)
        known.status, known.need, known.code = row.status, row.need, row.code
