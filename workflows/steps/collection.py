"""Money from the customer: asked for once he agreed to it, waited for under a clock, asked for no more (P-FEEQUOTE)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from activities.collection import CollectionActivities, CollectionAsk, CollectionStep
from domain.answers import Said
from domain.case import Collecting
from domain.clocks import Clock
from domain.freight import freight_back
from domain.messages.facts import CustomerAgreed, PaymentReceived
from domain.money import Money
from domain.ports.collection import CollectionIntent, CollectionRow, CollectionStatus
from domain.vocabulary import FreightPayer, Party, Resolution, Stage
from workflows.endings import PartnerSaidNo, Withdrawn

if TYPE_CHECKING:
    from workflows.course import Case


WAY_BACK = 3  # the customs since which the freight of goods without a fault is collected before they go back


class _Sum(NamedTuple):
    """What is collected: a sum, what for, under which rule, and the step that asks for it."""

    amount: Money
    purpose: str
    rule: str
    step: str


class Collection:
    """The words for being paid."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def collect(self, amount: Money, *, purpose: str, rule: str, step: str = "collect") -> bool:
        """Have the customer pay what he agreed to. False when it did not come by S-PAY: then nobody can pay it later.

        What he pays for is given on True only.
        """
        case, asked = self._case, _Sum(amount, purpose, rule, step)

        async def collecting() -> bool:
            clock = await case.clock("S-PAY", name=f"S-PAY/{step}")
            try:
                row = await self._advance(asked, CollectionStep.REQUEST, clock)
                if row.status is CollectionStatus.OPEN:
                    row = await self._paid_for(asked, row, clock)
            except PartnerSaidNo as no:
                case.note("collection_refused", rule, amount=str(amount), code=no.code)
                return False
            return row.status is CollectionStatus.PAID

        return await case.once(step, collecting, bool)

    async def way_back(self, rule: str = "M-NODEFECT") -> bool:
        """The freight of his own goods' way back, which he agreed to (W-8, M-NODEFECT): paid before they leave.

        True where none was quoted. Cases that began under earlier customs asked for it and left it at that.
        """
        case = self._case
        fee = case.consent.agreed_fee(Resolution.SEND_BACK)
        if case.start.customs < WAY_BACK or fee is None:
            return True
        return await self.collect(fee, purpose="return_freight", rule=rule, step="way_back")

    async def way_back_as_found(self, step: str) -> bool:
        """The freight of goods that go back by a person's decision, where the inspection makes it his (M-MISUSE, W-8).

        Quoted, agreed to and paid before they leave. He is asked once: False where he says no or does not pay, and
        whoever then decides the same again has them go at our cost (P-CONSENT).
        """
        case, fee = self._case, self._case.order.freight
        found = next((done.result for done in case.state.goods.inspections if done.round == 2), None)
        if case.start.customs < WAY_BACK or found is None or not fee:
            return True
        costs = freight_back(case.request, case.rules, found)
        if costs.back is not FreightPayer.CUSTOMER or await case.once(f"{step}/was_asked", self._was_asked, bool):
            return True
        case.no_longer_due("D-REFPAY")  # he has his goods back, and neither the money nor others
        case.exchange.given_up()
        case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.back)
        answer = await case.consent.propose(
            Resolution.SEND_BACK, costs.rule, template="fee_quoted", fee=fee, what=Resolution.SEND_BACK
        )
        return answer.said is Said.AGREED and await self.way_back(costs.rule)

    async def _was_asked(self) -> bool:
        return self._case.done(f"consent/{Resolution.SEND_BACK}") or self._case.done("way_back/asked")

    async def _paid_for(self, asked: _Sum, row: CollectionRow, clock: Clock) -> CollectionRow:
        """Ask him, remind him halfway, and close the matter when it is due. Who withdraws meanwhile may have paid."""
        try:
            await self._ask_him(asked, row, clock)
            found = await self._money(asked, row, clock, at=clock.after(50))
            if found is None and clock.live:
                await self._ask_him(asked, row, clock, again="/again")
                found = await self._money(asked, row, clock)
        except Withdrawn:
            closed = await self._advance(asked, CollectionStep.CLOSE, clock, again=True)
            if closed.status is not CollectionStatus.PAID:
                raise
            return closed
        return found or await self._advance(asked, CollectionStep.CLOSE, clock, again=True)

    async def _ask_him(self, asked: _Sum, row: CollectionRow, clock: Clock, again: str = "") -> None:
        link = {"link": row.link} if row.link else {}
        await self._case.contact.tell(
            "payment_asked", asked.rule, step=f"{asked.step}/told{again}", amount=str(asked.amount),
            what=asked.purpose, due=clock.due_at.isoformat(), **link,
        )  # fmt: skip

    async def _money(
        self, asked: _Sum, row: CollectionRow, clock: Clock, at: datetime | None = None
    ) -> CollectionRow | None:
        """Wait for the provider's notice, which is never believed: it makes us ask him. Or for the customer's no."""
        case = self._case
        while True:
            news = await case.until(
                lambda: self._news(asked, row, clock),
                code="payment",
                ball=Party.CUSTOMER,
                stage=Stage.WAITING_CUSTOMER,
                clock=clock,
                at=at,
            )
            if news is None:
                return None
            found = await self._advance(asked, news, clock, again=True)
            if found.status is not CollectionStatus.OPEN:
                return found

    def _news(self, asked: _Sum, row: CollectionRow, clock: Clock) -> CollectionStep | None:
        """What to do about what came: look when the provider gives notice, close when the customer does not want it."""
        case = self._case
        if case.take(PaymentReceived, where=lambda notice, _: notice.key == row.key, clock=clock):
            return CollectionStep.LOOK
        if case.state.withdrawn and case.state.goods_bind(case.start.customs):
            case.state.withdrawn = False  # that is a no to paying; what becomes of his goods a person says
            return CollectionStep.CLOSE
        named = {asked.purpose} if case.goodwill.unanswered() else {asked.purpose, ""}
        said_no = case.take(CustomerAgreed, where=lambda said, _: not said.agreed and said.plan in named)
        return CollectionStep.CLOSE if said_no else None

    async def _advance(self, asked: _Sum, step: CollectionStep, clock: Clock, *, again: bool = False) -> CollectionRow:
        """Bring it one step on at the provider. All steps have one key, so that it is paid once."""
        case = self._case

        def ask(key: str) -> CollectionAsk:
            intent = CollectionIntent(
                key=key, case=case.key, amount=asked.amount, purpose=asked.purpose, rule=asked.rule,
                channel=case.order.channel, at=case.now,
            )  # fmt: skip
            return CollectionAsk(intent=intent, step=step, due_at=clock.due_at)

        fresh = again or not case.done(f"{asked.step}/asked")  # else an answer of an earlier run
        row = await case.partner(
            f"{asked.step}/asked",
            CollectionActivities.collect_money,
            ask,
            kind="P",
            summary=f"{_SUMMARY[step]} {asked.amount}",
            result=CollectionRow,
            again=again,
        )
        if fresh:
            self._remember(asked, row)
        return row

    def _remember(self, asked: _Sum, row: CollectionRow) -> None:
        case = self._case
        known = next((one for one in case.state.collections if one.key == row.key), None)
        if known is None:
            known = Collecting(key=row.key, amount=asked.amount, purpose=asked.purpose, rule=asked.rule)
            case.state.collections.append(known)
        if known.status is not row.status and known.status is not CollectionStatus.PAID:
            case.note(
                f"collection_{row.status}", asked.rule, key=row.key, purpose=asked.purpose, amount=str(asked.amount)
            )
            known.status = row.status


_SUMMARY = {
    CollectionStep.REQUEST: "请顾客付款 · Ask the customer to pay",
    CollectionStep.LOOK: "查询收款 · See whether it was paid:",
    CollectionStep.CLOSE: "关闭收款 · Ask for no more:",
}
