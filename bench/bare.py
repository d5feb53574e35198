"""The bare twins: the same partner calls, messages and waits as a good engineer writes them first in Temporal.

One signal handler per message, one `wait_condition` with a timeout per wait, one activity per call, the same converter
and sandbox. No journal, clocks, guards, authority, promises, de-duplication, search attributes after the start,
summaries or case sheets.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from bench.bare_activities import BareActivities, Note
    from domain.events import Request
    from domain.messages.commands import Decide
    from domain.messages.facts import (
        AddressConfirmed,
        CustomerAgreed,
        CustomerConfirmed,
        CustomerReplied,
        Inspected,
        ParcelUpdate,
        ReturnReceived,
        ReturnShipped,
        Shipped,
    )
    from domain.money import Money
    from domain.ports.courier import CourierRequest, CourierRequestKind
    from domain.ports.partner import CaseKey
    from domain.ports.refunds import RefundOrder
    from domain.ports.warehouse import Line, ReturnOrder, ShipmentOrder, StockDisposal
    from domain.vocabulary import Channel, ParcelState, ShipmentLeg

DAY = timedelta(days=1)


class BareStart(BaseModel):
    """The request, and the rests that are shortened for measuring."""

    request: Request
    unreachable: timedelta = 3 * DAY
    next_attempt: timedelta = timedelta(hours=23)
    daily: timedelta = DAY
    survey: timedelta = 3 * DAY
    reopen: timedelta = 15 * DAY


class _Bare:
    """What the twins share: calls and the end of every case."""

    def __init__(self) -> None:
        self._calls = 0
        self._confirmed: CustomerConfirmed | None = None
        self._parcels: dict[str, ParcelState] = {}

    @workflow.signal
    def customer_confirmed(self, said: CustomerConfirmed) -> None:
        """The customer's last word."""
        self._confirmed = said

    @workflow.signal
    def parcel_update(self, update: ParcelUpdate) -> None:
        """A scan."""
        self._parcels[update.waybill] = update.state

    async def _call(self, activity: Any, argument: Any) -> Any:
        return await workflow.execute_activity_method(
            activity,
            argument,
            start_to_close_timeout=timedelta(seconds=30),
            schedule_to_close_timeout=timedelta(minutes=10),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=2)),
        )

    def _begin(self, start: BareStart) -> None:
        self._start = start
        self._request = start.request
        order = start.request.order
        self._case = CaseKey(shop=start.request.shop, case_no=start.request.case_no, order_no=order.order_no)

    def _key(self) -> str:
        self._calls += 1
        return f"{self._case.shop}/{self._case.case_no}:{self._calls}"

    async def _tell(self, template: str, channel: Channel = Channel.IM, **variables: str) -> None:
        order = self._request.order
        note = Note(
            key=self._key(),
            case=self._case,
            customer_ref=order.customer_ref,
            channel=channel,
            template=template,
            variables={"case_no": self._case.case_no, "order_no": order.order_no, **variables},
            language=order.language,
            at=workflow.now(),
        )
        await self._call(BareActivities.contact, note)

    async def _refund(self, amount: Money) -> None:
        order = RefundOrder(
            key=self._key(), case=self._case, amount=amount, channel=self._request.order.channel, at=workflow.now()
        )
        await self._call(BareActivities.refund, order)
        await self._tell("refund_paid", amount=str(amount))

    async def _close(self, outcome: str) -> str:
        await self._tell("closing", outcome=outcome, reason=self._request.reason)
        try:
            await workflow.wait_condition(lambda: self._confirmed is not None, timeout=3 * DAY)
        except TimeoutError:
            await self._tell("closing_reminder", outcome=outcome)
        await workflow.sleep(self._start.survey)
        await self._tell("survey")
        await workflow.sleep(self._start.reopen - self._start.survey)
        return outcome


@workflow.defn
class BareReturnRefund(_Bare):
    """Propose, announce, receive, inspect twice, dispose, pay, close."""

    def __init__(self) -> None:
        super().__init__()
        self._agreed: CustomerAgreed | None = None
        self._shipped: ReturnShipped | None = None
        self._received: ReturnReceived | None = None
        self._inspected: list[Inspected] = []

    @workflow.signal
    def customer_agreed(self, said: CustomerAgreed) -> None:
        """To the plan."""
        self._agreed = said

    @workflow.signal
    def return_shipped(self, said: ReturnShipped) -> None:
        """The number."""
        self._shipped = said

    @workflow.signal
    def return_received(self, said: ReturnReceived) -> None:
        """The goods."""
        self._received = said

    @workflow.signal
    def inspected(self, said: Inspected) -> None:
        """First or second."""
        self._inspected.append(said)

    @workflow.run
    async def run(self, start: BareStart) -> str:
        """Conduct the return. A wait that runs out fails the case: a person looks at failed ones."""
        self._begin(start)
        order = self._request.order
        await self._tell("plan_proposed", plan="return_refund", due=(workflow.now() + 3 * DAY).isoformat())
        await workflow.wait_condition(lambda: self._agreed is not None, timeout=3 * DAY)
        rma = f"RMA-{self._case.case_no}"
        lines = tuple(Line(sku=line.sku, quantity=line.quantity) for line in order.lines)
        announced = ReturnOrder(key=self._key(), case=self._case, rma=rma, lines=lines, at=workflow.now())
        await self._call(BareActivities.announce, announced)
        due = (workflow.now() + 7 * DAY).isoformat()
        await self._tell("return_authorized", rma=rma, freight="customer", due=due)
        await workflow.wait_condition(lambda: self._shipped is not None, timeout=7 * DAY)
        await workflow.wait_condition(lambda: self._received is not None, timeout=10 * DAY)
        await self._tell("return_received", rma=rma, due=(workflow.now() + 3 * DAY).isoformat())
        await workflow.wait_condition(lambda: len(self._inspected) >= 2, timeout=2 * DAY)
        disposal = StockDisposal(
            key=self._key(), case=self._case, rma=rma, disposition="restock", at=workflow.now()
        )  # fmt: skip
        await self._call(BareActivities.dispose, disposal)
        await self._refund(order.paid)
        return await self._close("refunded")


