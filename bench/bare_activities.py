"""What the bare workflows call: the same partners with the same requests, and nothing of our store."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel
from temporalio import activity

from bench.partners import Partners
from domain.ports.courier import CourierRequest
from domain.ports.customer import ContactAnswer, OutboundMessage, Recipient
from domain.ports.partner import CaseKey, Receipt
from domain.ports.refunds import RefundAnswer, RefundOrder
from domain.ports.warehouse import ReturnOrder, ShipmentOrder, StockDisposal
from domain.texts import render
from domain.vocabulary import Channel


class Note(BaseModel):
    """One message or call to a customer."""

    key: str
    case: CaseKey
    customer_ref: str
    channel: Channel
    template: str
    variables: dict[str, str]
    language: str
    at: datetime


class BareActivities:
    """One activity per partner call."""

    def __init__(self, partners: Partners) -> None:
        self._partners = partners

    @activity.defn
    async def contact(self, note: Note) -> ContactAnswer:
        """Render the text and deliver it."""
        text = render(note.template, note.language, note.variables)
        message = OutboundMessage(
            key=note.key,
            case=note.case,
            channel=note.channel,
            recipient=_person(note.customer_ref),
            template=note.template,
            text=text,
            at=note.at,
        )
        return await self._partners.deliver(message)

    @activity.defn
    async def courier(self, request: CourierRequest) -> Receipt:
        """Ask the courier."""
        return await self._partners.request(request)

    @activity.defn
    async def announce(self, order: ReturnOrder) -> Receipt:
        """Tell the warehouse of a return."""
        return await self._partners.announce_return(order)

    @activity.defn
    async def dispose(self, disposal: StockDisposal) -> Receipt:
        """Have the warehouse move goods."""
        return await self._partners.dispose(disposal)

    @activity.defn
    async def ship(self, order: ShipmentOrder) -> Receipt:
        """Have the warehouse send goods."""
        return await self._partners.ship(order, _person("customer"))

    @activity.defn
    async def refund(self, order: RefundOrder) -> RefundAnswer:
        """Pay."""
        return await self._partners.pay(order)


def _person(customer_ref: str) -> Recipient:
    return Recipient(customer_ref=customer_ref, name="测试顾客", phone="10000000000", address="测试路 1 号")
