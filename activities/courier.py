"""Query and instruct couriers."""

from datetime import datetime

from pydantic import BaseModel
from temporalio import activity

from activities.failures import as_failures
from domain.ports.courier import CourierGateway, CourierRequest, ParcelReport
from domain.ports.partner import Receipt


class TrackQuestion(BaseModel):
    """Where is this parcel?"""

    courier: str
    waybill: str
    at: datetime


class CourierActivities:
    """Holds the courier port."""

    def __init__(self, gateway: CourierGateway) -> None:
        self._gateway = gateway

    @activity.defn
    async def track_parcel(self, question: TrackQuestion) -> ParcelReport:
        """The parcel's state in the courier's system (查件)."""
        with as_failures("courier"):
            return await self._gateway.track(question.courier, question.waybill, question.at)

    @activity.defn
    async def request_courier(self, request: CourierRequest) -> Receipt:
        """Hand a request to the courier's service desk: trace, recall, redeliver, change of address, claim."""
        with as_failures("courier"):
            return await self._gateway.request(request)
