"""How simulated providers pay refunds, one payment per key however often they are asked, and what their books say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel

from domain.ports.partner import CaseKey
from domain.ports.refunds import HumanNeed, RefundOrder
from gateways.simulator.faults import BOOKED_WRONG, Fault, FaultKind
from gateways.simulator.ledger import instant
from gateways.simulator.world import World, reference

_WHO = "refunds"
_TYPED = (
    HumanNeed.SMS_CODE,
    HumanNeed.VERSION_CHANGED,
)  # these need an input; of the others it is enough that a person says: done


PAGE = 100  # payments of a statement that one answer holds
_WRONG_BY = 100  # minor units


class Statement(BaseModel):
    """A question for the payments that a channel booked in `start <= instant < end`."""

    channel: str
    start: AwareDatetime
    end: AwareDatetime
    cursor: str = ""


def statement(world: World, asked: Statement) -> dict[str, Any]:
    """One page of what was paid to customers."""
    return page(world, asked, "payment", "PAY")


def page(world: World, asked: Statement, effect: str, refs: str) -> dict[str, Any]:
    """One page of the books of that effect. The cursor is the last payment's number."""
    after = int(asked.cursor) if asked.cursor.isdecimal() else 0
    rows = world.ledger.payments(effect, asked.channel, (asked.start, asked.end), after, PAGE + 1)
    lines = [
        {
            "key": row["key"],
            "partner_ref": reference(refs, row["key"]),
            "shop": row["shop"],
            "order_no": row["order_no"],
            "amount": {"minor": row["data"]["amount_minor"], "currency": row["data"]["currency"]},
            "at": row["at"],
        }
        for row in rows[:PAGE]
    ]
    return {"lines": lines, "next": str(rows[PAGE - 1]["seq"]) if len(rows) > PAGE else ""}


def pay(world: World, order: RefundOrder, earlier: dict[str, Any] | None, fault: Fault | None) -> dict[str, Any]:
    """Pay, or say what stands in the way. A settled or running payment is only reported again."""
    if earlier and earlier["status"] == "needs_human":
        return _paid(world, order) if _resolved(world, order, earlier) else earlier | {"asked": earlier["asked"] + 1}
    if earlier:
        return settled(world, order.key, earlier)
    persona = world.personas.provider(order.case.order_no)
    booked = fault.kind.value if fault and fault.kind in BOOKED_WRONG else ""
    if fault and fault.kind is FaultKind.REFUSE:
        return _answer(order, "refused", code=fault.code)
    if fault and fault.kind is FaultKind.NEEDS_HUMAN:
        return _answer(order, "needs_human", need=fault.need.value)
    if persona.answer == "needs_human":
        return _answer(order, "needs_human", need=persona.need.value, code=persona.code)
    if persona.answer == "refused":
        return _answer(order, "refused", code=persona.code or "refused_by_partner")
    if persona.answer == "done":
        return _paid(world, order, booked)
    notice_at = world.later(order.at, persona.notice_after)
    world.plan(order.key, order.case, notice_at, _WHO, "refund_notice", key=order.key)
    settles = {"settles": persona.settles, "settles_at": instant(notice_at) if notice_at else ""}
    return _answer(order, "pending", code=persona.code) | settles | {"booked": booked}


def settled(world: World, key: str, earlier: dict[str, Any], *, now: bool = False) -> dict[str, Any]:
    """A pending payment as it stands: moved once its instant has come in the case's time, or `now`."""
    if earlier["status"] != "pending" or not earlier["settles_at"]:
        return earlier
    case = CaseKey.model_validate(earlier["case"])
    posted = any(row["state"] != "planned" for row in world.ledger.plans(case, "refund_notice") if key in row["data"])
    if not (now or posted or world.ledger.latest(case) >= earlier["settles_at"]):
        return earlier
    answer = earlier | {"status": earlier["settles"]}
    if answer["status"] == "done":
        _payment(world, key, case, datetime.fromisoformat(earlier["settles_at"]), answer)
    found = world.ledger.answer(_WHO, key)
    world.ledger.keep_answer(_WHO, key, found[0] if found else "", answer)
    return answer


def _resolved(world: World, order: RefundOrder, earlier: dict[str, Any]) -> bool:
    """Whether what a person had to do is done: the right input came, or the payment was asked for often enough."""
    persona = world.personas.provider(order.case.order_no)
    if order.human_input is not None:
        return not persona.expects or order.human_input == persona.expects
    return HumanNeed(earlier["need"]) not in _TYPED and earlier["asked"] >= persona.needs_times


def _paid(world: World, order: RefundOrder, booked: str = "") -> dict[str, Any]:
    answer = _answer(order, "done") | {"booked": booked}
    _payment(world, order.key, order.case, order.at, answer)
    return answer


def _answer(order: RefundOrder, status: str, need: str = "", code: str = "") -> dict[str, Any]:
    """What is kept under the key. The wire shows `status`, `partner_ref`, `need` and `code` of it."""
    return {
        "status": status,
        "partner_ref": reference("PAY", order.key),
        "need": need,
        "code": code,
        "asked": 1,  # how often
        "case": order.case.model_dump(),
        "amount": order.amount.model_dump(),
        "channel": order.channel,
    }


def _payment(world: World, key: str, case: CaseKey, at: datetime, answer: dict[str, Any]) -> None:
    amount, booked = answer["amount"], answer.get("booked", "")
    minor = amount["minor"] + (_WRONG_BY if booked == FaultKind.BOOKED_OTHERWISE else 0)
    again = [reference("AGAIN", key)] if booked == FaultKind.BOOKED_TWICE else []
    for one in [] if booked == FaultKind.BOOKED_NEVER else [key, *again]:
        world.ledger.effect(
            _WHO, "payment", one, case, at,
            amount_minor=minor, currency=amount["currency"], channel=answer["channel"],
        )  # fmt: skip
