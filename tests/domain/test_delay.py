"""Whose fault a late delivery is, and who may refuse it at the door (R-LATE-DELIV, X13)."""

from datetime import timedelta

import pytest

from domain.delay import delay_of
from domain.vocabulary import Liability, ParcelState, ReasonCode
from tests.domain.example import RULES, SIGNED, order, request


@pytest.mark.parametrize(
    ("seen", "fault", "hours", "liability", "allowed", "freight"),
    [
        (ParcelState.IN_TRANSIT, Liability.UNDETERMINED, 20, Liability.COURIER, True, "M-COURIER"),
        (ParcelState.IN_TRANSIT, Liability.UNDETERMINED, 24, Liability.COURIER, True, "M-COURIER"),
        (ParcelState.IN_TRANSIT, Liability.UNDETERMINED, 25, Liability.MERCHANT, True, "M-QUAL"),
        (ParcelState.UNREACHABLE, Liability.UNDETERMINED, 20, Liability.CUSTOMER, False, "M-NR-FREE"),
        (ParcelState.UNREACHABLE, Liability.COURIER, 20, Liability.COURIER, True, "M-COURIER"),
        (ParcelState.IN_TRANSIT, Liability.CUSTOMER, 20, Liability.CUSTOMER, False, "M-NR-FREE"),
        (ParcelState.IN_TRANSIT, Liability.MERCHANT, 20, Liability.MERCHANT, True, "M-QUAL"),
    ],
)
def test_who_may_refuse_a_late_parcel(
    seen: ParcelState, fault: Liability, hours: int, liability: Liability, allowed: bool, freight: str
) -> None:
    """The courier late, or we later than 24 hours: he may; a parcel that waits for him a person looks at."""
    shipped = order(paid_at=SIGNED, shipped_at=SIGNED + timedelta(hours=hours))
    found = delay_of(request(ReasonCode.LATE, shipped, fault=fault), seen, RULES)
    assert (found.liability, found.allowed, found.freight) == (liability, allowed, freight)
    assert found.zh
    assert found.en


def test_without_our_own_instants_the_courier_answers_for_it() -> None:
    """An export that says neither when it was paid nor when it left does not accuse us."""
    found = delay_of(request(ReasonCode.LATE, order(signed_at=None)), ParcelState.IN_TRANSIT, RULES)
    assert (found.liability, found.reason) == (Liability.COURIER, "courier_late")


def test_goods_that_were_sold_with_postage_go_back_at_his_cost_where_it_waits_for_him() -> None:
    """His own delay: the way back is quoted as for a change of mind."""
    shipped = order(free_postage=False)
    assert delay_of(request(ReasonCode.LATE, shipped), ParcelState.BAD_ADDRESS, RULES).freight == "M-NR-PAID"
