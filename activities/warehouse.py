"""Notify the warehouse."""

from temporalio import activity

from activities.failures import as_failures
from domain.ports.customer import AddressBook
from domain.ports.partner import Receipt
from domain.ports.warehouse import (
    PendingAction,
    PendingChange,
    ReturnOrder,
    ShipmentOrder,
    StockDisposal,
    StockQuestion,
    WarehouseGateway,
)


class ShipmentAsk(ShipmentOrder):
    """A shipment order and whom it goes to, by reference."""

    customer_ref: str


class WarehouseActivities:
    """Holds the warehouse port and the address book."""

    def __init__(self, gateway: WarehouseGateway, book: AddressBook) -> None:
        self._gateway = gateway
        self._book = book

    @activity.defn
    async def announce_return(self, order: ReturnOrder) -> Receipt:
        """Tell the warehouse what will come back (W-1)."""
        with as_failures("warehouse"):
            return await self._gateway.announce_return(order)

    @activity.defn
    async def ship_goods(self, ask: ShipmentAsk) -> Receipt:
        """Have goods sent. The address is looked up here and never crosses the history."""
        with as_failures("warehouse"):
            recipient = await self._book.recipient(ask.case.shop, ask.customer_ref, ask.address_ref)
            return await self._gateway.ship(ask, recipient)

    @activity.defn
    async def dispose_goods(self, disposal: StockDisposal) -> Receipt:
        """Move inspected goods: back to stock, to the defect zone (W-9), back to the customer (W-8)."""
        with as_failures("warehouse"):
            return await self._gateway.dispose(disposal)

    @activity.defn
    async def ask_warehouse(self, question: StockQuestion) -> Receipt:
        """Was it really handed over, and when does stock arrive (R-NOINFO-OUR)?"""
        with as_failures("warehouse"):
            return await self._gateway.ask(question)

    @activity.defn
    async def change_pending_order(self, change: PendingChange) -> Receipt:
        """Hold an order that has not left, or have it sent to another address, which is looked up here."""
        with as_failures("warehouse"):
            if change.action is not PendingAction.READDRESS:
                return await self._gateway.change(change)
            recipient = await self._book.recipient(change.case.shop, change.customer_ref, change.address_ref)
            return await self._gateway.change(change, recipient)
