"""Ask a customer for money, see whether it came, ask for it no more: one row and one key, however often it is tried."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel
from temporalio import activity

from activities.failures import as_failures
from domain.ports.collection import (
    CollectionAnswer,
    CollectionGateway,
    CollectionIntent,
    CollectionLedger,
    CollectionOrder,
    CollectionRow,
    CollectionStatus,
)
from domain.ports.partner import PartnerRefused, PartnerUnavailable


class CollectionStep(StrEnum):
    """What to do about a sum."""

    REQUEST = "request"
    LOOK = "look"
    CLOSE = "close"


class CollectionAsk(BaseModel):
    """A sum, what to do about it, and until when it can be paid."""

    intent: CollectionIntent
    step: CollectionStep
    due_at: datetime


class CollectionActivities:
    """Holds the ports of money in."""

    def __init__(self, ledger: CollectionLedger, gateway: CollectionGateway) -> None:
        self._ledger = ledger
        self._gateway = gateway

    @activity.defn
    async def collect_money(self, ask: CollectionAsk) -> CollectionRow:
        """Bring the collection one step on. Money that came is never asked for again."""
        intent = ask.intent
        with as_failures("payment provider"):
            row = await self._ledger.intend(intent)
            if row.status is CollectionStatus.PAID:
                return row
            try:
                answer = await self._answer(ask)
            except PartnerRefused as no:
                if ask.step is CollectionStep.LOOK:  # who refuses to tell has not said that nobody paid
                    raise PartnerUnavailable(f"payments.find refused: {no.code}") from None
                closed = CollectionAnswer(status=CollectionStatus.CLOSED, code=no.code)
                await self._ledger.settle(intent.key, closed, intent.at)
                raise
            if answer is None:
                return row
            settled = await self._ledger.settle(intent.key, answer, intent.at)
            return settled.model_copy(update={"link": answer.link})

    async def _answer(self, ask: CollectionAsk) -> CollectionAnswer | None:
        intent = ask.intent
        match ask.step:
            case CollectionStep.REQUEST:
                order = CollectionOrder(
                    due_at=ask.due_at, **intent.model_dump(include=CollectionOrder.model_fields.keys() - {"due_at"})
                )
                return await self._gateway.request(order)
            case CollectionStep.LOOK:
                return await self._gateway.find_collection(intent.key, intent.channel)
            case CollectionStep.CLOSE:
                return await self._gateway.close(intent.key, intent.channel, intent.at)
