"""What a month's after-sales cost: spent, less what was recovered, for each case that closed (S3:23)."""

from __future__ import annotations

from domain.cost import Cost, Rates, costs
from domain.money import Money

PARTS = [
    Cost(what="reimbursed", count=1, amount=Money(minor=4000)),
    Cost(what="refunds", count=2, amount=Money(minor=9000)),
    Cost(what="goodwill", count=1, amount=Money(minor=1000)),
    Cost(what="parcels", count=3, amount=None),
]


def shown(parts: list[Cost], rates: Rates, acts: int = 0, closed: int = 0) -> dict[str, str]:
    """Each part's sum, or how many where nobody says what one costs."""
    return {one.what: str(one.amount or one.count) for one in costs(parts, rates, acts, closed)}


def test_without_prices_parcels_repairs_and_people_are_counted_only() -> None:
    """The shop has not said what they cost: they stand there and are no part of the sum."""
    assert shown(PARTS, Rates(), acts=7, closed=2) == {
        "refunds": "90.00 CNY", "goodwill": "10.00 CNY", "parcels": "3", "people": "7", "reimbursed": "40.00 CNY",
        "spent": "100.00 CNY", "recovered": "40.00 CNY", "net": "60.00 CNY", "per_case": "30.00 CNY",
    }  # fmt: skip


def test_with_prices_they_are_money() -> None:
    """Eight yuan a parcel; three minutes an act at forty yuan an hour are two yuan."""
    rates = Rates.of("CNY", parcel="8", repair="0", hour="40", act_minutes=3)
    told = shown(PARTS, rates, acts=7, closed=2)
    assert (told["parcels"], told["people"], told["spent"]) == ("24.00 CNY", "14.00 CNY", "138.00 CNY")


def test_a_part_in_another_currency_stands_alone() -> None:
    """Dollars are shown and are no part of a sum of yuan."""
    told = shown([*PARTS, Cost(what="freight", count=1, amount=Money(minor=500, currency="USD"))], Rates(), closed=1)
    assert (told["freight"], told["spent"]) == ("5.00 USD", "100.00 CNY")


def test_a_month_that_recovered_more_than_it_spent_cost_nothing() -> None:
    """A reimbursement of the month before: the net is nought and no negative sum; without closed cases no mean."""
    told = shown(PARTS[:1], Rates())
    assert told["recovered"] == "40.00 CNY"
    (net,) = [one for one in costs(PARTS[:1], Rates(), 0, 0) if one.what == "net"]
    assert net.amount == Money(minor=0)
    assert "per_case" not in told
