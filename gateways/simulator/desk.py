"""The partners' desk: takes a call whose signature is proven, does it once per key, and says what to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from domain.ports.collection import CollectionOrder
from domain.ports.courier import CourierRequest
from domain.ports.customer import OutboundMessage
from domain.ports.partner import CaseKey
from domain.ports.refunds import RefundOrder
from domain.ports.repair import RepairCancellation, RepairOrder, RepairQuestion
from domain.ports.warehouse import PendingChange, ReturnOrder, ShipmentOrder, StockDisposal, StockQuestion
from gateways.simulator import courier, customer, payments, provider, repairer, warehouse
from gateways.simulator.faults import NOT_DONE, Fault, FaultKind
from gateways.simulator.ledger import fingerprint, without_person
from gateways.simulator.world import World

NO_CASE = CaseKey(shop="", case_no="", order_no="")


class _Track(BaseModel):
    courier: str
    waybill: str = Field(min_length=1, max_length=64)
    at: AwareDatetime


class _Find(BaseModel):
    key: str = Field(min_length=1, max_length=64)


class _Operation(NamedTuple):
    model: type[BaseModel]
    act: Callable[[World, Any], dict[str, Any]]


# What is done once per key. `refunds.pay` has a memory of its own and stands apart.
_ORDERS: dict[str, _Operation] = {
    "contact.deliver": _Operation(OutboundMessage, customer.deliver),
    "courier.request": _Operation(CourierRequest, courier.request),
    "warehouse.announce_return": _Operation(ReturnOrder, warehouse.announce_return),
    "warehouse.ship": _Operation(ShipmentOrder, warehouse.ship),
    "warehouse.dispose": _Operation(StockDisposal, warehouse.dispose),
    "warehouse.ask": _Operation(StockQuestion, warehouse.ask),
    "warehouse.change": _Operation(PendingChange, warehouse.change),
    "repair.order": _Operation(RepairOrder, repairer.order),
    "repair.ask": _Operation(RepairQuestion, repairer.ask),
    "repair.cancel": _Operation(RepairCancellation, repairer.cancel),
    "payments.request": _Operation(CollectionOrder, payments.request),
}
_MODELS: dict[str, type[BaseModel]] = {name: order.model for name, order in _ORDERS.items()} | {
    "refunds.pay": RefundOrder,
    "courier.track": _Track,
    "contact.find": _Find,
    "refunds.find": _Find,
    "payments.find": _Find,
    "payments.close": payments.Close,
    "refunds.statement": provider.Statement,
    "payments.statement": provider.Statement,
}
_SHOWN = ("status", "partner_ref", "need", "link", "code")  # of an answer about money


@dataclass(frozen=True)
class Reply:
    """What goes back."""

    status: int
    content: dict[str, Any]
    retry_after: float | None = None


class Refusal(Exception):
    """The call cannot be done as it stands."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Call:
    """A call that could be read."""

    operation: str
    content: dict[str, Any]
    asked: BaseModel
    key: str
    case: CaseKey

    @classmethod
    def read(cls, operation: str, document: dict[str, Any], header_key: str) -> Call:
        """Check a call. Raises Refusal with a code that says what is wrong."""
        model = _MODELS.get(operation)
        if model is None:
            raise Refusal(404, "unknown_operation")
        if document.get("operation") != operation:
            raise Refusal(400, "operation_mismatch")  # the signature covers the body: the address must say the same
        content = {name: value for name, value in document.items() if name != "operation"}
        try:
            asked = model.model_validate(content)
        except ValidationError as error:
            raise Refusal(422, "invalid." + ".".join(str(part) for part in error.errors()[0]["loc"])) from None
        key = str(content.get("key") or "")
        if "find" not in operation and key != header_key:
            raise Refusal(400, "idempotency_key_mismatch")
        return cls(operation, content, asked, key, getattr(asked, "case", NO_CASE))

    @property
    def partner(self) -> str:
        """contact, courier, warehouse, repair or refunds."""
        return self.operation.partition(".")[0]

    @property
    def verb(self) -> str:
        """deliver, find, track, ..."""
        return self.operation.partition(".")[2]


def handle(world: World, call: Call, fault: Fault | None) -> Reply:
    """Do the call, or let the fault keep it from being done. One transaction."""
    with world.ledger.transaction():
        reply, outcome = _handle(world, call, fault)
        if fault:
            outcome = f"{outcome} fault:{fault.kind.value}"
        world.ledger.note_call(
            call.partner,
            call.verb,
            call.key,
            call.case,
            at=getattr(call.asked, "at", None),
            content=without_person(call.content),
            outcome=outcome,
        )
    return reply


def _handle(world: World, call: Call, fault: Fault | None) -> tuple[Reply, str]:
    if fault and fault.kind in NOT_DONE:
        status = 429 if fault.kind is FaultKind.RATE_LIMIT else 503
        retry_after = fault.seconds if fault.kind in (FaultKind.RATE_LIMIT, FaultKind.UNAVAILABLE) else None
        return Reply(status, {"error": {"code": fault.kind.value}}, retry_after), "not_done"
    if isinstance(call.asked, _Track):
        return Reply(200, courier.track(world, call.asked.waybill, call.asked.at)), "done"
    if fault and fault.kind is FaultKind.REFUSE and isinstance(call.asked, provider.Statement | _Find):
        return Reply(422, {"error": {"code": fault.code}}), f"refused:{fault.code}"
    if isinstance(call.asked, provider.Statement):
        books = payments.statement if call.partner == "payments" else provider.statement
        return Reply(200, books(world, call.asked)), "done"
    earlier = world.ledger.answer(call.partner, call.key)
    if isinstance(call.asked, _Find):
        return Reply(200, _found(world, call, earlier)), "done"
    if isinstance(call.asked, payments.Close):
        if earlier is None:
            return Reply(404, {"error": {"code": "unknown_key"}}), "refused:unknown_key"
        return Reply(200, _shown(payments.close(world, call.asked, earlier[1]))), "done"
    print_of_call = fingerprint(call.content)
    if earlier and earlier[0] != print_of_call:
        return Reply(409, {"error": {"code": "key_reused"}}), "refused:key_reused"
    if isinstance(call.asked, RefundOrder):
        answer = provider.pay(world, call.asked, earlier[1] if earlier else None, fault)
        world.ledger.keep_answer(call.partner, call.key, print_of_call, answer)
        return Reply(200, _shown(answer)), "repeated" if earlier else "done"
    if earlier:
        repeated = {"duplicate": True} if "duplicate" in earlier[1] else {}
        return Reply(200, _told(call, earlier[1]) | repeated), "repeated"
    if fault and fault.kind is FaultKind.REFUSE:
        return Reply(422, {"error": {"code": fault.code}}), f"refused:{fault.code}"
    try:
        content = _ORDERS[call.operation].act(world, call.asked)
    except repairer.WorkDone:
        return Reply(422, {"error": {"code": "work_done"}}), "refused:work_done"
    world.ledger.keep_answer(call.partner, call.key, print_of_call, content)
    return Reply(200, _told(call, content)), "done"


def _found(world: World, call: Call, earlier: tuple[str, dict[str, Any]] | None) -> dict[str, Any]:
    if earlier is None:
        return {"found": False}
    if call.partner == "refunds":
        return {"found": True} | _shown(provider.settled(world, call.key, earlier[1]))
    if call.partner == "payments":
        return {"found": True} | _shown(payments.settled(world, call.key, earlier[1]))
    return {"found": True} | earlier[1]


def _told(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    return _shown(answer) if call.partner == "payments" else answer


def _shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in _SHOWN if name in answer}
