"""Contact the customer: guard, person, text, delivery, outcome, in one activity and one event triple of history."""

from temporalio import activity

from activities.failures import as_failures
from domain.ports.customer import (
    ContactAnswer,
    ContactAsk,
    ContactGateway,
    ContactLedger,
    OutboundMessage,
    Recipient,
)
from domain.ports.partner import OutcomeUnknown, PartnerUnavailable
from domain.texts import TextError, render, variables_of
from domain.tone import findings
from domain.vocabulary import AttemptResult, Channel


class ContactActivities:
    """Holds the contact ports."""

    def __init__(self, ledger: ContactLedger, gateway: ContactGateway, return_address: str = "") -> None:
        self._return_address = return_address  # where returns go (R-RET-ADDR)
        self._ledger = ledger
        self._gateway = gateway

    @activity.defn
    async def contact_customer(self, ask: ContactAsk) -> ContactAnswer:
        """Speak to a customer once.

        The guard's slot is taken first (P-HOURS, P-CALLCAP). An attempt of which no answer came is asked for at the
        partner before anything is sent again, since messages are not idempotent everywhere; one that he never saw is
        made as if it were new: meanwhile it may be night.
        """
        with as_failures("contact"):
            slot = await self._ledger.reserve(ask)
            if _unanswered(slot):
                if (found := await self._gateway.find_delivery(ask.key)) is not None:
                    await self._ledger.settle(ask.key, found)
                    return found
                await self._ledger.release(ask.key)
                slot = await self._ledger.reserve(ask)
            if _unanswered(slot):
                raise OutcomeUnknown("contact: the same attempt is under way elsewhere")
            if isinstance(slot, ContactAnswer):
                return slot
            answer = await self._deliver(ask, slot)
            await self._ledger.settle(ask.key, answer)
            return answer

    async def _deliver(self, ask: ContactAsk, recipient: Recipient) -> ContactAnswer:
        if ask.channel in recipient.blocked_channels:
            return ContactAnswer(result=AttemptResult.CHANNEL_BLOCKED, rule="R-FALLBACK")
        try:
            text = render(
                ask.template,
                ask.language,
                self._variables(ask),
                utc_offset_minutes=ask.utc_offset_minutes,
                call=ask.channel is Channel.CALL,
            )
        except TextError:  # a defect of ours that no repeating mends: a person writes instead
            return ContactAnswer(result=AttemptResult.BLOCKED_BY_GUARD, rule="R-PLAIN", reason="text_unusable")
        if found := [finding for finding in findings(text) if finding.guard]:
            return ContactAnswer(result=AttemptResult.BLOCKED_BY_GUARD, rule=found[0].rule, reason=found[0].code)
        message = OutboundMessage(
            key=ask.key,
            case=ask.case,
            channel=ask.channel,
            recipient=recipient,
            template=ask.template,
            text=text,
            at=ask.at,
        )
        try:
            return await self._gateway.deliver(message)
        except PartnerUnavailable:
            await self._ledger.release(ask.key)
            raise

    def _variables(self, ask: ContactAsk) -> dict[str, str]:
        _, taken = variables_of(ask.template, ask.language)
        if self._return_address and "return_address" in taken:
            return {**ask.variables, "return_address": self._return_address}
        return ask.variables


def _unanswered(slot: Recipient | ContactAnswer) -> bool:
    return isinstance(slot, ContactAnswer) and slot.result is AttemptResult.UNKNOWN
