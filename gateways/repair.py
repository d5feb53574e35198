"""Speaks to a repairer or service centre (docs/partner-wire.md, `repair.*`)."""

from __future__ import annotations

from typing import Any

from domain.ports.customer import Recipient
from domain.ports.partner import Receipt
from domain.ports.repair import RepairCancellation, RepairOrder, RepairQuestion
from gateways.courier import receipt
from gateways.signed_json import Effect, PartnerWire


class SignedRepairGateway:
    """A `domain.ports.repair.RepairGateway` over the partner wire.

    Every order is repeatable: the repairer does each key once.
    """

    def __init__(self, wire: PartnerWire) -> None:
        self._wire = wire

    async def order(self, order: RepairOrder, recipient: Recipient | None = None) -> Receipt:
        """Order a repair, or a technician's visit to the recipient."""
        fields = order.model_dump(mode="json", include=set(RepairOrder.model_fields))
        person = {"recipient": recipient.model_dump(mode="json")} if recipient is not None else {}
        return await self._order("repair.order", order.key, fields | person)

    async def ask(self, question: RepairQuestion) -> Receipt:
        """Ask how an order stands."""
        return await self._order("repair.ask", question.key, question.model_dump(mode="json"))

    async def cancel(self, cancellation: RepairCancellation) -> Receipt:
        """Take an order back."""
        return await self._order("repair.cancel", cancellation.key, cancellation.model_dump(mode="json"))

    async def _order(self, operation: str, key: str, content: dict[str, Any]) -> Receipt:
        return receipt(await self._wire.call(operation, content, Effect.REPEATABLE, key))
