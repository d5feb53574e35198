"""A parcel with the goods of several cases: each case gets its own, and nothing is counted twice (W-3, R-N1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from domain.messages.facts import ReceivedLine


class Sharer(BaseModel):
    """A case that a shared parcel is about."""

    model_config = ConfigDict(frozen=True)

    case_no: str
    order_no: str
    goods: dict[str, int]  # what it disposes of, pieces by SKU; none where it disposes of no goods
    holds: bool  # whether they are its own, and no other case's (domain/goods_held.py)
    ordered: dict[str, int]  # the whole order
    had: dict[str, int] = {}  # what it got of parcels before
    dealt: dict[str, int] = {}  # what of that was its part of shared ones
    closed: bool = False


class Dealt(BaseModel):
    """Who gets what. `beyond` is what nobody expects: the desk must see it."""

    model_config = ConfigDict(frozen=True)

    shares: dict[str, tuple[ReceivedLine, ...]]  # by case number; a case with nothing in the parcel is not named
    beyond: tuple[ReceivedLine, ...] = ()


def expecting(cases: Sequence[Sharer]) -> list[Sharer]:
    """Of each order the cases that wait for goods: those that hold theirs, else those that dispose of any, else all.

    A case that was closed and let go of its goods waits for none.
    """
    waiting = [case for case in cases if case.holds or not case.closed]
    best = {order: max(_rank(case) for case in waiting if case.order_no == order) for order in _orders(waiting)}
    return [case for case in waiting if _rank(case) == best[case.order_no]]


def share(lines: Iterable[ReceivedLine], cases: Sequence[Sharer]) -> Dealt | None:
    """What the receipt comes to for each of them; None where all of them may hear it as it is.

    That is so where one of them at most disposes of goods. One that waits beside others of its order, which do not
    hold the goods, hears all of it: they hear nothing.
    """
    waiting = expecting(cases)
    if len(waiting) == 1 and {case.order_no for case in cases if case.goods} <= {waiting[0].order_no}:
        others = any(case.goods for case in cases if case is not waiting[0])
        return Dealt(shares={waiting[0].case_no: tuple(lines)}) if others else None
    return deal(lines, cases) if waiting else None


def deal(lines: Iterable[ReceivedLine], cases: Sequence[Sharer]) -> Dealt:
    """Give each case of the parcel what it still expects, the earliest case first.

    A line that names its order goes to cases of that order alone.
    """
    sharers = expecting(cases)
    open_pieces = {case.case_no: Counter(case.goods or case.ordered) - Counter(case.had) for case in sharers}
    shares: dict[str, list[ReceivedLine]] = {}
    beyond: list[ReceivedLine] = []
    for line in lines:
        left = line.quantity
        for case in sharers:
            if line.order_no not in ("", case.order_no):
                continue
            taken = min(left, open_pieces[case.case_no][line.sku])
            if taken > 0:
                open_pieces[case.case_no][line.sku] -= taken
                shares.setdefault(case.case_no, []).append(line.model_copy(update={"quantity": taken}))
                left -= taken
        if left > 0:
            beyond.append(line.model_copy(update={"quantity": left}))
    return Dealt(shares={case_no: tuple(got) for case_no, got in shares.items()}, beyond=tuple(beyond))


def kept(lines: Iterable[ReceivedLine], cases: Sequence[Sharer], newcomer: str) -> Dealt:
    """What each case counted of a receipt that it was told before the `newcomer` named the parcel; `beyond` is open.

    It may have counted whatever its order holds, and not only what it asked for: of that nothing is given twice.
    """
    before = [case for case in expecting(cases) if case.case_no != newcomer]
    return deal(lines, [case.model_copy(update={"goods": case.ordered, "had": case.dealt}) for case in before])


def pieces(lines: Iterable[Mapping[str, object]]) -> dict[str, int]:
    """Pieces by SKU of lines as they are stored."""
    counted: Counter[str] = Counter()
    for line in lines:
        counted[str(line["sku"])] += int(str(line["quantity"]))
    return dict(counted)


def _rank(case: Sharer) -> int:
    return 2 if case.holds else 1 if case.goods else 0


def _orders(cases: Iterable[Sharer]) -> set[str]:
    return {case.order_no for case in cases}