@workflow.defn
class BareCustomerUnreachable(_Bare):
    """Call and write for three days, recall, wait with daily news, ask for the address, send again, close."""

    def __init__(self) -> None:
        super().__init__()
        self._replied: CustomerReplied | None = None
        self._address: AddressConfirmed | None = None
        self._sent: Shipped | None = None

    @workflow.signal
    def customer_replied(self, said: CustomerReplied) -> None:
        """He surfaced."""
        self._replied = said

    @workflow.signal
    def address_confirmed(self, said: AddressConfirmed) -> None:
        """Where to."""
        self._address = said

    @workflow.signal
    def shipped(self, said: Shipped) -> None:
        """The new parcel's number."""
        self._sent = said

    @workflow.run
    async def run(self, start: BareStart) -> str:
        """Conduct the case. A wait that runs out fails it: a person looks at failed ones."""
        self._begin(start)
        order = self._request.order
        if not await self._keep_trying():
            await self._recall()
        await workflow.wait_condition(lambda: self._replied is not None, timeout=7 * DAY)
        await self._tell("address_asked")
        await workflow.wait_condition(lambda: self._address is not None, timeout=7 * DAY)
        assert self._address is not None
        lines = tuple(Line(sku=line.sku, quantity=line.quantity) for line in order.lines)
        shipment = ShipmentOrder(
            key=self._key(), case=self._case, leg=ShipmentLeg.RESHIP, lines=lines,
            address_ref=self._address.address_ref, at=workflow.now(),
        )  # fmt: skip
        await self._call(BareActivities.ship, shipment)
        await workflow.wait_condition(lambda: self._sent is not None, timeout=DAY)
        assert self._sent is not None
        waybill = self._sent.waybill
        await self._tell("shipped_told", waybill=waybill)
        await workflow.wait_condition(lambda: self._parcels.get(waybill) is ParcelState.DELIVERED, timeout=10 * DAY)
        return await self._close("reshipped")

    async def _keep_trying(self) -> bool:
        due_at = workflow.now() + self._start.unreachable
        while (left := due_at - workflow.now()) > timedelta(0):
            await self._tell("unreachable_call", Channel.CALL)
            await self._tell("unreachable_notice")
            try:
                await workflow.wait_condition(
                    lambda: self._replied is not None, timeout=min(left, self._start.next_attempt)
                )
            except TimeoutError:
                continue
            return True
        return False

    async def _recall(self) -> None:
        order = self._request.order
        due_at = workflow.now() + 7 * DAY
        recall = CourierRequest(
            key=self._key(), case=self._case, kind=CourierRequestKind.RECALL, courier=order.courier,
            waybill=order.waybill, at=workflow.now(), due_at=due_at,
        )  # fmt: skip
        await self._call(BareActivities.courier, recall)
        await self._tell("recall_told")
        while workflow.now() < due_at:
            try:
                await workflow.wait_condition(
                    lambda: self._parcels.get(order.waybill) is ParcelState.RETURNED, timeout=self._start.daily
                )
            except TimeoutError:
                await self._tell("progress", stage="parcel_back")
            else:
                return


@workflow.defn
class BareRefundOnly(_Bare):
    """An agent decides; the customer is paid."""

    def __init__(self) -> None:
        super().__init__()
        self._decided: Decide | None = None

    @workflow.update
    def decide(self, decision: Decide) -> str:
        """The agent's word."""
        self._decided = decision
        return "decided"

    @decide.validator
    def check(self, decision: Decide) -> None:
        """Once only."""
        if self._decided is not None:
            raise ValueError("decided already")

    @workflow.run
    async def run(self, start: BareStart) -> str:
        """Wait for the decision and pay."""
        self._begin(start)
        await self._tell("request_received", due=(workflow.now() + DAY).isoformat())
        await workflow.wait_condition(lambda: self._decided is not None, timeout=DAY)
        await self._refund(self._request.order.paid)
        return await self._close("refunded")


BARE = (BareReturnRefund, BareCustomerUnreachable, BareRefundOnly)
