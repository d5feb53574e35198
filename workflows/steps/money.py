"""Money to the customer: authority first, then one payment with one key, followed until it is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from activities.refunds import RefundActivities, RefundAsk
from domain.authority import may_refund
from domain.case import GOODWILL, Refunding, Verdict
from domain.clocks import ClockState
from domain.messages.commands import ProvideInput
from domain.messages.facts import RefundNotice
from domain.money import Money
from domain.payment import Payment
from domain.ports.refunds import RefundIntent, RefundRow, RefundStatus
from domain.vocabulary import Party, Resolution, Stage
from workflows.duties import escalate
from workflows.endings import PartnerSaidNo
from workflows.steps import invoice

if TYPE_CHECKING:
    from workflows.course import Case


class Funds:
    """The words for paying."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def refund(
        self, wanted: Money, *, purpose: str, rule: str, decided_by: str = Party.SYSTEM, step: str = "refund"
    ) -> bool:
        """Pay the customer back and tell him (R-PROMISE). False when it was not approved or finally refused.

        Who decided it may pay up to his role's limit; above it somebody with the limit approves, never the requester.
        """
        case = self._case

        async def paying() -> bool:
            amount = await case.once(f"{step}/amount", lambda: self._payable(wanted, rule), Money)
            if not amount:
                return False
            approved_by = await self._approved(amount, purpose, rule, decided_by, step=f"{step}/approval")
            if not approved_by:
                return False
            requested_by = Party.SYSTEM.value if approved_by == decided_by else decided_by
            payment = Payment(
                amount=amount, purpose=purpose, rule=rule, requested_by=requested_by, approved_by=approved_by
            )
            attempt = 1
            while not await self._paid(payment, step=f"{step}/payment{attempt}"):
                decision = await case.desk.decide(f"{step}_refused{attempt}", rule, ball=Party.FINANCE)
                if decision.resolution not in PAY_AGAIN:
                    return False
                attempt += 1
            case.met("D-REFPAY")
            await case.contact.tell("refund_paid", "R-PROMISE", step=f"{step}/told", amount=str(amount))
            return True

        return await case.once(step, paying, bool)

    async def _payable(self, wanted: Money, rule: str) -> Money:
        """What is wanted, or what is left of the order's payment: goodwill in cash may have come out of it before."""
        case = self._case
        left = case.remedy.refundable
        if wanted > left:
            case.note("refund_limited", rule, wanted=str(wanted), left=str(left))
        return min(wanted, left)

    async def give(self, amount: Money, *, requested_by: str, approved_by: str, step: str) -> bool:
        """Pay goodwill that somebody with the limit granted (A-CAP). False when the provider finally refuses.

        The order's refunds in all stay within what was paid, this one included.
        """
        payment = Payment(
            amount=amount,
            purpose=GOODWILL,
            rule="M-COMP-LADDER",
            requested_by=Party.SYSTEM.value if approved_by == requested_by else requested_by,
            approved_by=approved_by,
        )
        return await self._paid(payment, step=step)

    async def _approved(self, amount: Money, purpose: str, rule: str, decided_by: str, *, step: str) -> str:
        """Who approves: the decider within his limit, else somebody with the limit. Empty when it was refused."""
        case = self._case
        role = Party(decided_by.split(":", 1)[0])
        if may_refund(case.rules, role, amount).allowed:
            return decided_by
        asked = await case.desk.approval(step, f"refund_{purpose}", amount, rule, decided_by)
        return asked.decided_by if asked.verdict is Verdict.APPROVED else ""

    async def _paid(self, payment: Payment, step: str) -> bool:
        """Make one payment and follow it to its end: True when it is done, False when it was finally refused."""
        return await self._case.once(step, lambda: self._follow(payment, step), bool)

    async def _follow(self, payment: Payment, step: str) -> bool:
        row, numbers = await self._issue(payment, step), self._case.rules.numbers
        # The net under a provider's notice that never comes: he is asked, ever less often.
        look, longest = (timedelta(hours=n) for n in (numbers.first_refund_look_hours, numbers.last_refund_look_hours))
        turn = 0
        while row.status not in (RefundStatus.DONE, RefundStatus.REFUSED):
            turn += 1
            advance = partial(self._advance, payment, step, row, turn, look)
            row = await self._case.once(f"{step}/turn{turn}", advance, RefundRow)
            look = min(look * 2, longest)
        return row.status is RefundStatus.DONE

    async def _advance(self, payment: Payment, step: str, row: RefundRow, turn: int, look: timedelta) -> RefundRow:
        """Wait for what the payment waits for, and see how it stands then."""
        if row.status is RefundStatus.NEEDS_HUMAN:
            input_ref = await self._human_input(row, turn)
            return await self._issue(payment, step, again=True, person_acted=True, input_ref=input_ref)
        await self._notice(row, at=self._case.now + look)
        return await self._issue(payment, step, again=True)

    async def _issue(
        self, payment: Payment, step: str, *, again: bool = False, person_acted: bool = False, input_ref: str = ""
    ) -> RefundRow:
        """Bring the payment as far as it goes now. All calls have one key, so that it is paid once."""
        case = self._case

        def ask(key: str) -> RefundAsk:
            intent = RefundIntent(
                key=key, case=case.key, channel=case.order.channel, at=case.now, **payment.model_dump()
            )
            return RefundAsk(intent=intent, person_acted=person_acted, input_ref=input_ref)

        key = case.partner_key(f"{step}/issued", "R")
        known = not again and case.done(f"{step}/issued")  # an answer of an earlier run: it may stand otherwise by now
        if all(refund.key != key for refund in case.state.refunds):
            self._remember(RefundRow(key=key, amount=payment.amount, status=RefundStatus.INTENDED), payment)
        try:
            row: RefundRow = await case.partner(
                f"{step}/issued",
                RefundActivities.issue_refund,
                ask,
                kind="R",
                result=RefundRow,
                again=again,
                summary=f"退款 · Refund {payment.amount}",
            )
        except PartnerSaidNo as no:
            row = RefundRow(key=key, amount=payment.amount, status=RefundStatus.REFUSED, code=no.code)
        if not known:
            self._remember(row, payment)
        return row

    async def _notice(self, row: RefundRow, at: datetime) -> None:
        """Wait for the provider's notice, or until it is time to ask (R-REF-PATH)."""
        case = self._case
        await case.until(
            lambda: case.take(RefundNotice, where=lambda notice, _: notice.key == row.key),
            code="refund_notice",
            ball=Party.PLATFORM,
            stage=Stage.EXECUTE,
            at=at,
        )

    async def _human_input(self, row: RefundRow, turn: int) -> str:
        """Have a person do what the provider needs: give a code, top up, permit. Missed deadlines escalate."""
        case = self._case
        assert row.need is not None, "a refund that needs a human says for what"
        asked = f"S-HUMAN/{row.key}#{turn}"
        if case.clock_if_started(f"{asked}.1") is None:  # else an earlier run said so
            case.state.needs_human = f"refund:{row.need}"
            case.note("refund_needs_human", "R-REF-PATH", need=row.need, key=row.key)
        reminder = 0
        while True:
            reminder += 1
            clock = await case.clock("S-HUMAN", name=f"{asked}.{reminder}")
            if clock.state is ClockState.BREACHED:  # in an earlier run, which escalated it
                continue
            given = await case.until(
                lambda: case.take(ProvideInput),
                code=f"refund_{row.need}",
                ball=Party.FINANCE,
                stage=Stage.EXECUTE if reminder == 1 else Stage.ESCALATED,
                clock=clock,
            )
            if given is not None:
                case.state.needs_human = ""
                return given.input_ref
            escalate(case, f"refund:{row.need}", "R-REF-72H")

    def _remember(self, row: RefundRow, payment: Payment) -> None:
        case = self._case
        known = next((refund for refund in case.state.refunds if refund.key == row.key), None)
        if known is None:
            known = Refunding(key=row.key, **payment.model_dump())
            case.state.refunds.append(known)
        if known.status is not row.status or known.need is not row.need:
            case.note(f"refund_{row.status}", payment.rule, key=row.key, amount=str(row.amount), code=row.code)
        settled = known.status is not row.status and row.status is RefundStatus.DONE
        known.status, known.need, known.code = row.status, row.need, row.code
        if settled:
            invoice.reversed_by_refund(case)


PAY_AGAIN = frozenset(
    {Resolution.FULL_REFUND, Resolution.PARTIAL_REFUND, Resolution.PART_REFUND, Resolution.RETURN_REFUND}
)
"""Decisions on a refused payment that mean: try it once more, under a new key."""
