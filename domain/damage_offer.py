"""What a customer is offered for damaged goods (R-DMG-PARTIAL, R-DMG-SIGNED, M-PARTIAL, X5)."""

from __future__ import annotations

from domain.case import CaseState
from domain.damage import Damage
from domain.decision import Decision
from domain.events import CaseStart, Request
from domain.messages.commands import Decide
from domain.money import Money
from domain.order_part import refund_of, share_of
from domain.refusal import Refusal, refuse
from domain.rules import Rules
from domain.vocabulary import CaseType, Resolution, Severity

LOST_CLAIM = "lost_claim"  # the occasion of a coupon when the courier pays nothing (M-COMP-SIZE)
MAKES_GOOD = frozenset({
    Resolution.FULL_REFUND, Resolution.PARTIAL_REFUND, Resolution.RETURN_REFUND, Resolution.RESHIP,
    Resolution.COUPON, Resolution.GIFT, Resolution.CASH_GOODWILL,
})  # fmt: skip
"""What may be decided for damaged goods."""


class Offer(Decision):
    """What the customer may choose from, what we would do first; `part` is what he gets back when he keeps it."""

    choices: tuple[Resolution, ...]
    part: Money
    value: Money  # of the damaged goods, as they were paid for


def offer_for(request: Request, damage: Damage, rules: Rules, left: Money) -> Offer:
    """Another one, or money back for a share of its value while he keeps it: he chooses (R-DMG-PARTIAL, X5).

    A small damage suggests keeping it, a serious one sending again. `left` is what is left of the order's payment.
    """
    minor = damage.severity is Severity.MINOR
    goods = damage.lines or request.concerned
    value = sum(
        (line.amount for line in refund_of(request, goods, rules, rule="M-PARTIAL").lines),
        Money(minor=0, currency=left.currency),
    )
    percent = rules.numbers.damage_minor_percent if minor else rules.numbers.damage_serious_percent
    part = share_of(value, percent, left)
    kept = (Resolution.PARTIAL_REFUND,) if part else ()
    again = (Resolution.RESHIP,)
    return Offer(
        allowed=True,
        rule="R-DMG-PARTIAL",
        reason="small_damage" if minor else "serious_damage",
        zh=f"补发，或留用退 {part}，由顾客选择。",
        en=f"Sent again, or kept for {part} back: the customer chooses.",
        choices=(*kept, *again) if minor else (*again, *kept),
        part=part,
        value=value,
    )


def share_of_loss(offer: Offer, rules: Rules) -> Money:
    """The coupon when the courier pays nothing: half of what he still bears, as is customary (R-DMG-SIGNED)."""
    rest = offer.value.minor - offer.part.minor
    rows = (row for row in rules.compensation if row.occasion == LOST_CLAIM)
    custom = next((row for row in rows if row.least.currency == offer.value.currency), None)
    if custom is None or rest <= 0:
        return Money(minor=0, currency=offer.value.currency)
    return max(custom.least, min(custom.most, Money(minor=rest // 2, currency=offer.value.currency)))


def deciding(start: CaseStart, state: CaseState, command: Decide) -> Refusal | None:
    """Who showed that his goods came broken never gets nothing, whoever is formally free (X5)."""
    damaged = (state.became or start.request.case_type) is CaseType.PARCEL_DAMAGED
    if not damaged or state.round > 1 or not state.evidence or command.resolution in MAKES_GOOD:
        return None
    zh = "顾客已举证破损，不能没有任何处理；请选补发、退款或补偿"
    en = "He showed the damage, so nothing is no answer; decide on sending again, a refund or goodwill"
    return refuse("never_nothing", "X5", zh, en)
