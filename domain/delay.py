"""Whose fault it is that a parcel comes late (R-LATE-DELIV): who may refuse it at the door and have his money back."""

from __future__ import annotations

from datetime import timedelta

from domain.decision import Decision
from domain.events import Request
from domain.rules import Rules
from domain.vocabulary import Liability, ParcelState

HIS = frozenset({ParcelState.UNREACHABLE, ParcelState.BAD_ADDRESS, ParcelState.PICKUP_OVERDUE})
"""What a courier reports when the parcel waits for its receiver."""


class Delay(Decision):
    """Who answers for it. `allowed`: the customer may refuse the parcel and is paid back (X13)."""

    liability: Liability
    freight: str  # the rule of section 6 under which the parcel comes back


def delay_of(request: Request, seen: ParcelState, rules: Rules) -> Delay:
    """Judge a late delivery by what the request says, what the courier reports, and when we handed it over.

    The parcel that waits for its receiver is no fault of the courier's, and one that we handed over later than
    R-SHIP-24H allows is ours. Either of us two at fault, the customer may refuse; his own delay a person looks at.
    """
    order = request.order
    if request.fault is Liability.CUSTOMER or (request.fault is Liability.UNDETERMINED and seen in HIS):
        return Delay(
            allowed=False, rule="R-LATE-DELIV", reason="waits_for_receiver", liability=Liability.CUSTOMER,
            freight="M-NR-FREE" if order.free_postage else "M-NR-PAID",
            zh="包裹在等收件人；由人决定能否拒收退款。",
            en="The parcel waits for its receiver; a person decides whether it may be refused.",
        )  # fmt: skip
    if request.fault is Liability.UNDETERMINED and order.paid_at and order.shipped_at:
        limit = timedelta(seconds=rules.clocks["S-SHIP"].length)
        if order.shipped_at - order.paid_at > limit:
            return Delay(
                allowed=True, rule="R-SHIP-24H", reason="shipped_late", liability=Liability.MERCHANT, freight="M-QUAL",
                zh="我们发货晚了；顾客可以拒收退款。",
                en="We handed it over late; the customer may refuse it and is paid back.",
            )  # fmt: skip
    liability = Liability.COURIER if request.fault is Liability.UNDETERMINED else request.fault
    freight = "M-COURIER" if liability is Liability.COURIER else "M-QUAL"
    return Delay(
        allowed=True, rule="R-LATE-DELIV", reason="courier_late", liability=liability, freight=freight,
        zh="派送延误；顾客坚持可以拒收退款。",
        en="The delivery is late; a customer who insists may refuse it and is paid back.",
    )  # fmt: skip
