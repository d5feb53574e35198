"""A case about a review knows no goodwill (R-REV-NOTRADE, P-NOTRADE).

The aim is to solve the problem. Whatever is given in such a case would stand beside the review under one number, so
none is given there at all: goods and money go by their own rules, and goodwill for trouble belongs to the case of that
trouble. Asked by every command that can give something.
"""

from __future__ import annotations

import re

from domain.compensation import FORMS
from domain.events import CaseStart
from domain.messages.commands import Command, Decide, HandOver, OfferCompensation, Promise, QuoteFee
from domain.refusal import Refusal, refuse
from domain.staff_words import FIELDS
from domain.vocabulary import CaseType

GIVING = frozenset({Decide.kind, Promise.kind, QuoteFee.kind})
"""Commands that give or take something in words of their own: these do not speak of reviews, in whatever case."""

_NAMED = re.compile(r"评价|评论|评分|[差中好]评|五星|5\s*星|\b(?:reviews?|ratings?|stars?)\b", re.IGNORECASE)

PROMISED = ("callback", "call_back", "refund", "reship", "send_back", "repair")
"""What may be promised in such a case: an answer, or what solves the problem."""


def is_about_a_review(start: CaseStart) -> bool:
    """Whether the case began with a review. It stays so, whatever its type becomes."""
    return start.request.case_type is CaseType.BAD_REVIEW


def trading(start: CaseStart, command: Command) -> Refusal | None:
    """Whether the command would give goodwill in such a case, or give anything for a review in any."""
    if _gives(start, command) and _NAMED.search(" ".join(_words(command))):
        zh, en = (
            "给顾客钱物的操作不得提到评价；请只写事情本身",
            "What gives something to a customer does not speak of reviews; name the matter itself",
        )
        return refuse("review_named", "P-NOTRADE", zh, en)
    if not is_about_a_review(start):
        return None
    match command:
        case OfferCompensation():
            return _no()
        case Decide() if command.resolution in FORMS:
            return _no()
        case HandOver() if command.suggests in FORMS:
            return _no()
        case Promise() if command.what not in PROMISED or (command.amount is not None and command.what != "refund"):
            known = ", ".join(PROMISED)
            zh = f"评价引起的售后单里，承诺 what 只能是 {known}，金额只能用于 refund"
            en = f"In a case about a review one promises {known}, and a sum only of a refund"
            return refuse("review_case", "P-NOTRADE", zh, en)
    return None


def _gives(start: CaseStart, command: Command) -> bool:
    """An unknown occasion of goodwill is refused as such; one that the shop's rulebook named so is refused here."""
    if isinstance(command, OfferCompensation):
        return command.occasion in {size.occasion for size in start.rules.compensation}
    return command.kind in GIVING


def _words(command: Command) -> list[str]:
    return [str(getattr(command, field, "")).replace("_", " ") for field in FIELDS]


def _no() -> Refusal:
    zh = "这张售后单因评价而起：只解决问题，不给补偿；确有给顾客添麻烦的，请在那件事自己的售后单里处理"
    en = "This case is about a review: solve the problem; goodwill for trouble belongs to the case of that trouble"
    return refuse("review_case", "P-NOTRADE", zh, en)
