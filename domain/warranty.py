"""Whether goods are under warranty: one year, defects only (R-WARR, D-WARR). After it, paid maintenance (R-MAINT).

The year is computed outside the workflow, so that its end comes in as a value.
"""

from __future__ import annotations

from datetime import datetime

from domain.decision import Decision
from domain.events import Request
from domain.freight import OURS
from domain.order import Order
from domain.vocabulary import Liability


class Warranty(Decision):
    """Whether it is covered. No end is known where the order holds no date: then the proof of purchase says it."""

    ends_at: datetime | None = None


def begins_at(order: Order) -> datetime | None:
    """When the year begins: the latest date that we know of the purchase, so that it is never too short for him."""
    return max((at for at in (order.paid_at, order.shipped_at, order.signed_at) if at is not None), default=None)


def warranty_of(request: Request, ends_at: datetime | None) -> Warranty:
    """Whether what he asks for is a warranty repair. `ends_at` is the due instant of D-WARR, None without a date."""
    if request.fault is Liability.CUSTOMER:
        return Warranty(
            allowed=False,
            rule="R-MISUSE",
            reason="misuse",
            ends_at=ends_at,
            zh="使用不当造成，不在保修范围；维修费先报价。",
            en="Broken in use: not under warranty; the repair is quoted first.",
        )
    if request.reason not in OURS:
        return Warranty(
            allowed=False,
            rule="R-WARR",
            reason="no_defect_claimed",
            ends_at=ends_at,
            zh="保修只保质量问题；其他维护先报价。",
            en="The warranty covers defects only; other work is quoted first.",
        )
    if ends_at is not None and request.requested_at > ends_at:
        return Warranty(
            allowed=False,
            rule="R-MAINT",
            reason="warranty_over",
            ends_at=ends_at,
            zh="已过一年保修期，转付费维护，费用先报价。",
            en="The year of warranty is over: paid maintenance, quoted first.",
        )
    known = ends_at is not None
    return Warranty(
        allowed=True,
        rule="R-WARR" if known else "R-WARR-PROOF",
        reason="under_warranty" if known else "date_on_proof",
        ends_at=ends_at,
        zh="在一年保修期内。" if known else "购买日期以凭证为准。",
        en="Inside the year of warranty." if known else "The date of purchase is what the proof says.",
    )
