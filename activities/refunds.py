"""Issue refunds, exactly once: intent row, payment with the same key, outcome row.

    intend ──► already final? ──yes──► answer
                 │ no
                 ▼
      was it ever sent? ──yes──► ask the provider ──knows it──► note and answer
                 │ no                    │ never saw it
                 ▼                       ▼
             submitting ◄────────────────┘
                 ▼
                pay ──► note and answer
                 ├─ no answer ──► note `unknown`; the retry asks first
                 └─ a final no ──► note `refused`, unless it was sent before and the provider knows it

Killed at any arrow, the next attempt starts at the top and pays at most once.
"""

from pydantic import BaseModel
from temporalio import activity

from activities.failures import as_failures
from domain.ports.partner import OutcomeUnknown, PartnerRefused, PartnerUnavailable
from domain.ports.refunds import (
    OneTimeInputs,
    RefundAnswer,
    RefundGateway,
    RefundIntent,
    RefundLedger,
    RefundOrder,
    RefundRow,
    RefundStatus,
)

_FINAL = frozenset({RefundStatus.DONE, RefundStatus.REFUSED})
_KEY_REUSED = "key_reused"  # the wire's word: under that key stands another payment, whose end is not this one's


class RefundAsk(BaseModel):
    """Pay this intent, or find out how it stands.

    `person_acted`: what the provider asked a person for was done (topped up, permitted); `input_ref` points to what he
    typed for it, where the provider wants that (an SMS code).
    """

    intent: RefundIntent
    person_acted: bool = False
    input_ref: str = ""


class RefundActivities:
    """Holds the money ports."""

    def __init__(self, ledger: RefundLedger, gateway: RefundGateway, inputs: OneTimeInputs) -> None:
        self._ledger = ledger
        self._gateway = gateway
        self._inputs = inputs

    @activity.defn
    async def issue_refund(self, ask: RefundAsk) -> RefundRow:
        """Bring one refund as far as it goes now. Calling it again never pays twice."""
        intent = ask.intent
        with as_failures("refund provider"):
            row = await self._ledger.intend(intent)
            if row.status in _FINAL:
                return row
            sent_before = row.status is not RefundStatus.INTENDED
            if sent_before:
                known = await self._known(intent)
                if known is not None and not (known.status is RefundStatus.NEEDS_HUMAN and ask.person_acted):
                    return await self._ledger.settle(intent.key, known, intent.at)
            value = await self._inputs.take(ask.input_ref, intent.key) if ask.input_ref else None
            await self._ledger.submitting(intent.key, intent.at)
            order = RefundOrder(
                key=intent.key,
                case=intent.case,
                amount=intent.amount,
                channel=intent.channel,
                human_input=value,
                at=intent.at,
            )
            try:
                answer = await self._gateway.pay(order)
            except OutcomeUnknown:
                await self._ledger.unknown(intent.key, intent.at)
                raise
            except PartnerRefused as no:
                if no.code == _KEY_REUSED:
                    raise
                answer = RefundAnswer(status=RefundStatus.REFUSED, code=no.code)
                before = await self._known(intent) if sent_before else None
                if before is not None and before.status is not RefundStatus.NEEDS_HUMAN:
                    answer = before
            return await self._ledger.settle(intent.key, answer, intent.at)

    async def _known(self, intent: RefundIntent) -> RefundAnswer | None:
        """What the provider knows of the payment. Who refuses to tell has refused no payment: he is asked again."""
        try:
            return await self._gateway.find_refund(intent.key, intent.channel)
        except PartnerRefused as no:
            raise PartnerUnavailable(f"refunds.find refused: {no.code}") from None
