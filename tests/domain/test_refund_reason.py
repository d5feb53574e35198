"""Which refund reasons are accepted at once."""

import pytest

from domain.refund_reason import decision_on, may_ask_for_other_reason
from domain.vocabulary import CaseType, ReasonCode
from tests.domain.example import RULES, SIGNED, order, request


@pytest.mark.parametrize("reason", [*ReasonCode])
def test_what_was_not_shipped_is_refunded_whatever_the_reason(reason: ReasonCode) -> None:
    """Nothing left the house: the money goes back without a question (R-CANCEL-UNSHIPPED)."""
    decision = decision_on(request(reason, order(signed_at=None), case_type=CaseType.REFUND_ONLY))
    assert (decision.allowed, decision.rule) == (True, "R-CANCEL-UNSHIPPED")


@pytest.mark.parametrize("reason", [*ReasonCode])
def test_after_shipping_only_plain_reasons_pass_without_a_person(reason: ReasonCode) -> None:
    """Not wanted and ordered twice are accepted at once; a person decides all else (R-REFREASON)."""
    decision = decision_on(request(reason, order(shipped_at=SIGNED), case_type=CaseType.REFUND_ONLY))
    assert decision.allowed == (reason in (ReasonCode.NO_REASON, ReasonCode.DUPLICATE))
    assert decision.rule == "R-REFREASON"
    assert decision.zh
    assert decision.en


def test_a_waybill_is_a_shipment_too() -> None:
    """An order with a tracking number is not treated as unshipped, even without a shipping time."""
    assert decision_on(request(ReasonCode.QUALITY, order(waybill="YT1"))).rule == "R-REFREASON"


def test_no_customer_is_asked_for_another_reason() -> None:
    """Pressing a customer to restate his reason is refused, unless the shop acknowledged it (P-NOREASONGAME)."""
    refused = may_ask_for_other_reason(RULES)
    assert (refused.allowed, refused.rule) == (False, "P-NOREASONGAME")
    loosened = RULES.model_copy(update={"switches": {**RULES.switches, "X16": "ask_to_change"}})
    assert may_ask_for_other_reason(loosened).reason == "shop_acknowledged"
