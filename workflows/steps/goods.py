"""Goods of the order that another case disposes of: two cases do not give the same away (R-N1)."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from domain.answers import Ruling
from domain.goods_held import QUESTION, TAKEN_OVER
from domain.messages.facts import GoodsHeldElsewhere
from domain.vocabulary import Party, Resolution, Stage
from workflows.endings import CarriedOn

if TYPE_CHECKING:
    from workflows.course import Case


class Goods:
    """The words for whose goods they are.

    Where another case holds them, a person decides: a supervisor lets this one go on, and the goods move with the page
    that records it; or it is the same affair, and the customer is told which case carries it on.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._asking = False

    async def are_ours(self) -> None:
        """See to what other cases held already when this one was opened.

        Raises:
            CarriedOn: it is the same affair.
        """
        case = self._case
        if case.start.held_by and not case.done(_moved(1)):
            await self._decided(case.start.held_by)

    async def attend(self) -> bool:
        """What a resting case does that hears of other cases with its goods. True when somebody decided.

        Money that moves is bounded by what was paid; it is waited for.

        Raises:
            CarriedOn: it is the same affair.
        """
        case, state = self._case, self._case.state
        if (told := case.take(GoodsHeldElsewhere)) is not None:
            state.held_by = told.cases
        if self._asking or not state.held_by or case.done("outcome") or state.money_moves:
            return False
        await self._decided(state.held_by)
        return True

    async def may_leave(self, others: tuple[str, ...]) -> None:
        """The register lets nothing leave that others hold: decided first, and then written down.

        Raises:
            CarriedOn: it is the same affair.
        """
        if not self._unwritten():
            await self._decided(others)
        await self._case.until(lambda: not self._unwritten() or None, code="goods_move", ball=Party.SYSTEM)

    def _unwritten(self) -> bool:
        return any(record.kind == TAKEN_OVER for record in self._case.state.records.values())

    async def _decided(self, others: tuple[str, ...]) -> None:
        case, state = self._case, self._case.state
        state.held_by = others
        turn = next(n for n in count(1) if not case.done(_moved(n)))
        step = f"{QUESTION}/{turn}"
        self._asking = True  # the answer is waited for, and a rest has duties again
        try:
            stage, need = await case.once(f"{step}/before", self._as_it_stood, list[str])
            decided = await case.once(step, lambda: self._ruling(turn, others), Ruling)
            if decided.resolution is Resolution.SAME_AFFAIR:
                await case.contact.tell("carried_on", "R-N1", case_no=others[0])
                raise CarriedOn
        finally:
            self._asking = False
        await case.once(_moved(turn), lambda: self._taken_over(turn, others, decided.by), bool)
        state.stage, state.needs_human, state.held_by = Stage(stage), need, ()

    async def _ruling(self, turn: int, others: tuple[str, ...]) -> Ruling:
        case = self._case
        name = QUESTION if turn == 1 else f"{QUESTION}/{turn}"
        ruling = await case.desk.put(QUESTION, "R-N1", case.desk.take_decision, name=name)
        if ruling.resolution is Resolution.SAME_AFFAIR:
            case.note("same_affair", "R-N1", actor=ruling.by, case=others[0])
        return ruling

    async def _taken_over(self, turn: int, others: tuple[str, ...], by: str) -> bool:
        case = self._case
        case.note("goods_taken_over", "R-N1", actor=by, cases=", ".join(others))
        case.record(TAKEN_OVER, f"{case.state.round}/{turn}", "R-N1", **{"from": list(others), "by": by})
        return True

    async def _as_it_stood(self) -> list[str]:
        return [self._case.state.stage, self._case.state.needs_human]


def _moved(turn: int) -> str:
    """The step with which the goods are this case's again."""
    return f"{QUESTION}/{turn}/moved"
