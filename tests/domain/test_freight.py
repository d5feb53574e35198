"""Who bears the freight."""

import pytest

from domain.freight import freight, freight_back, freight_of, maintenance, may_ask_postage, send_back
from domain.vocabulary import CaseType, FreightPayer, Inspection, Liability, ReasonCode
from tests.domain.example import RULES, order, request

M, C, K = FreightPayer.MERCHANT, FreightPayer.CUSTOMER, FreightPayer.COURIER


@pytest.mark.parametrize(
    ("reason", "how", "rule", "payers"),
    [
        (ReasonCode.QUALITY, {}, "M-QUAL", (M, M, M)),
        (ReasonCode.WRONG_ITEM, {"free_postage": False}, "M-QUAL", (M, M, M)),
        (ReasonCode.NO_REASON, {}, "M-NR-FREE", (M, C, C)),
        (ReasonCode.NO_REASON, {"free_postage": False}, "M-NR-PAID", (C, C, C)),
        (ReasonCode.COLOUR, {}, "M-NR-FREE", (M, C, C)),
        (ReasonCode.SIZE, {"liability": Liability.MERCHANT}, "M-QUAL", (M, M, M)),
        (ReasonCode.QUALITY, {"inspection": Inspection.NO_FAULT_FOUND}, "M-NODEFECT", (M, C, C)),
        (ReasonCode.QUALITY, {"inspection": Inspection.CUSTOMER_DAMAGE}, "M-MISUSE", (M, C, C)),
        (ReasonCode.QUALITY, {"inspection": Inspection.TRANSIT_DAMAGE}, "M-COURIER", (M, K, K)),
        (ReasonCode.NO_REASON, {"inspection": Inspection.DEFECT_CONFIRMED}, "M-QUAL", (M, M, M)),
        (ReasonCode.LATE, {}, "M-COURIER", (M, K, K)),
        (ReasonCode.NO_REASON, {"liability": Liability.COURIER}, "M-COURIER", (M, K, K)),
    ],
)
def test_each_leg_is_borne_by_whom_the_handbook_names(
    reason: ReasonCode, how: dict[str, object], rule: str, payers: tuple[FreightPayer, ...]
) -> None:
    """Faults of ours are on us, a change of mind is on the customer, the courier's faults are on the courier."""
    found = freight(reason, RULES, **{"free_postage": True, **how})  # type: ignore[arg-type]
    assert (found.rule, (found.outbound, found.inbound, found.back)) == (rule, payers)
    assert found.allowed == (C not in payers)
    assert found.zh
    assert found.en


@pytest.mark.parametrize(
    ("choice", "inside", "rule"),
    [
        ("merchant_inside_window", True, "M-QUAL"),
        ("merchant_inside_window", False, "M-EXQ"),
        ("merchant_always", False, "M-QUAL"),
        ("split_always", True, "M-EXQ"),
    ],
)
def test_a_quality_exchange_follows_the_shops_choice(choice: str, inside: bool, rule: str) -> None:
    """Both ways on us inside the return window, split afterwards, unless the shop chose otherwise (X3)."""
    rules = RULES.model_copy(update={"switches": {**RULES.switches, "X3": choice}})
    found = freight(ReasonCode.QUALITY, rules, free_postage=True, exchange=True, inside_window=inside)
    assert found.rule == rule


def test_a_request_is_judged_by_its_own_order() -> None:
    """Goods sold with postage charged come back at the customer's cost when he only changed his mind."""
    asked = request(ReasonCode.NO_REASON, order(free_postage=False))
    assert freight_of(asked, RULES).rule == "M-NR-PAID"


def test_sending_back_what_had_no_fault_is_on_the_customer() -> None:
    """Goods without a fault go back at the customer's cost, so that the cost must be quoted (W-8)."""
    found = send_back(RULES)
    assert (found.back, found.allowed) == (C, False)


@pytest.mark.parametrize(
    ("reason", "found", "rule", "back"),
    [
        (ReasonCode.QUALITY, Inspection.PASS, "M-NODEFECT", C),
        (ReasonCode.QUALITY, Inspection.CUSTOMER_DAMAGE, "M-MISUSE", C),
        (ReasonCode.NO_REASON, Inspection.CUSTOMER_DAMAGE, "M-MISUSE", C),
        (ReasonCode.NO_REASON, Inspection.INCOMPLETE, "M-NR-PAID", C),
        (ReasonCode.QUALITY, Inspection.DEFECT_CONFIRMED, "M-QUAL", M),
        (ReasonCode.NO_REASON, Inspection.TRANSIT_DAMAGE, "M-COURIER", K),
    ],
)
def test_what_was_found_says_who_bears_the_way_back(
    reason: ReasonCode, found: Inspection, rule: str, back: FreightPayer
) -> None:
    """W-8: a fault that is not there, or one that he made, is sent back at his cost; ours and the courier's are not."""
    asked = request(reason, order(free_postage=False))
    legs = freight_back(asked, RULES, found)
    assert (legs.rule, legs.back) == (rule, back)


def test_wrong_goods_of_ours_go_back_at_our_cost() -> None:
    """R-WRONG: nothing is the matter with them, and that is no fault of his."""
    asked = request(ReasonCode.WRONG_ITEM).model_copy(update={"case_type": CaseType.WRONG_ITEM})
    assert freight_back(asked, RULES, Inspection.PASS).back is M


def test_maintenance_is_on_the_customer_both_ways() -> None:
    """R-MAINT: past the warranty he bears both freights, so that they must be quoted."""
    found = maintenance(RULES)
    assert (found.rule, found.inbound, found.back, found.allowed) == ("M-MAINT", C, C, False)


def test_no_postage_is_asked_for_where_it_was_free() -> None:
    """A free-shipping item never costs postage later, not even far away (P-FREEPOST)."""
    assert not may_ask_postage(free_postage=True)
    assert may_ask_postage(free_postage=True).rule == "P-FREEPOST"
    assert may_ask_postage(free_postage=False)
