"""Notify the warehouse."""

from collections import Counter

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.failures import REFUSED, as_failures
from domain.goods_held import HELD
from domain.ports.case_file import GoodsHeld
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
from domain.vocabulary import ShipmentLeg


class ShipmentAsk(ShipmentOrder):
    """A shipment order and whom it goes to, by reference."""

    customer_ref: str


class WarehouseActivities:
    """Holds the warehouse port, the address book, and whose goods are whose."""

    def __init__(self, gateway: WarehouseGateway, book: AddressBook, goods: GoodsHeld) -> None:
        self._gateway = gateway
        self._book = book
        self._goods = goods

    @activity.defn
    async def announce_return(self, order: ReturnOrder) -> Receipt:
        """Tell the warehouse what will come back (W-1)."""
        with as_failures("warehouse"):
            return await self._gateway.announce_return(order)

    @activity.defn
    async def ship_goods(self, ask: ShipmentAsk) -> Receipt:
        """Have goods sent. The address is looked up here and never crosses the history.

        Nothing leaves that another case holds (R-N1): the refusal names the cases.
        """
        leaving: Counter[str] = Counter()
        if ask.leg is ShipmentLeg.RESHIP:
            for line in ask.lines:
                leaving[line.sku] += line.quantity
        if others := await self._goods.held_by_others(ask.case.shop, ask.case.case_no, leaving):
            raise ApplicationError(
                "another case holds the goods", HELD, *others, type=REFUSED, non_retryable=True,
                category=ApplicationErrorCategory.BENIGN,
            )  # fmt: skip
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
