"""Refunds in our books and in the provider's, made to agree or to differ, and the reconciliation between them.

Real are PostgreSQL, Temporal, the worker, the signed wire and the simulated provider; there are no cases but those that
a test begins. Each test keeps its books on a day of its own.
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx2
import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError

from domain.identity import TASK_QUEUE
from domain.money import Money
from domain.order import Order, OrderLine
from domain.ports.collection import CollectionAnswer, CollectionIntent, CollectionOrder, CollectionStatus
from domain.ports.customer import OutboundMessage, Recipient
from domain.ports.partner import CaseKey
from domain.ports.refunds import RefundAnswer, RefundIntent, RefundOrder, RefundStatus
from domain.reconciliation import RUN, Part, Reconciled, ReconciliationOrder
from domain.vocabulary import Channel
from domain.webhook_signature import SigningKeys
from gateways.collection import SignedCollectionGateway
from gateways.contact import SignedContactGateway
from gateways.refunds import SignedRefundGateway
from gateways.signed_json import PartnerWire
from store.collection_ledger import PostgresCollectionLedger
from store.money_differences import DifferenceTask, MoneyDifferences
from store.orders import PostgresOrders
from store.refund_ledger import PostgresRefundLedger
from tests.gateways.partners import SECRET
from tests.workflows.workshop import Workshop

SHOP = "books"
FIRST_DAY = date(2025, 1, 6)  # long before any day that a run without days would look at
CHANNELS = ("provider", "marketplace", "manual")
_numbers = itertools.count(1)
_days = itertools.count(0, 7)


def any_day() -> date:
    """A day whose neighbours no other test uses either."""
    return FIRST_DAY + timedelta(days=next(_days))


def order_for(*days: date, unnoted_after: timedelta = timedelta(hours=24)) -> ReconciliationOrder:
    """A run over these days."""
    return ReconciliationOrder(
        days=days, back=timedelta(days=31), unnoted_after=unnoted_after, patience=timedelta(seconds=3)
    )


@dataclass
class Bookkeeping:
    """Both sides of one day's books."""

    workshop: Workshop
    http: httpx2.AsyncClient
    day: date = field(default_factory=any_day)

    @property
    def gateway(self) -> SignedRefundGateway:
        """Our way to the provider."""
        wire = PartnerWire(self.http, self.workshop.simulator, SigningKeys.parse(SECRET))
        return SignedRefundGateway(dict.fromkeys(CHANNELS, wire))

    @property
    def ledger(self) -> PostgresRefundLedger:
        """Our refund ledger."""
        return PostgresRefundLedger(self.workshop.pool)

    def noon(self, hours: float = 0) -> datetime:
        """Noon of the day by the books' clock, or so many hours after it."""
        return Part(day=self.day, channel="").start + timedelta(hours=12 + hours)

    async def order(self, paid: int = 10_000) -> CaseKey:
        """An order on file, and the case that its refunds belong to."""
        number = next(_numbers)
        money = Money(minor=paid)
        line = OrderLine(sku="CUP", quantity=1, price=money)
        order = Order(order_no=f"B{number:04}", customer_ref=f"c-{number}", paid=money, lines=(line,))
        await PostgresOrders(self.workshop.pool).put(SHOP, order)
        return CaseKey(shop=SHOP, case_no=f"B{number:04}-refund_only", order_no=order.order_no)

    async def intend(self, minor: int = 4200, at: datetime | None = None, **changes: Any) -> RefundIntent:
        """A refund that was decided and is about to be sent."""
        case = changes.get("case") or await self.order()
        fields = {
            "key": f"R-{uuid.uuid4().hex}", "case": case, "amount": Money(minor=minor), "purpose": "goods",
            "rule": "R-REF-PATH", "channel": "provider", "requested_by": "agent:7", "approved_by": "supervisor:2",
            "at": at or self.noon(),
        }  # fmt: skip
        intent = RefundIntent(**fields | changes)
        await self.ledger.intend(intent)
        await self.ledger.submitting(intent.key, intent.at)
        return intent

    async def pay(self, intent: RefundIntent, at: datetime | None = None) -> RefundAnswer:
        """The provider is asked; our ledger hears nothing of it."""
        content = {"key": intent.key, "case": intent.case, "amount": intent.amount, "channel": intent.channel}
        return await self.gateway.pay(RefundOrder(**content, at=at or intent.at))

    async def refund(self, minor: int = 4200, at: datetime | None = None, **changes: Any) -> RefundIntent:
        """A refund from its intent to its end, as it should be."""
        intent = await self.intend(minor, at, **changes)
        await self.ledger.settle(intent.key, await self.pay(intent), intent.at)
        return intent

    @property
    def payments(self) -> SignedCollectionGateway:
        """Our way to be paid."""
        wire = PartnerWire(self.http, self.workshop.simulator, SigningKeys.parse(SECRET))
        return SignedCollectionGateway(dict.fromkeys(CHANNELS, wire))

    @property
    def money_in(self) -> PostgresCollectionLedger:
        """Our ledger of what customers were asked for."""
        return PostgresCollectionLedger(self.workshop.pool)

    async def ask(self, minor: int = 4200, **changes: Any) -> CollectionIntent:
        """A sum that a customer agreed to and is about to be asked for."""
        case = await self.order()
        fields = {
            "key": f"P-{uuid.uuid4().hex}", "case": case, "amount": Money(minor=minor), "purpose": "price_difference",
            "rule": "P-FEEQUOTE", "channel": "provider", "at": self.noon(),
        }  # fmt: skip
        intent = CollectionIntent(**fields | changes)
        await self.money_in.intend(intent)
        return intent

    async def customer_pays(self, key: str, case: CaseKey, minor: int = 4200) -> CollectionAnswer:
        """The provider asks him and he pays at once; our ledger hears nothing of it."""
        persona = {"customers": {"default": {"pays_after": "0s"}}}
        await self.http.post(f"{self.workshop.simulator}/control/personas", json=persona)
        at, amount = self.noon(), Money(minor=minor)
        order = CollectionOrder(
            key=key, case=case, amount=amount, purpose="price_difference", channel="provider", at=at,
            due_at=at + timedelta(days=3),
        )  # fmt: skip
        await self.payments.request(order)
        wire = PartnerWire(self.http, self.workshop.simulator, SigningKeys.parse(SECRET))
        recipient = Recipient(customer_ref=f"c-{case.order_no}", name="", phone="10000000000")
        message = OutboundMessage(
            key=f"M-{uuid.uuid4().hex}", case=case, channel=Channel.IM, recipient=recipient, template="payment_asked",
            text="-", at=at,
        )  # fmt: skip
        await SignedContactGateway(wire).deliver(message)
        answer = await self.payments.find_collection(key, "provider")
        assert answer is not None
        assert answer.status is CollectionStatus.PAID
        return answer

    async def fault(self, kind: str, **which: Any) -> None:
        """Let something go wrong at the provider, once unless `times` says otherwise."""
        answer = await self.http.post(
            f"{self.workshop.simulator}/control/faults",
            json={"faults": [{"kind": kind, "partner": "refunds", **which}]},
        )
        assert answer.status_code == 200, answer.text

    async def no_more_faults(self) -> None:
        """Whatever still waits to go wrong does not."""
        await self.http.post(f"{self.workshop.simulator}/control/faults", json={"faults": [], "replace": True})

    async def begin(self, order: ReconciliationOrder | None = None) -> WorkflowHandle[Any, Reconciled]:
        """A run, over the day if nothing else is ordered."""
        return await self.workshop.client.start_workflow(
            RUN, order or order_for(self.day), id=f"reconciliation/{uuid.uuid4().hex}", task_queue=TASK_QUEUE,
            result_type=Reconciled,
        )  # fmt: skip

    async def reconcile(self, order: ReconciliationOrder | None = None) -> Reconciled:
        """A run to its end."""
        return await (await self.begin(order)).result()

    async def fails(self, order: ReconciliationOrder | None = None) -> Reconciled:
        """A run that could not compare everything, and what it did."""
        handle = await self.begin(order)
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
        cause = failed.value.cause
        assert isinstance(cause, ApplicationError)
        return Reconciled.model_validate(cause.details[0])

    async def tasks(self, *, closed_too: bool = True) -> list[DifferenceTask]:
        """The day's tasks."""
        return await MoneyDifferences(self.workshop.pool).entries(day=self.day, closed_too=closed_too)


