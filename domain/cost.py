"""What a month's after-sales cost: people, and what was replaced, repaired, returned, given (S3:23). Pure arithmetic.

    costs       money back for which no goods came back that can be sold again · freight paid back · goods sent again
                parcels · repairs · goodwill · people
    recovered   what couriers reimbursed · what customers paid for ways back and repairs

Parcels, repairs and people cost what the shop's rulebook says that one of them costs; where it says nought they are
counted, and no part of the sum. What the goods cost the shop nobody here knows: they count at what the customer paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from domain.money import Money

COUNTED = ("parcels", "repairs", "people")  # priced by the rulebook
SPENT = ("refunds", "freight", "goods", "goodwill", *COUNTED)
RECOVERED = ("reimbursed", "collected")


class Rates(BaseModel):
    """What one of each costs the shop, in minor units; nought: the shop has not said."""

    model_config = ConfigDict(frozen=True)

    currency: str = "CNY"
    parcel: int = 0
    repair: int = 0
    act: int = 0  # of a member of staff: his minutes at what an hour of his costs

    @classmethod
    def of(cls, currency: str, *, parcel: str, repair: str, hour: str, act_minutes: int) -> Rates:
        """From sums as people write them."""
        minor = [Money.parse(text, currency).minor for text in (parcel, repair, hour)]
        return cls(currency=currency, parcel=minor[0], repair=minor[1], act=round(minor[2] * act_minutes / 60))


class Cost(BaseModel):
    """One part of it: how many, and what they cost where that is known."""

    model_config = ConfigDict(frozen=True)

    what: str
    count: int
    amount: Money | None


def costs(parts: Iterable[Cost], rates: Rates, acts: int, closed: int) -> list[Cost]:
    """The parts in order, then what was spent, recovered and is left, and that for each case that closed.

    Sums are of the rulebook's currency; a part in another one stands alone and in no sum.
    """
    price = {"parcels": rates.parcel, "repairs": rates.repair, "people": rates.act}
    every = [*parts, Cost(what="people", count=acts, amount=None)]
    priced = [
        one.model_copy(update={"amount": Money(minor=one.count * price[one.what], currency=rates.currency)})
        if one.what in COUNTED and price[one.what]
        else one
        for one in every
    ]
    order = (*SPENT, *RECOVERED)
    shown = sorted((one for one in priced if one.count), key=lambda one: order.index(one.what))
    if not shown and not closed:
        return [Cost(what="net", count=0, amount=None)]
    spent, recovered = (_sum(shown, of, rates.currency) for of in (SPENT, RECOVERED))
    net = Money(minor=max(spent.minor - recovered.minor, 0), currency=rates.currency)
    totals = [Cost(what="spent", count=closed, amount=spent), Cost(what="recovered", count=closed, amount=recovered)]
    totals.append(Cost(what="net", count=closed, amount=net))
    if closed:
        each = Money(minor=round(net.minor / closed), currency=rates.currency)
        totals.append(Cost(what="per_case", count=closed, amount=each))
    return [*shown, *totals]


def _sum(parts: Sequence[Cost], of: Sequence[str], currency: str) -> Money:
    sums = [one.amount.minor for one in parts if one.what in of and one.amount and one.amount.currency == currency]
    return Money(minor=sum(sums), currency=currency)
