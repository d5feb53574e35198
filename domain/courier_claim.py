"""Claims on couriers (快递索赔): what may become of one, and what staff may do to it (M-COURIER, R-DMG-SIGNED, A-CAP).

raised ──► accepted ──► paid
  │ rejected or silent     │ not paid in time, or less than was claimed
  └──────► a person: claimed again with more documents, or what is not paid is written off
"""

from __future__ import annotations

from typing import Any

from domain.authority import may_compensate
from domain.case import CaseState
from domain.events import CaseStart, Request
from domain.messages.commands import (
    AddNote,
    AdoptRulebook,
    Command,
    Decide,
    MoveClock,
    PauseClock,
    RecordReimbursement,
    ResumeClock,
)
from domain.money import Money
from domain.refusal import Refusal, refuse
from domain.vocabulary import Party, Resolution

ACCEPTED = "accepted"
REJECTED = "rejected"
SILENT = "silent"
PAID = "paid"
UNPAID = "unpaid"
SHORT = "short"  # money came, and not what was claimed

ENDS = frozenset({Resolution.CLAIM_AGAIN, Resolution.WRITE_OFF})
"""What a person may decide on a claim, and on nothing else."""

COMMANDS = (AddNote, AdoptRulebook, Decide, MoveClock, PauseClock, RecordReimbursement, ResumeClock)


def out_of_place(start: CaseStart, model: type[Any]) -> Refusal | None:
    """Whether the command belongs to the customer's case and not to a claim, or the other way round."""
    parent = start.request.parent
    if parent and model not in COMMANDS:
        zh = f"这是向快递的索赔，不面对顾客；请在顾客的售后单 {parent} 上操作"
        en = f"This is a claim on a courier, of which no customer hears; act on the customer's case {parent}"
        return refuse("a_claim", "M-COURIER", zh, en)
    if not parent and model is RecordReimbursement:
        zh = "快递赔款记在索赔单上；请看这个售后单的索赔单号"
        en = "What a courier pays is booked on the claim; see the number of this case's claim"
        return refuse("no_claim", "M-COURIER", zh, en)
    return None


def is_payment(request: Request, amount: Money) -> bool:
    """Whether it is money, and in the currency of the claim."""
    return bool(amount) and amount.currency == (request.amount or request.order.paid).currency


def received(state: CaseState) -> Money | None:
    """What the courier has paid so far; None where nothing."""
    sums = list(state.reimbursed.values())
    return sum(sums[1:], start=sums[0]) if sums else None


def unpaid(claimed: Money, state: CaseState) -> Money:
    """What is still missing of the claim."""
    got = received(state)
    if got is None:
        return claimed
    return claimed - got if got < claimed else Money(minor=0, currency=claimed.currency)


def acting(start: CaseStart, state: CaseState, role: Party, command: Command) -> Refusal | None:
    """What is wrong with this very command, as far as claims are concerned."""
    match command:
        case Decide(resolution=resolution):
            return _deciding(start, state, role, resolution)
        case RecordReimbursement(amount=amount) if not is_payment(start.request, amount):
            if not amount:
                return refuse("no_amount", "M-COURIER", "赔款金额不能为零；请写明金额", "A payment of nothing is none")
            own = (start.request.amount or start.request.order.paid).currency
            return refuse("currency", "M-COURIER", f"币种应为 {own}；请改正", f"The currency must be {own}; correct it")
    return None


def _deciding(start: CaseStart, state: CaseState, role: Party, resolution: Resolution) -> Refusal | None:
    if bool(start.request.parent) != (resolution in ENDS):
        zh = f"索赔单只能 {' 或 '.join(sorted(ENDS))}，其他售后单不能"
        en = f"A claim on a courier ends by {' or '.join(sorted(ENDS))}, and no other case does"
        return refuse("a_claim", "M-COURIER", zh, en)
    if resolution is not Resolution.WRITE_OFF:
        return None
    claimed = start.request.amount or start.request.order.paid
    decision = may_compensate(start.rules, role, unpaid(claimed, state))
    if decision.allowed:
        return None
    zh = "核销金额超过您的权限；请主管或经理决定"
    return refuse("over_limit", "A-CAP", zh, "What is written off exceeds your limit; a supervisor or manager decides")
