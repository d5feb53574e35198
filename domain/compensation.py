"""Goodwill: which form first, how much is customary, who gives it, when unasked (M-COMP-*, A-CAP, R-OURMESS)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from domain.answers import Ruling
from domain.authority import may_compensate
from domain.decision import Decision
from domain.money import Money
from domain.rules import CompensationSize, Rules
from domain.vocabulary import Party, Resolution

PAID_BACK = frozenset({"cash"})
"""Forms that go back the way the customer paid: refunds, within what he paid. All others are given by hand."""

FORMS: Mapping[Resolution, str] = {
    Resolution.COUPON: "coupon", Resolution.GIFT: "gift", Resolution.CASH_GOODWILL: "cash",
}  # fmt: skip
"""The rung that a decided resolution means."""

ABOVE = "above_custom"


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
    rows = (row for row in rules.compensation if row.occasion == occasion and row.least.currency == amount.currency)
    row = next(rows, None)
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


def customary(rules: Rules, occasion: str, currency: str) -> Money | None:
    """The least that is customary for an occasion; None where nothing is, in that currency."""
    rows = (row for row in rules.compensation if row.occasion == occasion and row.least.currency == currency)
    return next((row.least for row in rows), None)


def for_keeping(rules: Rules, ruling: Ruling, currency: str) -> Money | None:
    """What he gets who keeps worn or washed goods with a defect (R-QUAL-WORN); None where a supervisor decides.

    Keeping them is decided as a partial refund, of the least that is customary when no sum is named. Anything else, or
    more than is customary, says that it is serious (A-SERIOUS).
    """
    if ruling.resolution is not Resolution.PARTIAL_REFUND:
        return None
    amount = ruling.amount or customary(rules, "worn_defect", currency)
    return None if amount is None or size(rules, "worn_defect", amount).reason == ABOVE else amount


def may_give(rules: Rules, role: Party, total: Money, custom: SizeDecision) -> Decision:
    """Whether that role gives it alone: the case's whole goodwill is within his limit (A-CAP), the sum is customary.

    Above custom the lowest rung asks the one above it; whoever stands higher judges that by himself.
    """
    within = may_compensate(rules, role, total)
    lowest = role in (rules.authority[0].role, Party.SYSTEM) and len(rules.authority) > 1
    if not within.allowed or custom.reason != ABOVE or not lowest:
        return within
    return Decision(
        allowed=False,
        rule=custom.rule,
        reason=ABOVE,
        zh=f"{custom.zh}超出惯常金额须由 {rules.authority[1].role.value} 审批。",
        en=f"{custom.en} Above that a {rules.authority[1].role.value} must approve.",
    )


def who_gives(rules: Rules, total: Money, custom: SizeDecision) -> Party:
    """The lowest role that may give it alone."""
    able = (rung.role for rung in rules.authority if may_give(rules, rung.role, total, custom))
    return next(able, rules.authority[-1].role)


def our_mess(rules: Rules, contacts: int, agents: int = 0, days: int = 0) -> Decision:
    """Whether we offer a gesture unasked: he had to come back so often, to so many, over so many days (R-OURMESS).

    The rule's fourth case, hours that never overlap, nobody can see from inside one case.
    """
    numbers = rules.numbers
    for reason, count, enough, zh, en in (
        ("too_many_contacts", contacts, numbers.our_mess_contacts, "联系 {} 次", "came {} times"),
        ("too_many_agents", agents, numbers.our_mess_agents, "对接 {} 位客服", "had to speak with {} agents"),
        ("too_many_days", days, numbers.our_mess_days, "等了 {} 天", "has waited for {} days"),
    ):
        if contacts and enough is not None and count >= enough:
            return Decision(
                allowed=True,
                rule="R-OURMESS",
                reason=reason,
                zh=f"顾客已为此{zh.format(count)}仍未解决，请主动致歉并补偿。",
                en=f"The customer {en.format(count)} without a solution: apologise and offer a gesture.",
            )
    return Decision(allowed=False, rule="R-OURMESS", reason="not_yet")


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
