"""付费维护: past the year he pays, hears the fee first, and nothing arises before his yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused

BOUGHT = {"signed_at": timedelta(days=-400), "shipped_at": timedelta(days=-402)}


async def asked(house: House, **more: Any) -> LivedCase:
    """Maintenance of goods bought 13 months ago."""
    return await house.open("paid_maintenance", **({"reason": "quality", "order": BOUGHT} | more))


async def test_a_quoted_fee_is_agreed_to_before_anything_is_sent(house: House) -> None:
    """R-MAINT, P-FEEQUOTE: 80 yuan stand in the request; he agrees, a leader signs, it is repaired and sent back."""
    case = await asked(house, fee={"minor": 8000})
    await case.run_until(waiting_for="approval")
    assert await case.ledger("return_announced") == []
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "repaired"

    (quote,), (consent,) = await case.records("fee_quote"), await case.records("consent")
    assert (quote["amount_minor"], quote["agreed"], consent["agreed"]) == (8000, True, True)
    assert await case.sum_told("maintenance_quoted") == "80.00 CNY"
    (ordered,) = await case.ledger("repair_ordered")
    assert ordered["fee_minor"] == 8000
    assert (await case.one("freight_decided", inbound="customer", outbound="customer")).rule == "M-MAINT"
    assert [one["amount_minor"] for one in await case.ledger("money_received")] == [8000]
    done, (sent,) = await case.one("repair_status", state="done"), await case.ledger("goods_shipped")
    assert done.at < (await case.one("collection_paid")).at
    assert sent["leg"] == "repair_out"
    assert await case.payments() == []


@pytest.mark.parametrize(("resolution", "outcome"), [("repair", "repaired"), ("partial_refund", "partially_refunded")])
async def test_a_fee_that_is_not_paid_puts_the_repaired_goods_before_a_person(
    house: House, resolution: str, outcome: str
) -> None:
    """Repaired, and he does not pay by S-PAY: an agent has it sent back all the same, or settles it otherwise."""
    case = await asked(house, fee={"minor": 8000}, customer={"pays_after": "never"})
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:1")
    await case.run_until(needs_human="decide:repair_unpaid")
    assert await case.ledger("goods_shipped") == []
    amount = None if resolution == "repair" else {"minor": 500}
    await case.act("decide", resolution=resolution, amount=amount)

    assert await case.to_the_end() == outcome


async def test_who_withdraws_when_it_is_repaired_still_owes_the_fee(house: House) -> None:
    """He takes his request back instead of paying: a person decides over the repaired goods."""
    case = await asked(house, fee={"minor": 8000}, customer={"pays_after": "never"})
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:1")
    await case.run_until(waiting_for="payment")
    await case.say("customer_withdrew")

    await case.run_until(needs_human="decide:repair_unpaid")
    assert await case.ledger("goods_shipped") == []


async def test_a_paid_visit_is_paid_for_when_it_is_done(house: House) -> None:
    """The agent names a visit and its fee; the technician repairs it, and he pays."""
    case = await asked(house)
    await case.run_until(needs_human="decide:maintenance_fee")
    await case.act("decide", resolution="onsite_visit", amount={"minor": 9900})
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "repaired"

    assert [one["amount_minor"] for one in await case.ledger("money_received")] == [9900]
    assert await case.ledger("return_announced") == []


async def test_who_withdraws_after_a_paid_visit_still_owes_the_fee(house: House) -> None:
    """The technician repaired it at his place; he takes his request back instead of paying, and a person decides."""
    case = await asked(house, customer={"pays_after": "never"})
    await case.run_until(needs_human="decide:maintenance_fee")
    await case.act("decide", resolution="onsite_visit", amount={"minor": 9900})
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:1")
    await case.run_until(waiting_for="payment")
    await case.say("customer_withdrew")

    await case.run_until(needs_human="decide:repair_unpaid")
    await case.act("decide", resolution="repair")
    assert await case.to_the_end() == "repaired"


async def test_without_a_quote_a_person_names_the_fee(house: House) -> None:
    """An agent decides for the repair with its fee, which may be above what the order cost."""
    case = await asked(house)
    await case.run_until(needs_human="decide:maintenance_fee")
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="repair", amount={"minor": 0})
    assert refused.value.code == "no_amount"
    await case.act("decide", resolution="repair", amount={"minor": 6600})
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "repaired"
    assert (await case.records("fee_quote"))[0]["amount_minor"] == 6600


async def test_a_person_may_decide_otherwise(house: House) -> None:
    """An old thing, not worth a repair: the agent explains, and that is all."""
    case = await asked(house)
    await case.run_until(needs_human="decide:maintenance_fee")
    await case.act("decide", resolution="explain_only")

    assert await case.to_the_end() == "rejected"


@pytest.mark.parametrize(
    ("persona", "outcome"), [({"agrees": False}, "withdrawn"), ({"agrees_after": "never"}, "expired")]
)
async def test_who_does_not_agree_to_the_fee_sends_nothing_and_pays_nothing(
    house: House, persona: dict[str, Any], outcome: str
) -> None:
    """P-CONSENT: a no or silence ends it; nothing was announced, ordered or signed."""
    case = await asked(house, fee={"minor": 8000}, customer=persona)

    assert await case.to_the_end() == outcome

    for effect in ("return_announced", "repair_ordered", "goods_shipped"):
        assert await case.ledger(effect) == []
    assert await case.records("approval") == []


async def test_what_cannot_be_repaired_goes_back_as_it_is(house: House) -> None:
    """Past the year there is no new one for it: it goes back, and he pays nothing."""
    case = await asked(house, fee={"minor": 8000}, repairer={"ends": "unrepairable"})
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "returned_to_customer"


async def test_maintenance_inside_the_year_costs_him_nothing(house: House) -> None:
    """R-WARR: asked as paid maintenance, bought two days ago: it is a warranty repair, whatever it was called."""
    case = await house.open("paid_maintenance", reason="quality", evidence=["evidence/a", "evidence/b"])

    await case.run_until(waiting_for="consent")

    assert (await case.one("type_changed")).data["type"] == "warranty_repair"
    assert await case.records("fee_quote") == []


async def test_what_he_broke_himself_is_paid_for_inside_the_year_too(house: House) -> None:
    """R-MISUSE: two days old and broken in use: the fee is quoted first."""
    case = await house.open("warranty_repair", reason="quality", fault="customer", fee={"minor": 5000})

    await case.run_until(waiting_for="consent")

    assert (await case.one("warranty_judged", allowed=False)).rule == "R-MISUSE"
    assert (await case.records("fee_quote"))[0]["amount_minor"] == 5000


async def test_a_yes_before_the_fee_was_named_is_none(house: House) -> None:
    """He asks for the repair while an agent still looks up what it costs: 99 yuan are agreed to when he heard them."""
    case = await asked(house, customer={"agrees_after": "never"})
    await case.run_until(needs_human="decide:maintenance_fee")
    await case.say("customer_agreed", agreed=True, choice="repair")
    await case.act("decide", resolution="repair", amount={"minor": 9900})

    await case.run_until(stage="consent")
    assert (await case.one("consent_to_nothing")).rule == "P-CONSENT"
    assert await case.ledger("return_announced") == []
    await case.say("customer_agreed", agreed=True, choice="repair")

    assert (await case.rest()).waiting_for == "approval"
