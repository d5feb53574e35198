"""Whether a customer gets freight back that he laid out."""

from __future__ import annotations

from typing import Any

import pytest

from domain.postage import postage_due
from domain.vocabulary import Liability, ReasonCode
from tests.domain.example import RULES, order, request, yuan

CHARGED = order(freight=yuan("8.00"), free_postage=False)


@pytest.mark.parametrize(
    ("reason", "fault", "free_postage", "rule", "ours"),
    [
        (ReasonCode.QUALITY, Liability.UNDETERMINED, True, "M-QUAL", True),
        (ReasonCode.WRONG_ITEM, Liability.UNDETERMINED, False, "M-QUAL", True),
        (ReasonCode.QUALITY, Liability.NONE, True, "M-NODEFECT", False),
        (ReasonCode.QUALITY, Liability.CUSTOMER, True, "M-MISUSE", False),
        (ReasonCode.DAMAGED, Liability.COURIER, True, "M-COURIER", True),
        (ReasonCode.LATE, Liability.UNDETERMINED, False, "M-COURIER", True),
        (ReasonCode.NO_REASON, Liability.UNDETERMINED, True, "M-NR-FREE", False),
        (ReasonCode.SIZE, Liability.UNDETERMINED, False, "M-NR-PAID", False),
        (ReasonCode.SIZE, Liability.MERCHANT, True, "M-QUAL", True),
        (ReasonCode.FREIGHT, Liability.UNDETERMINED, False, "M-NR-PAID", False),
        (ReasonCode.FREIGHT, Liability.UNDETERMINED, True, "P-FREEPOST", True),
    ],
)
def test_fault_says_who_bears_the_freight(
    reason: ReasonCode, fault: Liability, free_postage: bool, rule: str, ours: bool
) -> None:
    """Our fault and the courier's are ours towards him; a change of mind and a defect not found are his."""
    of = order() if free_postage else CHARGED
    due = postage_due(request(reason, of, fault=fault, amount=yuan("12.00")), RULES)
    assert (due.rule, due.allowed) == (rule, ours)
    assert (due.amount == yuan("12.00")) is ours
    assert due.zh
    assert due.en


@pytest.mark.parametrize(("asked", "clear"), [("20.00", True), ("20.01", False), (None, False)])
def test_up_to_the_cap_a_receipt_suffices(asked: str | None, clear: bool) -> None:
    """Twenty yuan are paid on the receipt; above that, or without a sum, a person looks."""
    due = postage_due(request(ReasonCode.QUALITY, amount=yuan(asked) if asked else None), RULES)
    assert (due.allowed, due.clear) == (True, clear)


def test_no_cap_covers_another_currency() -> None:
    """Twenty dollars are not twenty yuan: a person looks."""
    paid: Any = {"minor": 9900, "currency": "USD"}
    line = {"sku": "A", "quantity": 1, "price": paid}
    foreign = order().model_validate({"order_no": "D", "customer_ref": "c", "paid": paid, "lines": [line]})
    due = postage_due(request(ReasonCode.QUALITY, foreign, amount={"minor": 100, "currency": "USD"}), RULES)
    assert (due.allowed, due.clear) == (True, False)


def test_extra_postage_on_free_postage_is_a_breach_and_goes_back_in_full() -> None:
    """P-FREEPOST has no cap: where the fault is known to be ours nobody need look, else a person sees that it was."""
    known = postage_due(request(ReasonCode.FREIGHT, fault=Liability.MERCHANT, amount=yuan("35.00")), RULES)
    assert (known.breach, known.clear, known.amount) == (True, True, yuan("35.00"))
    claimed = postage_due(request(ReasonCode.FREIGHT, amount=yuan("35.00")), RULES)
    assert (claimed.breach, claimed.clear) == (True, False)
