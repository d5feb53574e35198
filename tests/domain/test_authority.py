"""Who may decide which sum."""

import pytest

from domain.authority import may_compensate, may_refund, outranks
from domain.money import Money
from domain.vocabulary import Party
from tests.domain.example import RULES, yuan


@pytest.mark.parametrize(
    ("role", "compensation", "refund"),
    [
        (Party.AGENT, "15.00", "50.00"),
        (Party.SYSTEM, "15.00", "50.00"),
        (Party.SUPERVISOR, "200.00", "200.00"),
    ],
)
def test_a_role_decides_up_to_its_limit_and_not_a_fen_above(role: Party, compensation: str, refund: str) -> None:
    """The limit itself is within one's authority; a fen more goes to the next rung (A-CAP)."""
    fen = yuan("0.01")
    assert may_compensate(RULES, role, yuan(compensation))
    assert may_refund(RULES, role, yuan(refund))
    for refused in (
        may_compensate(RULES, role, yuan(compensation) + fen),
        may_refund(RULES, role, yuan(refund) + fen),
    ):
        assert (refused.allowed, refused.rule) == (False, "A-CAP")
        assert refused.reason.endswith("over_limit")
        assert refused.zh
        assert refused.en


def test_a_manager_decides_without_limit() -> None:
    """For every sum there is somebody who may decide."""
    assert may_refund(RULES, Party.MANAGER, yuan("999999.00"))
    assert may_compensate(RULES, Party.MANAGER, yuan("999999.00"))


@pytest.mark.parametrize("role", [Party.FINANCE, Party.CUSTOMER, Party.WAREHOUSE, Party.COURIER])
def test_whoever_is_not_on_the_ladder_decides_nothing(role: Party) -> None:
    """Finance pays and the warehouse counts; neither decides on sums (A-SOD)."""
    assert (may_refund(RULES, role, yuan("0.01")).allowed, may_refund(RULES, role, yuan("0.01")).rule) == (
        False,
        "A-SOD",
    )


@pytest.mark.parametrize(
    ("what", "amount", "role"),
    [
        ("refund", "50.00", Party.AGENT),
        ("refund_goods", "50.01", Party.SUPERVISOR),
        ("refund", "200.01", Party.MANAGER),
        ("compensation", "15.01", Party.SUPERVISOR),
        ("compensation", "15.00", Party.AGENT),
    ],
)
def test_a_request_goes_to_the_lowest_role_that_may_decide_it(what: str, amount: str, role: Party) -> None:
    """Nobody is troubled with a sum that somebody below may decide."""
    assert outranks(RULES, what, yuan(amount)) is role


def test_a_sum_in_another_currency_goes_to_who_has_no_limit() -> None:
    """Limits in yuan say nothing of dollars: only the manager decides, and no case stops over it (A-CAP)."""
    dollars = Money(minor=100, currency="USD")
    assert not may_refund(RULES, Party.SYSTEM, dollars)
    assert not may_compensate(RULES, Party.SUPERVISOR, dollars)
    assert may_refund(RULES, Party.MANAGER, dollars)
    assert outranks(RULES, "refund", dollars) is Party.MANAGER
