"""Whose fault a damage was, and what is offered for it."""

from __future__ import annotations

import pytest

from domain.damage import Damage, cause_of
from domain.damage_offer import offer_for, share_of_loss
from domain.order import AskedLine
from domain.vocabulary import Liability, Packaging, ReasonCode, Resolution, Severity
from tests.domain.example import RULES, order, request, yuan

ORDER = order(("VASE", 2, "80.00"), ("MAT", 1, "20.00"))
ASKED = request(ReasonCode.DAMAGED, ORDER, lines=(AskedLine(sku="VASE", quantity=1),))


@pytest.mark.parametrize(
    ("packaging", "liability", "claims"),
    [
        (Packaging.INTACT, Liability.SUPPLIER, False),
        (Packaging.BROKEN, Liability.COURIER, True),
        (Packaging.UNKNOWN, Liability.UNDETERMINED, True),
    ],
)
def test_the_packaging_tells_the_cause(packaging: Packaging, liability: Liability, claims: bool) -> None:
    """R-DMG-CAUSE: intact means a defect, broken means the way; in doubt the claim is raised all the same."""
    cause = cause_of(packaging)
    assert (cause.rule, cause.liability, cause.allowed) == ("R-DMG-CAUSE", liability, claims)
    assert cause.zh
    assert cause.en


@pytest.mark.parametrize(
    ("severity", "first", "part"),
    [(Severity.MINOR, Resolution.PARTIAL_REFUND, "8.00"), (Severity.SERIOUS, Resolution.RESHIP, "20.00")],
)
def test_he_chooses_between_another_one_and_a_part_of_the_money(severity: Severity, first: str, part: str) -> None:
    """A fifth of a vase of 40.00 for a scratch, a half for a crack; both are always offered (R-DMG-PARTIAL)."""
    offer = offer_for(ASKED, Damage(severity=severity), RULES, yuan("100.00"))
    assert set(offer.choices) == {Resolution.RESHIP, Resolution.PARTIAL_REFUND}
    assert (offer.choices[0], offer.part, offer.value) == (first, yuan(part), yuan("40.00"))


def test_what_he_described_outranks_what_he_asked_for() -> None:
    """Both vases turn out to be broken."""
    offer = offer_for(ASKED, Damage(lines=(AskedLine(sku="VASE", quantity=2),)), RULES, yuan("100.00"))
    assert offer.value == yuan("80.00")


def test_where_all_was_paid_back_only_another_one_is_left() -> None:
    """Nothing is left of the payment: sending again is still open to him."""
    assert offer_for(ASKED, Damage(), RULES, yuan("0.00")).choices == (Resolution.RESHIP,)


@pytest.mark.parametrize(("price", "share"), [("80.00", "10.00"), ("28.00", "7.00"), ("8.00", "5.00")])
def test_a_failed_claim_is_shared_within_custom(price: str, share: str) -> None:
    """R-DMG-SIGNED: half of what he still bears, five yuan at least and ten at most."""
    asked = request(ReasonCode.DAMAGED, order(("VASE", 1, price)))
    assert share_of_loss(offer_for(asked, Damage(), RULES, yuan(price)), RULES) == yuan(share)
