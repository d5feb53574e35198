"""Who bears what a courier wants for something extra."""

from __future__ import annotations

from typing import Any

import pytest

from domain.courier_fee import change_fee, erred, may_ask_for_courier, relay_fee, second_freight, settlement
from domain.vocabulary import FreightPayer, Liability, ParcelState, ReasonCode, Settlement
from tests.domain.example import RULES, order, request, yuan

M, C, K = FreightPayer.MERCHANT, FreightPayer.CUSTOMER, FreightPayer.COURIER


@pytest.mark.parametrize(("his_wish", "payer"), [(True, C), (False, M)])
def test_a_relay_is_on_him_only_where_he_asked_for_the_courier(his_wish: bool, payer: FreightPayer) -> None:
    """M-OOA: his own wish costs him, quoted first; where our courier fails it is ours."""
    found = relay_fee(RULES, his_wish=his_wish)
    assert (found.rule, found.payer, found.allowed) == ("M-OOA", payer, payer is M)
    assert found.zh
    assert found.en


@pytest.mark.parametrize(
    ("fields", "who", "payer", "rule"),
    [
        ({}, Liability.CUSTOMER, C, "P-FEEQUOTE"),
        ({"fault": Liability.CUSTOMER}, Liability.CUSTOMER, C, "P-FEEQUOTE"),
        ({"parcel_state": ParcelState.MISROUTED}, Liability.COURIER, K, "M-COURIER"),
        ({"parcel_state": ParcelState.BAD_ADDRESS}, Liability.CUSTOMER, C, "P-FEEQUOTE"),
        ({"fault": Liability.COURIER}, Liability.COURIER, K, "M-COURIER"),
        ({"fault": Liability.MERCHANT}, Liability.MERCHANT, M, "R-ADDR"),
        ({"fault": Liability.PLATFORM}, Liability.PLATFORM, M, "R-ADDR"),
        ({"reason": ReasonCode.SERVICE}, Liability.MERCHANT, M, "R-ADDR"),
    ],
)
def test_a_change_of_address_is_on_whoever_made_it_necessary(
    fields: dict[str, Any], who: Liability, payer: FreightPayer, rule: str
) -> None:
    """His own change is quoted to him; nobody else's mistake is."""
    asked = request(fields.pop("reason", ReasonCode.NO_REASON), **fields)
    found = change_fee(asked)
    assert erred(asked) is who
    assert (found.payer, found.rule, found.allowed) == (payer, rule, payer is not C)


@pytest.mark.parametrize(
    ("free", "freight", "fault", "asked", "payer"),
    [
        (False, "6.00", Liability.CUSTOMER, "6.00", C),
        (True, "6.00", Liability.CUSTOMER, None, M),
        (False, "0.00", Liability.CUSTOMER, None, M),
        (False, "6.00", Liability.COURIER, None, K),
        (False, "6.00", Liability.MERCHANT, None, M),
    ],
)
def test_sending_again_costs_him_only_his_own_mistake_on_goods_sold_with_postage(
    free: bool, freight: str, fault: Liability, asked: str | None, payer: FreightPayer
) -> None:
    """P-FREEPOST: with free postage nothing is ever asked for, whoever erred."""
    of = order(free_postage=free, freight=yuan(freight))
    borne, sum_ = second_freight(request(ReasonCode.NO_REASON, of, fault=fault))
    assert (borne.payer, sum_) == (payer, asked and yuan(asked))


@pytest.mark.parametrize(
    ("free", "his_wish", "allowed"), [(True, False, False), (True, True, True), (False, False, True)]
)
def test_a_remote_place_is_no_reason_to_ask_for_postage(free: bool, his_wish: bool, allowed: bool) -> None:
    """Another courier is quoted to who asks for him, or where postage was charged; never because it is far."""
    found = may_ask_for_courier(free, his_wish=his_wish)
    assert found.allowed is allowed
    assert found.rule == ("R-OOA-FEE" if allowed else "P-FREEPOST")
    assert bool(found.zh) is not allowed


@pytest.mark.parametrize("how", list(Settlement))
def test_fees_are_settled_as_the_shop_says(how: Settlement) -> None:
    """X10: directly, or by the month."""
    rules = RULES.model_copy(update={"switches": {**RULES.switches, "X10": how.value}})
    assert settlement(rules) is how
    assert settlement(RULES) is Settlement.DIRECT