async def contradicted(books: Bookkeeping) -> None:
    """A refund that was done, and then refused."""
    intent = await books.refund()
    await books.ledger.settle(intent.key, RefundAnswer(status=RefundStatus.REFUSED, code="no"), books.noon(1))


async def paid_though_refused(books: Bookkeeping) -> None:
    """A refund that our ledger has as refused, and that was paid."""
    intent = await books.intend()
    await books.ledger.settle(intent.key, RefundAnswer(status=RefundStatus.REFUSED, code="no"), intent.at)
    await books.pay(intent)


async def never_noted(books: Bookkeeping) -> RefundIntent:
    """A refund that was paid and whose answer never came."""
    intent = await books.intend()
    await books.pay(intent)
    await books.ledger.unknown(intent.key, intent.at)
    return intent


async def paid_by_somebody(books: Bookkeeping) -> None:
    """A payment that nobody here decided."""
    case = await books.order()
    await books.gateway.pay(
        RefundOrder(key="by-hand-1", case=case, amount=Money(minor=900), channel="provider", at=books.noon())
    )


def booked(kind: str) -> Any:
    """A refund that the provider books otherwise than it answers."""

    async def make(books: Bookkeeping) -> None:
        intent = await books.intend()
        await books.fault(kind, key=intent.key)
        await books.ledger.settle(intent.key, await books.pay(intent), intent.at)

    return make


async def paid_in_by_somebody(books: Bookkeeping) -> None:
    """Money of a customer whom nobody here asked for it."""
    await books.customer_pays(f"by-hand-{uuid.uuid4().hex[:8]}", await books.order())


async def paid_in_otherwise(books: Bookkeeping) -> None:
    """He paid less than he was to."""
    intent = await books.ask()
    answer = await books.customer_pays(intent.key, intent.case, 4100)
    await books.money_in.settle(intent.key, answer, intent.at)


async def payment_never_noted(books: Bookkeeping) -> CollectionIntent:
    """He paid, and our books closed the matter."""
    intent = await books.ask()
    await books.customer_pays(intent.key, intent.case)
    await books.money_in.settle(intent.key, CollectionAnswer(status=CollectionStatus.CLOSED), intent.at)
    return intent


async def payment_that_never_came(books: Bookkeeping) -> None:
    """Our books say that he paid, the provider's do not."""
    intent = await books.ask()
    await books.money_in.settle(intent.key, CollectionAnswer(status=CollectionStatus.PAID), intent.at)


KINDS: dict[str, Any] = {
    "paid_unknown": paid_by_somebody,
    "paid_twice": booked("booked_twice"),
    "paid_though_refused": paid_though_refused,
    "amount_differs": booked("booked_otherwise"),
    "not_paid": booked("booked_never"),
    "not_noted": never_noted,
    "contradiction": contradicted,
    "collected_unknown": paid_in_by_somebody,
    "collected_differs": paid_in_otherwise,
    "collected_not_noted": payment_never_noted,
    "collected_missing": payment_that_never_came,
}
"""How each kind of difference arises."""
