"""Money in on the partner wire, kept by both sides: asked for once, paid once or not at all, closed for good."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.collection import CollectionActivities, CollectionAsk, CollectionStep
from domain.money import Money
from domain.order import Order, OrderLine
from domain.ports.collection import CollectionAnswer, CollectionIntent, CollectionOrder, CollectionRow, CollectionStatus
from domain.ports.customer import OutboundMessage
from domain.ports.partner import CaseKey, PartnerRefused, PartnerUnavailable
from domain.vocabulary import Channel
from gateways.collection import SignedCollectionGateway
from store.collection_ledger import PostgresCollectionLedger
from store.orders import PostgresOrders
from store.pool import open_pool
from tests.gateways.partners import START, Partners, person

ALL = timedelta(days=30)


def gateway(partners: Partners) -> SignedCollectionGateway:
    """Our side."""
    return SignedCollectionGateway({"provider": partners.wire()})


def order(case: CaseKey, fen: int = 1500, **fields: Any) -> CollectionOrder:
    """A sum to be asked for, until three days after the start."""
    known = {
        "key": f"P-{case.case_no}", "case": case, "amount": Money(minor=fen), "purpose": "price_difference",
        "channel": "provider", "due_at": START + timedelta(days=3), "at": START,
    }  # fmt: skip
    return CollectionOrder(**{**known, **fields})


async def ask(partners: Partners, case: CaseKey, hours: float = 0, who: str = "someone") -> None:
    """The customer reads that he is asked to pay, so many hours after the start."""
    message = OutboundMessage(
        key=f"pay-{hours}-{case.case_no}", case=case, channel=Channel.IM, recipient=person(who),
        template="payment_asked", text="您好", at=START + timedelta(hours=hours),
    )  # fmt: skip
    await partners.contact.deliver(message)


async def test_a_sum_is_asked_for_once_and_paid_once(partners: Partners, case: CaseKey) -> None:
    """One key, one link, one payment, one notice, however often both are repeated."""
    first, *again = await asyncio.gather(*(gateway(partners).request(order(case)) for _ in range(5)))
    assert {answer.link for answer in again} == {first.link}
    assert (first.status, first.link[:8]) == (CollectionStatus.OPEN, "https://")
    await ask(partners, case)
    await ask(partners, case, hours=1)
    notices = [kind for kind, _, _ in await partners.release(case, ALL)]
    assert notices == ["payment_received"]
    found = await gateway(partners).find_collection(order(case).key, "provider")
    assert found is not None
    assert found.status is CollectionStatus.PAID
    assert [one["data"]["amount_minor"] for one in await partners.effects(case, "money_received")] == [1500]


async def test_what_is_closed_can_be_paid_no_more(partners: Partners, case: CaseKey) -> None:
    """Closed before he paid: his payment never happens, and closing again answers the same."""
    await gateway(partners).request(order(case))
    await ask(partners, case)
    for _ in range(2):
        closed = await gateway(partners).close(order(case).key, "provider", START)
        assert closed.status is CollectionStatus.CLOSED
    await ask(partners, case, hours=2)
    assert await partners.release(case, ALL) == []
    assert await partners.effects(case, "money_received") == []


async def test_closing_tells_of_money_that_came(partners: Partners, case: CaseKey) -> None:
    """He paid before we closed: we hear of it, though his notice was lost."""
    await gateway(partners).request(order(case))
    await ask(partners, case)
    await partners.fault("drop", partner="payments", operation="payment_received", case_no=case.case_no)
    assert await partners.release(case, ALL) == []
    answer = await gateway(partners).close(order(case).key, "provider", START + timedelta(days=3))
    assert answer.status is CollectionStatus.PAID


@pytest.mark.parametrize(
    "kind", ["timeout", "reset", "malformed", "wrong_signature", "oversized", "server_error_after"]
)
@pytest.mark.parametrize("operation", ["request", "find", "close"])
async def test_no_usable_answer_may_be_asked_for_again(
    partners: Partners, case: CaseKey, operation: str, kind: str
) -> None:
    """Whatever goes wrong with the answer, the same key again does nothing twice."""
    ours = gateway(partners.impatient() if kind == "timeout" else partners)

    async def call() -> CollectionAnswer | None:
        match operation:
            case "request":
                return await ours.request(order(case))
            case "find":
                return await ours.find_collection(order(case).key, "provider")
            case _:
                return await ours.close(order(case).key, "provider", START)

    if operation != "request":
        await gateway(partners).request(order(case))
    await partners.fault(kind, partner="payments", operation=operation)
    with pytest.raises(PartnerUnavailable):
        await call()
    answer = await call()
    assert answer is not None
    assert len(await partners.effects(case, "payment_requested")) == 1


async def test_what_nobody_asked_for_is_known_to_nobody(partners: Partners, case: CaseKey) -> None:
    """A key that the provider never saw is not found, and cannot be closed; another sum under a key is refused."""
    assert await gateway(partners).find_collection("P-unknown", "provider") is None
    with pytest.raises(PartnerRefused, match="unknown_key"):
        await gateway(partners).close("P-unknown", "provider", START)
    await gateway(partners).request(order(case))
    with pytest.raises(PartnerRefused, match="key_reused"):
        await gateway(partners).request(order(case, fen=1))
    with pytest.raises(PartnerRefused, match="unknown_channel"):
        await gateway(partners).request(order(case, channel="barter"))


async def test_who_refuses_to_tell_has_not_said_that_nobody_paid(
    partners: Partners, case: CaseKey, database: str
) -> None:
    """P-FEEQUOTE: the customer paid, and the provider would not say so at first: he gets what he paid for."""
    paid = order(case)
    intent = CollectionIntent(rule="P-FEEQUOTE", **paid.model_dump(exclude={"due_at"}))
    async with await open_pool(database) as pool:
        lines = (OrderLine(sku="S", quantity=1, price=paid.amount),)
        known = Order(order_no=case.order_no, customer_ref="c-1", paid=paid.amount, lines=lines)
        await PostgresOrders(pool).put(case.shop, known)
        activities = CollectionActivities(PostgresCollectionLedger(pool), gateway(partners))

        async def collected(step: CollectionStep) -> CollectionRow:
            wanted = CollectionAsk(intent=intent, step=step, due_at=paid.due_at)
            return await ActivityEnvironment().run(activities.collect_money, wanted)

        assert (await collected(CollectionStep.REQUEST)).status is CollectionStatus.OPEN
        await ask(partners, case)
        await partners.release(case, ALL)
        await partners.fault("refuse", partner="payments", operation="find")
        with pytest.raises(ApplicationError) as caught:
            await collected(CollectionStep.LOOK)
        assert not caught.value.non_retryable
        assert (await collected(CollectionStep.LOOK)).status is CollectionStatus.PAID
