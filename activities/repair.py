"""Order repairs and visits, ask how they stand, take them back."""

from temporalio import activity

from activities.failures import as_failures
from domain.ports.customer import AddressBook
from domain.ports.partner import Receipt
from domain.ports.repair import RepairCancellation, RepairGateway, RepairKind, RepairOrder, RepairQuestion


class RepairAsk(RepairOrder):
    """A repair order and whose goods they are, by reference."""

    customer_ref: str


class RepairActivities:
    """Holds the repairer's port and the address book."""

    def __init__(self, gateway: RepairGateway, book: AddressBook) -> None:
        self._gateway = gateway
        self._book = book

    @activity.defn
    async def order_repair(self, ask: RepairAsk) -> Receipt:
        """Have goods repaired. Only a visit needs to know whom: he is looked up here and never crosses the history."""
        with as_failures("repairer"):
            if ask.kind is not RepairKind.ONSITE:
                return await self._gateway.order(ask)
            recipient = await self._book.recipient(ask.case.shop, ask.customer_ref, ask.address_ref)
            return await self._gateway.order(ask, recipient)

    @activity.defn
    async def ask_repairer(self, question: RepairQuestion) -> Receipt:
        """How does the repair stand (R-REPAIR-NEWS)?"""
        with as_failures("repairer"):
            return await self._gateway.ask(question)

    @activity.defn
    async def cancel_repair(self, cancellation: RepairCancellation) -> Receipt:
        """The repair is wanted no more."""
        with as_failures("repairer"):
            return await self._gateway.cancel(cancellation)
