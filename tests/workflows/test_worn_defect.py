"""穿洗后的质量问题: worn or washed goods with a defect, inside a quality return."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused

PHOTOS = ["evidence/a", "evidence/b"]
FAULTY = {"first": "defect_confirmed", "second": "defect_confirmed"}


async def worn(house: House, **more: Any) -> LivedCase:
    """A worn shirt whose seam opened, with photos: the agent looks at them."""
    case = await house.open("return_refund", reason="quality", worn=True, evidence=PHOTOS, warehouse=FAULTY, **more)
    await case.run_until(needs_human="decide:worn_defect", ball_with="agent")
    return case


async def serious(case: LivedCase) -> None:
    """It lies with the supervisor, and an agent cannot decide it."""
    await case.run_until(needs_human="decide:worn_serious", ball_with="supervisor")
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="full_refund")
    assert (refused.value.code, refused.value.rule) == ("not_supervisor", "A-SERIOUS")


async def test_not_serious_he_keeps_it_with_the_customary_sum(house: House) -> None:
    """R-QUAL-WORN: one click, 10 yuan proposed, agreed to, paid; nothing comes back."""
    case = await worn(house)
    await case.act("decide", resolution="partial_refund")

    assert await case.to_the_end() == "partially_refunded"

    assert await case.payments() == [1000]
    assert await case.sum_told("plan_proposed") == "10.00 CNY"
    (refund,) = await case.refunds()
    assert (refund["purpose"], refund["rule"], refund["approved_by"]) == ("worn_defect", "R-QUAL-WORN", "agent:7")
    assert await case.ledger("return_announced") == []


async def test_more_than_customary_is_the_supervisors_decision(house: House) -> None:
    """M-COMP-SIZE: up to 15 yuan an agent decides; 15.01 says that it is serious."""
    within, above = await worn(house), await worn(house)
    await within.act("decide", resolution="partial_refund", amount={"minor": 1500})
    assert await within.to_the_end() == "partially_refunded"
    assert await within.payments() == [1500]

    await above.act("decide", resolution="partial_refund", amount={"minor": 1501})
    await serious(above)
    await above.act("decide", by="supervisor:2", resolution="partial_refund", amount={"minor": 2000})
    assert await above.to_the_end() == "partially_refunded"
    assert await above.payments() == [2000]


async def test_serious_the_supervisor_lets_it_come_back(house: House) -> None:
    """A-SERIOUS: from there on it is a return like any other with a defect."""
    case = await worn(house)
    await case.act("decide", resolution="return_refund")
    await serious(case)
    await case.act("decide", by="supervisor:2", resolution="return_refund")

    assert await case.to_the_end() == "refunded"

    assert (await case.one("freight_decided")).rule == "M-QUAL"
    assert len(await case.ledger("return_announced")) == 1
    assert await case.payments() == [4500]


async def test_who_does_not_want_to_keep_it_is_heard_by_the_supervisor(house: House) -> None:
    """He declines the 10 yuan: nothing is paid over his head."""
    case = await worn(house, customer={"agrees": False})
    await case.act("decide", resolution="partial_refund")
    await serious(case)
    assert await case.payments() == []
    await case.act("decide", by="supervisor:2", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_worn_goods_that_he_just_does_not_like_are_no_defect(house: House) -> None:
    """Without a fault nobody is asked: the inspection will say whether it can be sold again (R-NR-WINDOW)."""
    case = await house.open("return_refund", worn=True)
    assert await case.to_the_end() == "refunded"
    assert await case.journal("decision_asked") == []
