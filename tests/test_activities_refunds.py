"""What a provider's refusal means for the money: the ledger and the wire are real, the answers are chosen here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.failures import REFUSED
from activities.refunds import RefundActivities, RefundAsk
from domain.money import Money
from domain.order import Order, OrderLine
from domain.ports.partner import CaseKey
from domain.ports.refunds import RefundIntent, RefundRow, RefundStatus
from domain.webhook_signature import SigningKeys
from gateways.refunds import SignedRefundGateway
from gateways.signed_json import PartnerWire, partner_client
from store.one_time_inputs import PostgresOneTimeInputs
from store.orders import PostgresOrders
from store.pool import open_pool
from store.refund_ledger import PostgresRefundLedger
from tests.gateways.chosen_answers import ChosenAnswers
from tests.gateways.partners import SECRET

PAID = Money(minor=10_000)
NO_ANSWER = (500, {})  # unsigned, as a proxy gives it
DONE = (200, {"status": "done", "partner_ref": "P1"})


def refused(status: int, code: str) -> tuple[int, dict[str, Any]]:
    """A signed no."""
    return status, {"error": {"code": code}}


class Till:
    """The activity over the ledger and the wire to the provider."""

    def __init__(self, provider: ChosenAnswers, pool: asyncpg.Pool, gateway: SignedRefundGateway) -> None:
        self.provider = provider
        self.ledger = PostgresRefundLedger(pool)
        self._activities = RefundActivities(self.ledger, gateway, PostgresOneTimeInputs(pool))

    async def pay(self, key: str = "R-1", *, person_acted: bool = False) -> RefundRow:
        """Pay the whole order back, or find out how that stands."""
        intent = RefundIntent(
            key=key,
            case=CaseKey(shop="demo", case_no="C1", order_no="O1"),
            amount=PAID,
            purpose="goods",
            rule="R-REF-PATH",
            channel="provider",
            requested_by="agent:1",
            approved_by="supervisor:2",
            at=datetime(2026, 11, 2, 4, 0, tzinfo=UTC),
        )
        ask = RefundAsk(intent=intent, person_acted=person_acted)
        return await ActivityEnvironment().run(self._activities.issue_refund, ask)


@pytest_asyncio.fixture
async def till(database: str) -> AsyncIterator[Till]:
    """A till with one order that was paid."""
    provider = ChosenAnswers()
    async with await open_pool(database) as pool, partner_client() as http:
        lines = (OrderLine(sku="S", quantity=1, price=PAID),)
        await PostgresOrders(pool).put("demo", Order(order_no="O1", customer_ref="cust-1", paid=PAID, lines=lines))
        wire = PartnerWire(http, provider.url, SigningKeys.parse(SECRET))
        yield Till(provider, pool, SignedRefundGateway({"provider": wire}))
    provider.close()


async def test_a_final_no_frees_the_orders_money(till: Till) -> None:
    """R-REF-PATH: a provider who refuses by a signed 422 leaves the whole sum to be paid by a new decision."""
    till.provider.answers["refunds.pay"] = [refused(422, "account_closed"), DONE]
    first = await till.pay("R-1")
    assert (first.status, first.code) == (RefundStatus.REFUSED, "account_closed")
    assert (await till.pay("R-2")).status is RefundStatus.DONE
    assert till.provider.asked == ["refunds.pay", "refunds.pay"]


async def test_who_refuses_to_tell_has_refused_no_payment(till: Till) -> None:
    """R-REF-PATH: money that may have moved is not taken for refused because the provider would not say."""
    till.provider.answers |= {"refunds.pay": [NO_ANSWER], "refunds.find": [refused(404, "no_such_thing"), DONE]}
    for _ in ("the answer is lost", "he will not tell"):
        with pytest.raises(ApplicationError) as caught:
            await till.pay()
        assert (caught.value.type == REFUSED, caught.value.non_retryable) == (False, False)
    assert (await till.pay()).status is RefundStatus.DONE
    assert till.provider.asked.count("refunds.pay") == 1


async def test_a_no_to_the_second_sending_is_no_no_to_the_first(till: Till) -> None:
    """R-REF-PATH: a provider who learns late that he has paid refuses the repetition; what he knows by then counts."""
    never_seen = (200, {"found": False})
    till.provider.answers |= {
        "refunds.pay": [NO_ANSWER, refused(409, "paid_already")],
        "refunds.find": [never_seen, DONE],
    }
    with pytest.raises(ApplicationError):
        await till.pay()
    assert (await till.pay()).status is RefundStatus.DONE


async def test_another_payment_under_the_key_is_put_before_a_person(till: Till) -> None:
    """A key that stands for another payment at the provider settles nothing here: the money stays set aside."""
    till.provider.answers["refunds.pay"] = [refused(409, "key_reused")]
    with pytest.raises(ApplicationError) as caught:
        await till.pay()
    assert (caught.value.type, list(caught.value.details)) == (REFUSED, ["key_reused"])
    row = await till.ledger.find("R-1")
    assert row is not None
    assert row.status is RefundStatus.SUBMITTED


async def test_a_no_after_a_persons_input_is_final(till: Till) -> None:
    """R-REF-PATH: refused for good although a person did what was asked: nobody is asked again and again."""
    asks = (200, {"status": "needs_human", "need": "permission"})
    till.provider.answers |= {"refunds.pay": [asks, refused(422, "not_permitted")], "refunds.find": [asks, asks]}
    assert (await till.pay()).status is RefundStatus.NEEDS_HUMAN
    assert (await till.pay(person_acted=True)).status is RefundStatus.REFUSED
