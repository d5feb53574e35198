"""Which refund reasons are accepted at once, and which need a person (R-REFREASON).

Our reason is recorded apart from the platform's, and no customer is asked to restate his (X16, P-NOREASONGAME).
"""

from __future__ import annotations

from domain.decision import Decision
from domain.events import Request
from domain.rules import Rules
from domain.vocabulary import ReasonCode

NOT_SHIPPED = "not_shipped"  # why it is accepted at once: it never left
AT_ONCE = frozenset({ReasonCode.NO_REASON, ReasonCode.DUPLICATE})
"""Not wanted, and ordered wrongly or twice."""


def decision_on(request: Request) -> Decision:
    """Whether this refund-only request is accepted without asking a person."""
    order = request.order
    return accepted_at_once(request.reason, shipped=order.shipped_at is not None or bool(order.waybill))


def accepted_at_once(reason: ReasonCode, *, shipped: bool) -> Decision:
    """Whether a refund without goods coming back is accepted without asking a person.

    What never left is paid back directly, whatever the reason (R-CANCEL-UNSHIPPED).
    """
    if not shipped:
        return Decision(
            allowed=True,
            rule="R-CANCEL-UNSHIPPED",
            reason=NOT_SHIPPED,
            zh="尚未发货，直接退款。",
            en="Not shipped: refund directly.",
        )
    if reason in AT_ONCE:
        return Decision(
            allowed=True,
            rule="R-REFREASON",
            reason="accepted_reason",
            zh="该原因可直接受理。",
            en="This reason is accepted at once.",
        )
    return Decision(
        allowed=False,
        rule="R-REFREASON",
        reason="needs_annotation",
        zh="该原因需由人决定并备注理由；不得要求顾客改原因。",
        en="A person decides and notes why; the customer is not asked for another reason.",
    )


def may_ask_for_other_reason(rules: Rules) -> Decision:
    """Whether an agent may ask the customer to restate his reason (P-NOREASONGAME)."""
    if rules.switches.get("X16", "keep_apart") != "keep_apart":
        return Decision(allowed=True, rule="P-NOREASONGAME", reason="shop_acknowledged")
    return Decision(
        allowed=False,
        rule="P-NOREASONGAME",
        reason="reasons_kept_apart",
        zh="不得要求顾客修改退款原因；我们的原因另行记录。",
        en="No customer is asked to change his reason; ours is recorded apart.",
    )
