"""Goodwill: forms and customary sizes."""

import pytest

from domain.answers import Ruling
from domain.compensation import customary, for_keeping, may_give, may_offer, next_form, our_mess, size, who_gives
from domain.money import Money
from domain.vocabulary import Party, Resolution
from tests.domain.example import RULES, yuan


def test_the_ladder_is_climbed_from_the_coupon() -> None:
    """A coupon is offered first, then the next form that the customer did not decline (M-COMP-LADDER)."""
    assert next_form(RULES) == "coupon"
    assert next_form(RULES, {"coupon", "member_price"}) == "cash"
    assert next_form(RULES, RULES.numbers.compensation_ladder) is None


def test_a_custom_in_yuan_says_nothing_of_dollars() -> None:
    """An order paid in another currency has no customary sums; whoever has the limit decides (M-COMP-SIZE)."""
    assert size(RULES, "flaw", Money(minor=500, currency="USD")).reason == "no_custom"


def test_the_least_that_is_customary_is_offered_unasked() -> None:
    """Five yuan for a flaw (R-FLAW); nothing is customary in dollars, or for what the rulebook does not know."""
    assert customary(RULES, "flaw", "CNY") == yuan("5.00")
    assert customary(RULES, "flaw", "USD") is None
    assert customary(RULES, "rain", "CNY") is None


@pytest.mark.parametrize(
    ("resolution", "decided", "gets"),
    [
        (Resolution.PARTIAL_REFUND, None, "10.00"),
        (Resolution.PARTIAL_REFUND, "15.00", "15.00"),
        (Resolution.PARTIAL_REFUND, "15.01", None),
        (Resolution.RETURN_REFUND, None, None),
        (Resolution.FULL_REFUND, "10.00", None),
    ],
)
def test_worn_goods_are_kept_for_the_customary_sum_or_it_is_serious(
    resolution: Resolution, decided: str | None, gets: str | None
) -> None:
    """R-QUAL-WORN: 10 to 15 yuan an agent decides; more, or anything else, is the supervisor's matter (A-SERIOUS)."""
    ruling = Ruling(resolution=resolution, amount=yuan(decided) if decided else None, reason="", by="agent:7")
    assert for_keeping(RULES, ruling, "CNY") == (yuan(gets) if gets else None)


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


@pytest.mark.parametrize(
    ("role", "total", "amount", "allowed"),
    [
        (Party.AGENT, "10.00", "10.00", True),
        (Party.AGENT, "3.00", "3.00", True),
        (Party.AGENT, "10.01", "10.01", False),
        (Party.AGENT, "15.01", "5.01", False),
        (Party.SUPERVISOR, "10.01", "10.01", True),
        (Party.SUPERVISOR, "200.01", "6.00", False),
        (Party.MANAGER, "9000.00", "9000.00", True),
        (Party.FINANCE, "5.00", "5.00", False),
    ],
)
def test_above_custom_the_lowest_role_asks_the_next(role: Party, total: str, amount: str, allowed: bool) -> None:
    """An agent gives what is customary within his limit; more for a flaw is judged by his supervisor (M-COMP-SIZE)."""
    assert bool(may_give(RULES, role, yuan(total), size(RULES, "flaw", yuan(amount)))) is allowed


def test_the_lowest_role_that_may_give_it_is_asked() -> None:
    """A-CAP: an agent for a customary sum, a supervisor above custom, a manager above the supervisor's limit."""
    asked = [who_gives(RULES, yuan(sum_), size(RULES, "flaw", yuan(sum_))) for sum_ in ("6.00", "12.00", "200.01")]
    assert asked == [Party.AGENT, Party.SUPERVISOR, Party.MANAGER]


@pytest.mark.parametrize(
    ("contacts", "agents", "days", "reason"),
    [
        (2, 2, 6, "not_yet"),
        (3, 1, 0, "too_many_contacts"),
        (2, 3, 0, "too_many_agents"),
        (1, 1, 7, "too_many_days"),
        (0, 0, 30, "not_yet"),
    ],
)
def test_a_customer_who_had_to_come_back_is_offered_something_unasked(
    contacts: int, agents: int, days: int, reason: str
) -> None:
    """The third contact, the third agent, the seventh day without a solution: a gesture (R-OURMESS)."""
    found = our_mess(RULES, contacts, agents, days)
    assert (found.rule, found.reason, bool(found)) == ("R-OURMESS", reason, reason != "not_yet")


def test_a_version_that_knows_only_contacts_judges_by_them_only() -> None:
    """Cases pinned to an earlier rulebook go on as they began."""
    before = RULES.model_copy(
        update={"numbers": RULES.numbers.model_copy(update={"our_mess_agents": None, "our_mess_days": None})}
    )
    assert not our_mess(before, 2, 9, 90)
    assert our_mess(before, 3)
