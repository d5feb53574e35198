"""What the warehouse knows of goods that are missing: packed, expected, arrived (R-MISSING, R-OOS-OFFER)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from activities.warehouse import WarehouseActivities
from domain import promise_ledger
from domain.messages.facts import OrderedAgain, PackingChecked, StockArrived, StockTold
from domain.ports.partner import Receipt
from domain.ports.warehouse import About, Line, StockQuestion
from domain.vocabulary import Outcome, Party, Stage
from domain.working_time import end_of_day

if TYPE_CHECKING:
    from workflows.course import Case


class Stock:
    """The words for goods that are missing."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def packed_completely(self, rule: str) -> bool:
        """Have the warehouse look at packing list and weight. Its silence is no yes: the customer does not wait."""
        case = self._case

        async def asking() -> bool:
            if not await self._ask(About.PACKING, "packing"):
                return False
            clock = await case.clock("S-WAREHOUSE", name="S-WAREHOUSE/packing")
            answer = await case.until(
                lambda: case.take(PackingChecked, clock=clock),
                code="packing_check",
                ball=Party.WAREHOUSE,
                stage=Stage.WAITING_WAREHOUSE,
                clock=clock,
            )
            if answer is None:
                case.note("packing_unanswered", rule)
            return answer is not None and answer.complete

        return await case.once("packing", asking, bool)

    async def ask_when(self) -> None:
        """Ask when the missing goods arrive, without waiting for the answer."""
        await self._case.once("stock/asking", lambda: self._ask(About.STOCK, "stock"), bool)

    async def expected_at(self) -> datetime | None:
        """By the end of which day they arrive, as the warehouse says; None when it does not know or is silent."""
        case = self._case

        async def waiting() -> str:
            if not await case.once("stock/asking", lambda: self._ask(About.STOCK, "stock"), bool):
                return ""
            clock = await case.clock("S-WAREHOUSE", name="S-WAREHOUSE/stock")
            answer = await case.until(
                lambda: case.take(StockTold, clock=clock),
                code="stock_answer",
                ball=Party.WAREHOUSE,
                stage=Stage.WAITING_WAREHOUSE,
                clock=clock,
            )
            return answer.stock_at.isoformat() if answer and answer.stock_at else ""

        told = await case.once("stock/expected", waiting, str)
        return end_of_day(datetime.fromisoformat(told), 0, case.order.utc_offset_minutes) if told else None

    async def arrived(self, by: datetime) -> bool:
        """Wait for them until the day that the customer was told. False when they did not come."""
        case = self._case

        async def waiting() -> bool:
            clock = await case.clock("S-STOCK", no_later_than=by)
            came = await case.until(
                lambda: case.take(StockArrived, clock=clock),
                code="stock_arrival",
                ball=Party.WAREHOUSE,
                stage=Stage.WAITING_WAREHOUSE,
                clock=clock,
            )
            return came is not None

        return await case.once("stock/arrived", waiting, bool)

    async def next_order(self, rule: str) -> str:
        """The customer's next order, with which the goods go free; empty when he placed none in time.

        They are owed meanwhile: the case cannot close over them (P-PROMISE).
        """
        case = self._case

        async def waiting() -> str:
            clock = await case.clock("S-NEXTORDER")
            await case.once("next_order/owed", lambda: self._owe(clock.due_at), str)
            await case.contact.tell("next_order_told", rule, due=clock.due_at.isoformat())
            placed = await case.until(
                lambda: case.take(OrderedAgain, clock=clock),
                code="next_order",
                ball=Party.CUSTOMER,
                stage=Stage.WAITING_CUSTOMER,
                clock=clock,
            )
            return placed.order_no if placed else ""

        return await case.once("next_order", waiting, str)

    async def _owe(self, due_at: datetime) -> str:
        """By then the goods must be with him: the time for packing and the way comes on top."""
        case = self._case
        way = sum(case.rules.clocks[id].length for id in ("S-SHIP", "S-DELIVER"))
        owed = promise_ledger.promise(
            case.start, case.state, case.now, what=promise_ledger.RESHIP, amount=None, by=Party.SYSTEM,
            due_at=due_at + timedelta(seconds=way),
        )  # fmt: skip
        return owed.id

    async def settle_next_order(self, outcome: Outcome) -> None:
        """He has the goods, or something else in their place: they are owed no more."""
        case = self._case
        owed = await case.once("next_order/owed", lambda: self._owe(case.now), str)
        if any(one.id == owed for one in case.state.open_promises()):
            settle = promise_ledger.keep if outcome is Outcome.RESHIPPED else promise_ledger.release
            settle(case.state, owed, case.now)

    async def _ask(self, about: About, step: str) -> bool:
        case = self._case
        goods = tuple(Line(sku=line.sku, quantity=line.quantity) for line in case.request.concerned)
        question = case.partner(
            f"{step}/asked",
            WarehouseActivities.ask_warehouse,
            lambda key: StockQuestion(
                key=key, case=case.key, waybill=case.order.waybill, about=about, lines=goods, at=case.now
            ),
            kind="Q",
            summary=_SUMMARY[about],
            result=Receipt,
        )
        return await case.desk.even_if_refused(question, Party.WAREHOUSE)


_SUMMARY = {
    About.HAND_OVER: "询问仓库:真的发出了吗 · Ask the warehouse: did it really leave?",
    About.PACKING: "请仓库核对装箱和重量 · Have the warehouse check packing and weight",
    About.STOCK: "询问仓库:什么时候到货 · Ask the warehouse: when does new stock arrive?",
}
