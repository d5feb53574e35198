"""Speaks to a warehouse in Qimen's words (docs/partner-wire.md, `warehouse.*`)."""

from __future__ import annotations

from typing import Any

from domain.ports.customer import Recipient
from domain.ports.partner import Receipt
from domain.ports.warehouse import PendingChange, ReturnOrder, ShipmentOrder, StockDisposal, StockQuestion
from gateways.courier import receipt
from gateways.signed_json import Effect, PartnerWire


class SignedWarehouseGateway:
    """A `domain.ports.warehouse.WarehouseGateway` over the partner wire.

    Every order is repeatable: the warehouse does each key once.
    """

    def __init__(self, wire: PartnerWire) -> None:
        self._wire = wire

    async def announce_return(self, order: ReturnOrder) -> Receipt:
        """Expect a return (Qimen `return_order.create`)."""
        return await self._order("warehouse.announce_return", order.key, order.model_dump(mode="json"))

    async def ship(self, order: ShipmentOrder, recipient: Recipient) -> Receipt:
        """Send goods to the recipient; the waybill comes later as a `shipped` event."""
        content = order.model_dump(mode="json") | {"recipient": recipient.model_dump(mode="json")}
        return await self._order("warehouse.ship", order.key, content)

    async def dispose(self, disposal: StockDisposal) -> Receipt:
        """Move inspected goods (W-9)."""
        return await self._order("warehouse.dispose", disposal.key, disposal.model_dump(mode="json"))

    async def ask(self, question: StockQuestion) -> Receipt:
        """Ask whether a parcel was handed over (R-NOINFO-OUR)."""
        return await self._order("warehouse.ask", question.key, question.model_dump(mode="json"))

    async def change(self, change: PendingChange, recipient: Recipient | None = None) -> Receipt:
        """Hold an order that has not left, or have it sent to the recipient (Qimen `order.pending`)."""
        content = change.model_dump(mode="json")
        if recipient is not None:
            content |= {"recipient": recipient.model_dump(mode="json")}
        return await self._order("warehouse.change", change.key, content)

    async def _order(self, operation: str, key: str, content: dict[str, Any]) -> Receipt:
        return receipt(await self._wire.call(operation, content, Effect.REPEATABLE, key))
