"""Goods of the order that another case disposes of: two cases do not give the same away (R-N1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.goods_held import QUESTION
from domain.vocabulary import Resolution

if TYPE_CHECKING:
    from workflows.course import Case


class Goods:
    """The words for whose goods they are."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def are_ours(self) -> bool:
        """Whether the case may dispose of what it asks for. Where another case holds it, a person decides.

        A supervisor lets it go on, and the goods move with the page that records it; or it is the same affair: the
        customer is told which case carries it on.
        """
        case, others = self._case, self._case.start.held_by
        if not others:
            return True
        decided = await case.desk.decide(QUESTION, "R-N1")
        if decided.resolution is Resolution.SAME_AFFAIR:
            case.note("same_affair", "R-N1", actor=decided.by, case=others[0])
            await case.contact.tell("carried_on", "R-N1", case_no=others[0])
            return False
        case.note("goods_taken_over", "R-N1", actor=decided.by, cases=", ".join(others))
        case.record("goods_taken_over", "1", "R-N1", **{"from": list(others), "by": decided.by})
        return True
