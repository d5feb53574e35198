"""Query and instruct couriers."""

from datetime import datetime

from pydantic import BaseModel
from temporalio import activity

from activities.failures import as_failures
from domain.ports.courier import CourierGateway, CourierRequest, CourierRequestKind, ParcelReport
from domain.ports.customer import AddressBook
from domain.ports.partner import Receipt


class TrackQuestion(BaseModel):
    """Where is this parcel?"""

    courier: str
    waybill: str
    at: datetime


class CourierActivities:
    """Holds the courier port and the address book."""

    def __init__(self, gateway: CourierGateway, book: AddressBook) -> None:
        self._gateway = gateway
        self._book = book

    @activity.defn
    async def track_parcel(self, question: TrackQuestion) -> ParcelReport:
        """The parcel's state in the courier's system (查件)."""
        with as_failures("courier"):
            return await self._gateway.track(question.courier, question.waybill, question.at)

    @activity.defn
    async def request_courier(self, request: CourierRequest) -> Receipt:
        """Hand a request to the courier's service desk: trace, recall, redeliver, relay, change of address, claim.

        A new address is looked up here and never crosses the history.
        """
        with as_failures("courier"):
            if request.kind is not CourierRequestKind.CHANGE_ADDRESS:
                return await self._gateway.request(request)
            book, shop = self._book, request.case.shop
            recipient = await book.recipient(shop, request.customer_ref, request.address_ref)
            return await self._gateway.request(request, recipient)
