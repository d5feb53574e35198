"""How a case comes to its tag (R-TAG): proposed from what it found out, and put right by an agent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.case import CaseState
from domain.events import CaseStart, Request
from domain.holding import holds
from domain.messages.commands import TagCase
from domain.refusal import Refusal, refuse
from domain.tag import RULE, Tag, causes
from domain.vocabulary import Inspection, Liability, Nature, RepairState

_FOUND: Mapping[Inspection, str] = {
    Inspection.DEFECT_CONFIRMED: "defective",
    Inspection.TRANSIT_DAMAGE: "transit_damage",
    Inspection.CUSTOMER_DAMAGE: "misuse",
    Inspection.NO_FAULT_FOUND: "no_fault",
}
_FOUND_IN_REPAIR: Mapping[RepairState, str] = {RepairState.NOT_COVERED: "misuse", RepairState.NO_FAULT: "no_fault"}
"""What was found in the goods goes before what was said of them."""


@holds(RULE)
def proposed(request: Request, state: CaseState) -> Tag:
    """Cause, responsibility and products, as far as the case knows them. What an agent said before stands."""
    if state.tag is not None:
        return state.tag
    code = _cause(request, state)
    said = request.fault if request.fault is not Liability.UNDETERMINED else None
    liability = state.liability or said or causes()[code].liability
    about = (state.became or request.case_type).nature
    products = {line.sku: None for line in request.concerned} if about is Nature.GOODS or _of_goods(code) else {}
    return Tag(cause=code, liability=liability, products=tuple(products))


def tagged(request: Request, state: CaseState, command: TagCase, by: str) -> Tag:
    """The tag as an agent has it: what he does not say stays as it was proposed."""
    return amended(proposed(request, state), command, by)


def amended(before: Tag, command: TagCase, by: str) -> Tag:
    """A tag with what the command says."""
    products = (command.product,) if command.product else before.products
    cause = command.cause or before.cause
    return Tag(cause=cause, liability=command.liability or before.liability, products=products, by=by)


UNTAGGED = Tag(cause="unknown", liability=Liability.UNDETERMINED)
"""Of a case that closed before cases were tagged."""


def refusal(start: CaseStart, command: TagCase) -> Refusal | None:
    """Why it cannot be tagged so."""
    return unknown(command, (line.sku for line in start.request.order.lines))


def unknown(command: TagCase, skus: Iterable[str]) -> Refusal | None:
    """What the command says that nobody knows: no cause of the list, no goods of the order, nothing at all."""
    if command.cause and command.cause not in causes():
        known = ", ".join(causes())
        return refuse("unknown_cause", RULE, f"原因 cause 只能是 {known}", f"`cause` must be one of {known}")
    ordered = [*dict.fromkeys(skus)]
    if command.product and command.product not in ordered:
        zh = f"订单里没有 {command.product}；product 只能是 {', '.join(ordered)}"
        return refuse("unknown_product", RULE, zh, f"`product` must be one of the order's: {', '.join(ordered)}")
    if not (command.cause or command.liability or command.product):
        zh = "请写明要改的 cause、liability 或 product"
        return refuse("nothing_said", RULE, zh, "Say what to change: `cause`, `liability` or `product`")
    return None


def _cause(request: Request, state: CaseState) -> str:
    last = state.goods.inspections[-1].result if state.goods.inspections else None
    found = _FOUND.get(last) if last else None
    found = found or (_FOUND_IN_REPAIR.get(state.repair) if state.repair else None)
    if found:
        return found
    type = state.became or request.case_type
    for code, cause in causes().items():
        if type in cause.types:
            return code
    return next((code for code, cause in causes().items() if request.reason in cause.reasons), "unknown")


def _of_goods(code: str) -> bool:
    return code in {"defective", "misdescribed", "transit_damage", "wrong_pick", "short_pick", "out_of_stock"}
