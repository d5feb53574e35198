"""Goodwill: forms and customary sizes."""

import pytest

from domain.compensation import may_offer, next_form, our_mess, size
from tests.domain.example import RULES, yuan


def test_the_ladder_is_climbed_from_the_coupon() -> None:
    """A coupon is offered first, then the next form that the customer did not decline (M-COMP-LADDER)."""
    assert next_form(RULES) == "coupon"
    assert next_form(RULES, {"coupon", "member_price"}) == "cash"
    assert next_form(RULES, RULES.numbers.compensation_ladder) is None


def test_any_rung_may_be_offered_but_no_invented_one() -> None:
    """The form is fitted to the person; a form that the shop does not have is refused with those it has."""
    assert may_offer(RULES, "gift")
    refused = may_offer(RULES, "free_holiday")
    assert not refused
    assert "coupon" in refused.en


@pytest.mark.parametrize(
    ("occasion", "amount", "reason"),
    [
        ("flaw", "4.99", "below_custom"),
        ("flaw", "5.00", "customary"),
        ("flaw", "10.00", "customary"),
        ("flaw", "10.01", "above_custom"),
        ("our_mess", "10.00", "customary"),
        ("worn_defect", "9.99", "below_custom"),
        ("worn_defect", "15.00", "customary"),
        ("birthday", "99.00", "no_custom"),
    ],
)
def test_sizes_are_those_of_the_handbook(occasion: str, amount: str, reason: str) -> None:
    """5 to 10 yuan for a flaw or our own mess, 10 to 15 for worn goods with a defect (M-COMP-SIZE)."""
    found = size(RULES, occasion, yuan(amount))
    assert found.reason == reason
    assert found.allowed == (reason in ("customary", "no_custom"))


def test_a_customer_who_had_to_come_back_is_offered_something_unasked() -> None:
    """From the third contact without a solution on we apologise and offer a gesture (R-OURMESS)."""
    assert not our_mess(RULES, 2)
    assert our_mess(RULES, 3).rule == "R-OURMESS"
