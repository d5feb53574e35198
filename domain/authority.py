"""Who may decide which sum (A-CAP, section 7). Whoever asks never approves (A-SOD).

The system acts under the lowest rung: what an agent need not ask for, it pays by itself.
"""

from __future__ import annotations

from domain.decision import Decision
from domain.money import Money
from domain.rules import AuthorityRung, Rules
from domain.vocabulary import Party


def may_refund(rules: Rules, role: Party, amount: Money) -> Decision:
    """Whether that role decides alone on a refund: of goods that passed inspection, or of a refund-only request.

    A platform's verdict binds the shop: what its arbiter gave to the customer needs nobody's word besides (T-RIGHTS).
    """
    if role is Party.PLATFORM:
        return Decision(allowed=True, rule="T-RIGHTS", reason="platform_ruled")
    rung = _rung(rules, role)
    return _decide(role, rung is not None, rung.refund if rung else None, amount, "refund")


def may_compensate(rules: Rules, role: Party, total: Money) -> Decision:
    """Whether that role gives goodwill alone. `total` is the case's whole goodwill, with what was given before."""
    rung = _rung(rules, role)
    return _decide(role, rung is not None, rung.compensation if rung else None, total, "compensation")


def outranks(rules: Rules, what: str, amount: Money) -> Party:
    """The lowest role that may decide on the sum. `what` begins with `refund` for refunds; all else is goodwill."""
    for rung in rules.authority:
        limit = rung.refund if what.startswith("refund") else rung.compensation
        if _covers(limit, amount):
            return rung.role
    return rules.authority[-1].role


def _covers(limit: Money | None, amount: Money) -> bool:
    """Whether a limit covers the sum. A sum in another currency is covered by nobody's limit but the unlimited one."""
    return limit is None or (limit.currency == amount.currency and amount <= limit)


def _rung(rules: Rules, role: Party) -> AuthorityRung | None:
    if role is Party.SYSTEM:
        return rules.authority[0]
    return next((rung for rung in rules.authority if rung.role is role), None)


def _decide(role: Party, on_ladder: bool, limit: Money | None, amount: Money, what: str) -> Decision:
    if not on_ladder:
        return Decision(
            allowed=False,
            rule="A-SOD",
            reason="not_on_ladder",
            zh=f"{role.value} 不决定金额，请由客服、主管或经理决定。",
            en=f"The role {role.value} does not decide on sums; an agent, a supervisor or a manager does.",
        )
    if _covers(limit, amount):
        return Decision(allowed=True, rule="A-CAP", reason="within_limit")
    return Decision(
        allowed=False,
        rule="A-CAP",
        reason=f"{what}_over_limit",
        zh=f"{amount} 超过本级权限 {limit}，请提交上一级审批。",
        en=f"{amount} is over the limit of {limit}; ask the next higher role to approve.",
    )
