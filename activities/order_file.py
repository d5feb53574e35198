"""Read what the house knows of an order: for who hears the customer, and for an arbiter."""

from temporalio import activity

from domain.order_file import OrderFile, OrderQuestion
from domain.ports.case_file import OrderFiles


class OrderFileActivities:
    """Holds the register."""

    def __init__(self, files: OrderFiles) -> None:
        self._files = files

    @activity.defn
    async def read_order_file(self, asked: OrderQuestion) -> OrderFile:
        """The order's cases and their evidence, as they stand."""
        return await self._files.of_order(asked.shop, asked.order_no)
