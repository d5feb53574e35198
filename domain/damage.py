"""Damage on the way: what is told of it, whose fault it was, and what is offered for it.

R-DMG-EVID, R-DMG-CAUSE, R-DMG-PARTIAL, R-DMG-SIGNED, M-PARTIAL, X5.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.decision import Decision
from domain.events import Request
from domain.money import Money
from domain.order import AskedLine
from domain.order_part import refund_of, share_of
from domain.rules import Rules
from domain.vocabulary import Liability, Packaging, Resolution, Severity


class Damage(BaseModel):
    """What was found out about it: is the outer packaging intact, how bad is it, what and how many (R-DMG-EVID)."""

    model_config = ConfigDict(frozen=True)

    packaging: Packaging = Packaging.UNKNOWN
    severity: Severity = Severity.SERIOUS
    lines: tuple[AskedLine, ...] = Field(default=())


class Shown(BaseModel):
    """What the customer showed of it; nothing when he sent no photos in time."""

    damage: Damage | None = None


class Cause(Decision):
    """Whose fault it was. `allowed` says that the courier is to be asked for reimbursement."""

    liability: Liability


class Offer(Decision):
    """What the customer may choose from, what we would do first; `part` is what he gets back when he keeps it."""

    choices: tuple[Resolution, ...]
    part: Money


def cause_of(packaging: Packaging) -> Cause:
    """Defect or transit wear: an intact outer packaging speaks for a defect, a broken one for the way (R-DMG-CAUSE)."""
    if packaging is Packaging.INTACT:
        return Cause(
            allowed=False,
            rule="R-DMG-CAUSE",
            reason="defect",
            zh="外包装完好，按质量问题处理，并反馈给责任部门。",
            en="The outer packaging is intact: a defect, which goes to the department that answers for it.",
            liability=Liability.SUPPLIER,
        )
    if packaging is Packaging.BROKEN:
        return Cause(
            allowed=True,
            rule="R-DMG-CAUSE",
            reason="transit_damage",
            zh="外包装破损，属运输损坏，向快递索赔。",
            en="The outer packaging is broken: damage on the way, for which we claim from the courier.",
            liability=Liability.COURIER,
        )
    return Cause(
        allowed=True,
        rule="R-DMG-CAUSE",
        reason="packaging_unknown",
        zh="外包装情况不明，先为顾客处理，同时向快递索赔。",
        en="Nobody knows about the packaging: the customer is made good all the same, and we claim.",
        liability=Liability.UNDETERMINED,
    )


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
    )
