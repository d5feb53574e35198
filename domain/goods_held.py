"""Goods of an order that a case disposes of, and no other case beside it (R-N1: many cases to one order).

From its opening on they are held for that case (`CaseType.disposes`): until it ends, and beyond that where its outcome
kept them (`KEPT`). The database keeps this exact (migration 0044). A request for goods that another case holds opens
its case all the same, which first rests at the desk: a person sees the other case and decides.
"""

from __future__ import annotations

from collections import Counter

from domain.case import CaseState
from domain.events import CaseStart, Request
from domain.messages.commands import Decide
from domain.refusal import Refusal, refuse
from domain.vocabulary import CaseType, Outcome, Party, Resolution

QUESTION = "goods_held"  # what a person is asked
HELD = "goods_held"  # the code with which the register lets no goods leave that another case holds
TAKEN_OVER = "goods_taken_over"  # the kind of record that moves them
ANSWERS = frozenset({Resolution.GO_ON, Resolution.SAME_AFFAIR})

PAID_ONCE = frozenset({CaseType.PRICE_DIFFERENCE, CaseType.POSTAGE_CLAIM})
"""Types that pay a sum which an order is due once: a further one, while one is open or was paid, is asked about too."""

KEPT = frozenset({Outcome.REFUNDED, Outcome.PARTIALLY_REFUNDED})
"""How a case ends whose goods were paid back: nobody else disposes of them without a supervisor. All others let go."""


def goods_of(request: Request, type: CaseType | None = None) -> dict[str, int]:
    """What a case for that request disposes of: pieces by SKU as ordered; none where it disposes of no goods.

    `type` is what it is, where that is not as was asked.
    """
    pieces: Counter[str] = Counter()
    if (type or request.case_type).disposes:
        for line in request.concerned:
            pieces[line.sku] += line.quantity
    return dict(pieces)


def goods_since(request: Request, became: CaseType | None) -> dict[str, int]:
    """What it came to dispose of when it became another type: a query whose parcel is lost. Else none."""
    return {} if became is None or request.case_type.disposes else goods_of(request, became)


def asked(state: CaseState) -> bool:
    """Whether the case waits for a word on whose goods they are."""
    return state.waiting is not None and state.waiting.code == f"decision_{QUESTION}"


def unasked(command: Decide) -> Refusal | None:
    """Whether it answers whose goods they are where nobody asks that."""
    if command.resolution not in ANSWERS:
        return None
    zh, en = "这里问的不是商品归属；请看 explain", "Nobody asks here whose goods they are; see `explain`"
    return refuse("not_asked", "R-N1", zh, en)


def deciding(start: CaseStart, state: CaseState, role: Party, command: Decide) -> Refusal | None:
    """Whether such a decision may be given: whose goods they are is answered with `go_on` or `same_affair` alone."""
    if command.resolution not in ANSWERS:
        zh = "同一商品已在另一售后单处理：请选 go_on（继续，主管）或 same_affair（同一件事，结案）"
        en = "Another case disposes of these goods: decide go_on (a supervisor) or same_affair (this case ends)"
        return refuse("go_on_or_same_affair", "R-N1", zh, en)
    if command.resolution is Resolution.GO_ON and role not in (Party.SUPERVISOR, Party.MANAGER):
        zh, en = "只有主管可以让两个售后单处理同一商品；请主管操作", "Only a supervisor may move the goods; ask one"
        return refuse("not_supervisor", "R-N1", zh, en)
    if command.resolution is Resolution.SAME_AFFAIR and state.goods_bind(start.customs):
        zh = "本单的商品正在退回或已在我方，不能由别的单继续：请主管选 go_on，再结束另一单"
        en = "The goods of this case are with us or on their way: a supervisor decides go_on, and ends the other case"
        return refuse("goods_here", "R-N1", zh, en)
    return None
