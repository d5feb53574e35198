"""不当使用: the customer broke it in use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, about

PHOTOS = ["evidence/a", "evidence/b"]


async def judged(house: House, **more: Any) -> LivedCase:
    """A cup that he dropped, with photos: an agent looks whether it can be mended."""
    case = await house.open("customer_misuse", **{"reason": "quality", "evidence": PHOTOS} | more)
    await case.run_until(needs_human="decide:misuse_repair")
    return case


async def test_nothing_is_repaired_before_he_agreed_to_what_it_costs(house: House) -> None:
    """P-FEEQUOTE: sympathy, the fee and whose the postage is, his yes; then it is signed, sent in and mended."""
    case = await judged(house)
    assert [entry.data["template"] for entry in await case.told()] == ["misuse_sympathy"]
    await case.act("decide", resolution="repair", amount={"minor": 1800})

    await case.run_until(waiting_for="consent")
    assert await case.sum_told("misuse_repair_quoted") == "18.00 CNY"
    assert (await case.one("freight_decided", inbound="customer", outbound="customer")).rule == "M-MISUSE"
    (quote,) = await case.records("fee_quote")
    assert (quote["amount_minor"], quote["agreed"]) == (1800, None)
    assert await case.ledger("return_announced") == []

    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:2")
    assert await case.to_the_end() == "repaired"
    assert [quote["agreed"] for quote in await case.records("fee_quote")] == [True]
    assert await case.payments() == []


async def test_who_does_not_want_the_repair_keeps_his_goods(house: House) -> None:
    """His no, and his silence for three days, end with an explanation; nothing was sent and nothing is owed."""
    no = await judged(house, customer={"agrees": False})
    silent = await judged(house, customer={"agrees_after": "never"})
    for case in (no, silent):
        await case.act("decide", resolution="repair", amount={"minor": 1800})
        assert await case.to_the_end() == "explained"
        assert len(await case.told("misuse_explained")) == 1
        assert await case.ledger("return_announced") == []
        assert await case.payments() == []
    asked, lapsed = await silent.one("plan_proposed"), await silent.one("no_consent")
    assert about(lapsed.at, asked.at + timedelta(hours=72))


async def test_what_cannot_be_repaired_is_explained(house: House) -> None:
    """The agent sees that nothing can be done: he hears it kindly, and no repair is quoted."""
    case = await judged(house)
    await case.act("decide", resolution="explain_only", reason="beyond_repair")

    assert await case.to_the_end() == "explained"
    assert len(await case.told("misuse_explained")) == 1
    assert await case.records("fee_quote") == []


async def test_a_person_may_do_more_than_the_rule_asks(house: House) -> None:
    """Not a repair but a little money, within the agent's limit."""
    case = await judged(house)
    await case.act("decide", resolution="cash_goodwill", amount={"minor": 1000})

    assert await case.to_the_end() == "goodwill_only"
    assert await case.payments() == [1000]


async def test_a_repair_that_costs_nothing_is_agreed_to_all_the_same(house: House) -> None:
    """We can mend it ourselves: no fee, the postage is his, and he is asked first."""
    case = await judged(house)
    await case.act("decide", resolution="repair")
    await case.run_until(waiting_for="consent")
    assert await case.sum_told("misuse_repair_quoted") == ""
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:2")

    assert await case.to_the_end() == "repaired"


async def test_without_photos_a_person_decides(house: House) -> None:
    """He is asked for photos and sends none: nothing is judged unseen."""
    case = await house.open("customer_misuse", reason="quality", customer={"photos": 0})
    await case.run_until(needs_human="decide:no_evidence")
    assert about((await case.one("clock_breached", clock="S-EVIDENCE")).at, case.began + timedelta(hours=72))
    await case.act("decide", resolution="explain_only", reason="no_evidence")

    assert await case.to_the_end() == "rejected"


async def came_back(house: House, **more: Any) -> LivedCase:
    """A return that the second inspection found broken in use; an agent says that it can be mended for 18 yuan."""
    case = await house.open("return_refund", warehouse={"second": "customer_damage"}, **more)
    await case.run_until(needs_human="decide:inspection_customer_damage")
    await case.act("decide", resolution="repair", amount={"minor": 1800})
    return case


async def test_what_came_back_broken_in_use_is_repaired_if_he_agrees(house: House) -> None:
    """The goods are here already: quoted, agreed, signed, mended, sent back; no refund is due any more."""
    case = await came_back(house)
    assert (await case.one("type_changed")).data["type"] == "customer_misuse"
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:2")

    assert await case.to_the_end() == "repaired"
    assert len(await case.ledger("return_announced")) == 1, "it came once"
    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["repair_out"]
    assert await case.payments() == []
    assert await case.journal("clock_breached", clock="D-REFPAY") == []


async def test_who_declines_the_repair_of_what_came_back_has_his_own_goods_back(house: House) -> None:
    """He does not want it: it is explained, and his goods go back to him; no postage was charged, so he pays none."""
    case = await came_back(house, customer={"agrees": [True, False]})

    assert await case.to_the_end() == "returned_to_customer"
    assert len(await case.told("misuse_explained")) == 1
    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["send_back"]
    assert await case.payments() == []


@pytest.mark.parametrize("pays", [True, False])
async def test_who_declines_the_repair_pays_the_way_back_where_postage_was_charged(house: House, pays: bool) -> None:
    """M-MISUSE: no repair; the freight of the way back is quoted, and the goods leave when it is paid."""
    order = {"paid": 5100, "freight": 600, "free_postage": False}
    customer = {"agrees": [True, False, True], "pays_after": "1h" if pays else "never"}
    case = await came_back(house, customer=customer, order=order)

    if not pays:
        await case.run_until(needs_human="decide:way_back_unpaid")
        assert await case.ledger("goods_shipped") == []
        await case.act("decide", by="supervisor:2", resolution="send_back")

    assert await case.to_the_end() == "returned_to_customer"
    quote = next(one for one in await case.records("fee_quote") if one["what"] == "send_back")
    assert quote["amount_minor"] == 600
    assert len(await case.journal("collection_paid")) == pays
    assert len(await case.told("misuse_explained")) == pays
    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["send_back"]
