"""An order that has not left: held, or sent to another address (R-CANCEL-UNSHIPPED, R-ADDR)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.warehouse import WarehouseActivities
from domain.messages.facts import WarehouseAnswered
from domain.ports.partner import Receipt
from domain.ports.warehouse import PendingAction, PendingChange
from domain.vocabulary import Party, Stage

if TYPE_CHECKING:
    from workflows.course import Case

DONE = "done"
LEFT = "left"  # it was on its way already
SILENT = "silent"


class Pending:
    """The words for what lies in the warehouse still."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def has_left(self) -> bool:
        """Whether the order is on its way, as far as its source says (R-VERIFY)."""
        case = self._case

        async def looking() -> bool:
            return case.order.shipped_at is not None or bool(case.order.waybill)

        return await case.once("has_left", looking, bool)

    async def hold(self, rule: str) -> str:
        """Have the warehouse keep it: `done`, `left` when that came too late, or `silent` (S-HOLD)."""
        return await self._change(PendingAction.HOLD, rule)

    async def readdress(self, rule: str) -> str:
        """Have the warehouse send it to the confirmed address: `done`, `left` or `silent` (S-HOLD)."""
        return await self._change(PendingAction.READDRESS, rule)

    async def _change(self, action: PendingAction, rule: str) -> str:
        case = self._case

        async def changing() -> str:
            asking = case.partner(
                f"pending/{action}/asked",
                WarehouseActivities.change_pending_order,
                lambda key: PendingChange(
                    key=key, case=case.key, action=action, customer_ref=case.order.customer_ref,
                    address_ref=case.state.address_ref, at=case.now,
                ),
                kind="H",
                summary=_SUMMARY[action],
                result=Receipt,
            )  # fmt: skip
            clock = await case.clock("S-HOLD", name=f"S-HOLD/{action}")
            if not await case.desk.even_if_refused(asking, Party.WAREHOUSE):
                case.no_longer_due(f"S-HOLD/{action}")
                return SILENT
            case.note("warehouse_asked", rule, action=action)
            key = case.partner_key(f"pending/{action}/asked", "H")
            answer = await case.until(
                lambda: case.take(WarehouseAnswered, lambda said, _: said.request in ("", key), clock),
                code="warehouse_answer",
                ball=Party.WAREHOUSE,
                stage=Stage.WAITING_WAREHOUSE,
                clock=clock,
            )
            if answer is None:
                return SILENT
            if answer.handed_over and answer.waybill:
                case.goes_under(answer.courier, answer.waybill)
            return LEFT if answer.handed_over else DONE

        return await case.once(f"pending/{action}", changing, str)


_SUMMARY = {
    PendingAction.HOLD: "请仓库拦下未发订单 · Have the warehouse hold the order",
    PendingAction.READDRESS: "请仓库改寄新地址 · Have the warehouse send it to the new address",
}
