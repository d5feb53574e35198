"""Goodwill: which form first, and how much is customary (M-COMP-LADDER, M-COMP-SIZE). Limits are A-CAP's matter."""

from __future__ import annotations

from collections.abc import Collection

from domain.decision import Decision
from domain.money import Money
from domain.rules import CompensationSize, Rules


class SizeDecision(Decision):
    """Whether a gesture is of the customary size. A larger one is no breach: somebody with the limit for it decides."""

    least: Money | None = None
    most: Money | None = None


def next_form(rules: Rules, declined: Collection[str] = ()) -> str | None:
    """The first rung of the ladder that was not declined; None when all were."""
    return next((form for form in rules.numbers.compensation_ladder if form not in declined), None)


def may_offer(rules: Rules, form: str) -> Decision:
    """Whether there is such a form of goodwill. Any rung may be offered: adapt to the person, not to the ladder."""
    ladder = rules.numbers.compensation_ladder
    if form in ladder:
        return Decision(allowed=True, rule="M-COMP-LADDER", reason="on_ladder")
    known = ", ".join(ladder)
    return Decision(
        allowed=False,
        rule="M-COMP-LADDER",
        reason="unknown_form",
        zh=f"没有这种补偿方式；可用：{known}。",
        en=f"There is no such form of goodwill; there are: {known}.",
    )


def size(rules: Rules, occasion: str, amount: Money) -> SizeDecision:
    """Whether the sum is customary for the occasion: `flaw`, `our_mess`, `worn_defect`."""
    row = next((row for row in rules.compensation if row.occasion == occasion), None)
    if row is None:
        return SizeDecision(
            allowed=True,
            rule="M-COMP-SIZE",
            reason="no_custom",
            zh="这种情形没有惯常金额。",
            en="No sum is customary for this occasion.",
        )
    if amount < row.least:
        return _size(False, "below_custom", row)
    return _size(amount <= row.most, "customary" if amount <= row.most else "above_custom", row)


def our_mess(rules: Rules, contacts_without_solution: int) -> Decision:
    """Whether we offer a gesture unasked, because the customer had to come back so often (R-OURMESS)."""
    enough = rules.numbers.our_mess_contacts
    if contacts_without_solution < enough:
        return Decision(allowed=False, rule="R-OURMESS", reason="not_yet")
    return Decision(
        allowed=True,
        rule="R-OURMESS",
        reason="too_many_contacts",
        zh=f"顾客已为此联系 {contacts_without_solution} 次仍未解决，请主动致歉并补偿。",
        en=f"The customer came {contacts_without_solution} times without a solution: apologise and offer a gesture.",
    )


def _size(allowed: bool, reason: str, row: CompensationSize) -> SizeDecision:
    return SizeDecision(
        allowed=allowed,
        rule="M-COMP-SIZE",
        reason=reason,
        zh=f"惯常金额为 {row.least} 至 {row.most}。",
        en=f"Customary is {row.least} to {row.most}.",
        least=row.least,
        most=row.most,
    )
