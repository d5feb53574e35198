"""Whether a customer gets freight back that he laid out, and how much (T-POSTAGE, section 6, P-FREEPOST)."""

from __future__ import annotations

from domain.decision import Decision
from domain.events import Request
from domain.freight import OURS, freight_of
from domain.money import Money
from domain.rules import Rules
from domain.vocabulary import FreightPayer, Inspection, Liability, ReasonCode


class PostageDue(Decision):
    """`allowed` says that we bear it. `clear`: on his receipt it is paid without asking a person."""

    amount: Money | None = None  # as he says; None when he names no sum
    clear: bool = False
    breach: bool = False  # extra postage was asked for where none may be: ours to set right (P-FREEPOST)


def postage_due(request: Request, rules: Rules) -> PostageDue:
    """Whose the freight is, by the request's reason and fault.

    The reason is the one for which freight arose: of the return that he paid for, or `freight` where postage itself is
    what he complains of. The fault `none` says that no defect was found in goods which he called faulty (M-NODEFECT).
    A person looks at a sum above the shop's cap. What was asked for against P-FREEPOST goes back in full: at once where
    the fault is known to be ours, else when a person has seen that it was.
    """
    asked = request.amount
    if request.reason is ReasonCode.FREIGHT and request.order.free_postage:
        return PostageDue(
            allowed=True,
            rule="P-FREEPOST",
            reason="asked_on_free_postage",
            zh="包邮商品不应再收邮费，全额退回并致歉。",
            en="Postage was asked for on goods sold with free postage: all of it goes back, with an apology.",
            amount=asked,
            clear=asked is not None and request.fault is Liability.MERCHANT,
            breach=True,
        )
    nothing_found = request.fault is Liability.NONE and request.reason in OURS
    legs = freight_of(request, rules, Inspection.NO_FAULT_FOUND if nothing_found else None)
    if legs.inbound is FreightPayer.CUSTOMER:
        return PostageDue(allowed=False, rule=legs.rule, reason=legs.reason, zh=legs.zh, en=legs.en)
    cap = rules.numbers.postage_cap
    clear = asked is not None and asked.currency == cap.currency and asked <= cap
    return PostageDue(
        allowed=True, rule=legs.rule, reason=legs.reason, zh=legs.zh, en=legs.en, amount=asked, clear=clear
    )
