"""Record the histories that `test_replay.py` replays: one per procedure and ending, of invented customers.

    python -m tests.workflows.record [NAME ...]

Run it when a procedure gets a new ending, or when an old history is replaced on purpose (say in the commit why): a
history that stands here promises that cases begun with that code can still be carried on.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

import worker
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from store.migrate import migrate
from tests.namespace import own_namespace
from tests.workflows.house import House, invented_notices, standing
from tests.workflows.lived_case import LivedCase

HISTORIES = Path(__file__).with_name("histories")
PHOTOS = ["evidence/a", "evidence/b"]
FAULTY = {"second": "defect_confirmed"}
DEAF = {"calls": "no_answer"}
DEAR = {"paid": 15000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 15000}]}
MADE_TO_ORDER = {"lines": [{"sku": "CARVED", "quantity": 1, "price": 4500, "category": "custom_made"}]}
GONE = {"state": "lost"}
BROKEN = {"packaging": "broken", "severity": "serious"}
CLAIMED = {"courier": GONE, "customer": {"choice": "full_refund"}}
KEPT = {"choice": "partial_refund"}
PAIR = {"lines": [{"sku": "PAIR", "quantity": 2, "price": 4500}]}
ONE_OF_THEM = [{"sku": "PAIR", "quantity": 1}]
STUCK = {"state": "stalled", "trace": "unknown"}
BY_PROXY = {"state": "delivered_by_proxy"}
NUMBERED = {"shipped_at": timedelta(hours=-2), "signed_at": None}
NO_SCAN = {"state": "info_received"}
MISSING: dict[str, Any] = {"order": PAIR, "lines": ONE_OF_THEM}
WRONG: dict[str, Any] = {"order": PAIR, "lines": [{"sku": "PAIR", "quantity": 1, "instead": "ODD"}]}
DEAR_PAIR = {**PAIR, "paid": 80000, "lines": [{"sku": "PAIR", "quantity": 2, "price": 80000}]}
ONE_OR_ANOTHER = [{"sku": "PAIR", "quantity": 1, "instead": "OTHER"}]
UNSHIPPED = {"waybill": "", "shipped_at": None, "signed_at": None}
OOS: dict[str, Any] = {"order": {**PAIR, **UNSHIPPED}, "lines": ONE_OF_THEM}
ON_ITS_WAY = {"signed_at": None}
CHEAPER_NOW = {
    "order": {**ON_ITS_WAY, "lines": [{"sku": "CUP", "quantity": 1, "price": 4500}]}, "reason": "price_drop",
    "drop": {"prices": [{"sku": "CUP", "price": 3600}], "gifts": [{"sku": "SPOON", "value": {"minor": 400}}]},
}  # fmt: skip

Acts = Callable[[LivedCase], Awaitable[None]]


def _decides(need: str, resolution: str, by: str = "agent:7", **more: Any) -> Acts:
    async def acts(case: LivedCase) -> None:
        await case.run_until(needs_human=f"decide:{need}")
        await case.act("decide", by=by, resolution=resolution, **more)

    return acts


def _says(waiting_for: str, kind: str, **fact: Any) -> Acts:
    async def says(case: LivedCase) -> None:
        await case.run_until(waiting_for=waiting_for)
        await case.say(kind, **fact)

    return says


def _commands(waiting_for: str, kind: str, by: str, **command: Any) -> Acts:
    async def commands(case: LivedCase) -> None:
        await case.run_until(waiting_for=waiting_for)
        await case.act(kind, by=by, **command)

    return commands


def _parcel(waiting_for: str, state: str) -> Acts:
    async def parcel(case: LivedCase) -> None:
        await case.run_until(waiting_for=waiting_for)
        await case.say("parcel_update", waybill=case.request["order"]["waybill"], state=state)

    return parcel


async def _inspected(case: LivedCase) -> None:
    await case.say("return_received")
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        await case.say("inspected", round=round_, result="pass", by=by)


async def _holds_more(case: LivedCase) -> None:
    """The parcel holds what nobody expects beside what was asked for; an agent sees to it."""
    own, odd = case.request["order"]["lines"][0], {"sku": "ODD", "quantity": 1}
    await case.say(
        "return_received", waybill="SHARED-1", lines=[{"sku": own["sku"], "quantity": own["quantity"]}], beyond=[odd]
    )
    await case.run_until(needs_human="goods_beyond")
    await case.act("add_note", note_ref="text/1")


async def _passed(case: LivedCase) -> None:
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        await case.say("inspected", round=round_, result="pass", by=by)


async def _reopened(case: LivedCase) -> None:
    await case.run_until(stage="closed")
    await case.act("reopen_case", reason="called_again")
    await _decides("reopened", "coupon", amount={"minor": 500})(case)
    await case.keep_promises()


async def _goodwill(case: LivedCase) -> None:
    """A coupon is declined, cash is taken and paid, a gesture is proposed unasked and granted."""
    await case.run_until(waiting_for="decision_refund_only")
    for form, agreed in (("coupon", False), ("cash", True)):
        await case.act("offer_compensation", form=form, amount={"minor": 500})
        await case.say("customer_agreed", agreed=agreed)
    for turn in range(3):
        await case.say("customer_replied", text_ref=f"words/{turn}")
        await case.act("add_note", note_ref=f"text/{turn}")
    await case.act("approve", by="agent:8")
    await case.keep_promises()


async def _promise(case: LivedCase) -> None:
    await case.act("promise", what="call_back")
    await case.run_until(needs_human="promise_overdue")
    (owed,) = (await case.state()).open_promises()
    await case.act("keep_promise", promise=owed.id)


async def _adopts(case: LivedCase) -> None:
    await case.run_until(needs_human="decide:refund_only")
    version = await case.house.keep('name = "quicker"\n[clocks.D-REFDEC]\nlength = "6 h"\n')
    await case.act("adopt_rulebook", by="supervisor:2", rulebook=version, reason="new_version")
    await case.run_until(needs_human="overdue:D-REFDEC")


async def _decided_late(case: LivedCase) -> None:
    await case.act("decide", by="supervisor:2", resolution="full_refund")


async def _hears_of_a_notice(case: LivedCase) -> None:
    await case.run_until(waiting_for="first_scan")
    version = await case.house.keep('name = "patient"\n[clocks.D-NOINFO]\nlength = "300 working days"\n')
    await case.act("adopt_rulebook", by="supervisor:2", rulebook=version, reason="new_version")
    case.house.announce(*invented_notices())
    await case.say("calendar_changed")


async def _describes(case: LivedCase) -> None:
    """An agent looks at photos that came without a word."""
    await case.run_until(needs_human="describe_damage")
    await case.handle.signal("damage_described", {"by": "agent:7", "packaging": "intact", "severity": "minor"})


async def _keeps_promises(case: LivedCase) -> None:
    await case.run_until(waiting_for="promises")
    await case.keep_promises()


async def _pays_nothing_and_returns(case: LivedCase) -> None:
    await _decides("exchange_unpaid", "return_refund")(case)


async def _returns_after_no_fault(case: LivedCase) -> None:
    await case.run_until(waiting_for="inspection")
    await _says("consent", "customer_agreed", choice="return_refund")(case)


EXCHANGED = {"reason": "quality", "evidence": PHOTOS, "warehouse": FAULTY}
POT = [{"sku": "POT", "quantity": 1, "price": 6000}]
GREEN = [{"sku": "MUG-GREEN", "quantity": 1, "price": 4500}]
GOLDEN = [{"sku": "MUG-GOLD", "quantity": 1, "price": {"minor": 5000}}]
LARGER = [{"sku": "SHOE-43", "quantity": 1, "price": {"minor": 4500}}]
NONE_LEFT = {"kind": "refuse", "partner": "warehouse", "operation": "ship", "code": "out_of_stock"}


async def _overdue(case: LivedCase) -> None:
    await case.run_until(needs_human="overdue:D-COMPL")


async def _handed_over(case: LivedCase) -> None:
    await case.run_until(waiting_for="decision_complaint_3")
    await case.act("hand_over", by="agent:7", reason="abuse", note_ref="text/1")
    await case.act("log_call", by="supervisor:1", result="reached", note_ref="text/2", outcome="adjourned")


async def _keeps_promises(case: LivedCase) -> None:
    await case.run_until(waiting_for="confirmation")
    await case.keep_promises()


_filed = _commands("report", "file_report", "supervisor:1", note_ref="text/9")
_submitted = _commands("evidence_pack", "submit_evidence", "agent:7", receipt="PLATFORM-1")


OLD = {"signed_at": timedelta(days=-400), "shipped_at": timedelta(days=-402)}
REPAIR = {"reason": "quality", "evidence": PHOTOS}
SIGNED = _commands("approval", "approve", "supervisor:1")


def _repaired_late(choice: str) -> Acts:
    """Two days are promised and pass; then he chooses."""

    async def chooses(case: LivedCase) -> None:
        await case.run_until(waiting_for="repair_confirmed")
        version = await case.house.keep(
            'name = "short"\n[clocks.S-REPAIR]\nlength = "2 d"\n[clocks.D-REP]\nlength = "4 working days"\n'
        )
        await case.act("adopt_rulebook", by="supervisor:2", rulebook=version, reason="new_version")
        await case.run_until(waiting_for="consent")
        await case.say("customer_agreed", agreed=True, choice=choice)

    return chooses


TEAS: dict[str, Any] = {"lines": [{"sku": "TEA", "quantity": 2, "price": 4500}], "succeeded_at": timedelta(days=-3)}
CHEAPER = {"prices": [{"sku": "TEA", "price": 2000}]}


async def _kept(case: LivedCase) -> None:
    await case.run_until(waiting_for="goodwill")
    await case.keep_promises()


def _coupon(need: str) -> Acts:
    async def gives(case: LivedCase) -> None:
        await _decides(need, "coupon", amount={"minor": 1000})(case)
        await case.keep_promises()

    return gives


LIVES: dict[str, tuple[str, dict[str, Any], tuple[Acts, ...]]] = {
    "return_refund-refunded": ("return_refund", {}, ()),
    "return_refund-quality": ("return_refund", {"reason": "quality", "evidence": PHOTOS, "warehouse": FAULTY}, ()),
    "return_refund-photos_asked": ("return_refund", {"reason": "quality", "warehouse": FAULTY}, ()),
    "return_refund-no_photos": (
        "return_refund", {"reason": "quality", "customer": {"photos": 0}}, (_decides("no_evidence", "explain_only"),),
    ),
    "return_refund-window_closed": ("return_refund", {"order": {"signed_at": timedelta(days=-30)}}, ()),
    "return_refund-silent": ("return_refund", {"customer": {"agrees_after": "never"}}, ()),
    "return_refund-never_sent": ("return_refund", {"customer": {"ships_after": "never"}}, ()),
    "return_refund-number_asked": ("return_refund", {"customer": {"ships_after": "5d", "tracking": "when_asked"}}, ()),
    "return_refund-partial": ("return_refund", {"order": {"lines": [{"sku": "TRIO", "quantity": 3, "price": 4500}]},
                                                "warehouse": {"short": 1}}, ()),
    "return_refund-same_inspector": (
        "return_refund", {"warehouse": {"inspectors": ["qc:1", "qc:1"]}},
        (_says("inspection", "inspected", round=2, result="pass", by="qc:2"),),
    ),
    "return_refund-converted": ("return_refund", {"reason": "quality", "evidence": PHOTOS}, ()),
    "return_refund-sent_back": (
        "return_refund", {"reason": "quality", "evidence": PHOTOS, "order": {**MADE_TO_ORDER, "freight": 600}}, (),
    ),
    "return_refund-way_paid": (
        "return_refund", {"reason": "quality", "evidence": PHOTOS, "order": {**MADE_TO_ORDER, "freight": 600}}, (),
    ),
    "return_refund-way_unpaid": (
        "return_refund",
        {
            "reason": "quality", "evidence": PHOTOS, "order": {**MADE_TO_ORDER, "freight": 600},
            "customer": {"pays_after": "never"},
        },
        (_decides("way_back_unpaid", "send_back", "supervisor:2"),),
    ),
    "return_refund-customer_damage": (
        "return_refund", {"warehouse": {"second": "customer_damage"}},
        (_decides("inspection_customer_damage", "send_back"),),
    ),
    "return_refund-approved": ("return_refund", {"order": DEAR}, (_commands("approval", "approve", "supervisor:1"),)),
    "return_refund-pending": ("return_refund", {"provider": {"answer": "pending"}}, ()),
    "return_refund-needs_human": (
        "return_refund", {"provider": {"answer": "needs_human", "need": "permission"}},
        (_commands("refund_permission", "provide_input", "finance:5"),),
    ),
    "return_refund-reopened": ("return_refund", {}, (_reopened,)),
    "return_refund-goods_beyond": (
        "return_refund", {"customer": {"ships_after": "never"}},
        (_says("return_number", "return_shipped", courier="yto", waybill="SHARED-1"), _holds_more, _passed),
    ),
    "refund_only-same_affair": (
        "refund_only", {"beside": "return_refund"}, (_decides("goods_held", "same_affair"),),
    ),
    "refund_only-goods_taken_over": (
        "refund_only", {"beside": "return_refund"},
        (_decides("goods_held", "go_on", by="supervisor:2"),),
    ),
    "unidentified_parcel-matched": (
        "unidentified_parcel", {}, (_commands("parcel_owner", "match_parcel", "agent:7", case="T9999-return_refund"),),
    ),
    "unidentified_parcel-announced": (
        "unidentified_parcel", {}, (_says("parcel_owner", "parcel_announced", case="T9999-return_refund"),),
    ),
    "unidentified_parcel-kept": ("unidentified_parcel", {}, (_decides("unclaimed", "keep", by="supervisor:2"),)),
    "unidentified_parcel-sent_back": (
        "unidentified_parcel", {}, (_decides("unclaimed", "send_back", by="supervisor:2"),),
    ),
    "unidentified_parcel-scrapped": ("unidentified_parcel", {}, (_decides("unclaimed", "scrap", by="supervisor:2"),)),
    "refund_only-unshipped": ("refund_only", {"order": UNSHIPPED}, ()),
    "refund_only-decided": ("refund_only", {"reason": "quality"}, (_decides("refund_only", "full_refund"),)),
    "refund_only-rulebook_adopted": ("refund_only", {"reason": "quality"}, (_adopts, _decided_late)),
    "refund_only-price_adjusted": (
        "refund_only", {"reason": "quality"}, (_decides("refund_only", "price_refund", amount={"minor": 700}),),
    ),
    "refund_only-rejected": ("refund_only", {"reason": "quality"}, (_decides("refund_only", "explain_only"),)),
    "refund_only-withdrawn": (
        "refund_only", {"reason": "quality"}, (_says("decision_refund_only", "customer_withdrew"),),
    ),
    "refund_only-silent_close": ("refund_only", {"reason": "duplicate", "customer": {"confirms_after": "never"}}, ()),
    "refund_only-promise": (
        "refund_only", {"reason": "duplicate", "customer": {"confirms_after": "2h"}}, (_promise,),
    ),
    "refund_only-goodwill": (
        "refund_only", {"reason": "quality"},
        (_goodwill, _decides("refund_only", "partial_refund", amount={"minor": 900})),
    ),
    "refund_only-not_solved": (
        "refund_only", {"reason": "duplicate", "amount": 1000, "customer": {"solved": [False, True]}},
        (_decides("reopened", "partial_refund", amount={"minor": 500}),),
    ),
    "customer_unreachable-delivered": ("customer_unreachable", {"customer": {"calls": ["no_answer", "reached"]}}, ()),
    "customer_unreachable-reshipped": ("customer_unreachable", {"customer": {**DEAF, "surfaces_after": "8d"}}, ()),
    "customer_unreachable-never_surfaced": (
        "customer_unreachable", {"customer": DEAF}, (_decides("customer_never_surfaced", "full_refund"),),
    ),
    "customer_unreachable-never_back": (
        "customer_unreachable", {"customer": DEAF, "courier": {"back_after": "never", "trace": "lost"}},
        (_decides("recalled_parcel_lost", "full_refund"),),
    ),
    "no_tracking_info-delivered": ("no_tracking_info", {"warehouse": {"handed_over": False}}, ()),
    "no_tracking_info-calendar_notice": (
        "no_tracking_info", {"warehouse": {"handed_over": False, "ships_after": "5d"}}, (_hears_of_a_notice,),
    ),
    "no_tracking_info-never_shipped": (
        "no_tracking_info", {"warehouse": {"handed_over": False, "ships_after": "never"}},
        (_decides("never_shipped", "full_refund"),),
    ),
    "no_tracking_info-found": ("no_tracking_info", {"courier": {"state": "no_info", "trace": "found"}}, ()),
    "no_tracking_info-courier_silent": (
        "no_tracking_info", {"courier": {"state": "no_info", "trace_after": "never"}}, (),
    ),
    "parcel_damaged-reshipped": ("parcel_damaged", {}, ()),
    "parcel_damaged-kept": ("parcel_damaged", {"evidence": PHOTOS, "damage": BROKEN, "customer": KEPT}, ()),
    "parcel_damaged-claim_failed": (
        "parcel_damaged", {"customer": KEPT, "courier": {"claim": "refused"}}, (_keeps_promises,),
    ),
    "parcel_damaged-refused": ("parcel_damaged", {"order": {"signed_at": None}, "parcel_state": "damaged"}, ()),
    "parcel_damaged-refused_for_money": (
        "parcel_damaged",
        {"order": {"signed_at": None}, "parcel_state": "damaged", "customer": {"choice": "full_refund"}}, (),
    ),
    "parcel_damaged-described": ("parcel_damaged", {"evidence": PHOTOS}, (_describes,)),
    "parcel_damaged-no_photos": (
        "parcel_damaged", {"customer": {"photos": 0}}, (_decides("no_damage_evidence", "explain_only"),),
    ),
    "parcel_damaged-declined": (
        "parcel_damaged", {"customer": {"agrees": False}}, (_decides("damage_plan_declined", "full_refund"),),
    ),
    "parcel_damaged-lost_again": (
        "parcel_damaged", {"courier": {"delivered_after": "never"}}, (_decides("damage_reship_failed", "full_refund"),),
    ),
    "missing_item-reshipped": ("missing_item", MISSING, ()),
    "missing_item-refunded": ("missing_item", {**MISSING, "customer": {"choice": "part_refund"}}, ()),
    "missing_item-next_order": (
        "missing_item", {**MISSING, "customer": {"choice": "ship_together", "orders_again_after": "5d"}}, (),
    ),
    "missing_item-no_next_order": ("missing_item", {**MISSING, "customer": {"choice": "ship_together"}}, ()),
    "missing_item-packed": (
        "missing_item", {**MISSING, "warehouse": {"packed_all": True}}, (_decides("packing_complete", "explain_only"),),
    ),
    "missing_item-warehouse_silent": ("missing_item", {**MISSING, "warehouse": {"answers_after": "never"}}, ()),
    "missing_item-declined": (
        "missing_item", {**MISSING, "customer": {"agrees": False}}, (_decides("missing_plan_declined", "part_refund"),),
    ),
    "wrong_item-reshipped": ("wrong_item", WRONG, ()),
    "wrong_item-money": ("wrong_item", {**WRONG, "customer": {"choice": "return_refund"}}, ()),
    "wrong_item-kept": (
        "wrong_item", {**WRONG, "customer": {"ships_after": "never"}}, (_decides("wrong_goods_kept", "explain_only"),),
    ),
    "wrong_item-spoilt": (
        "wrong_item", {**WRONG, "warehouse": {"second": "customer_damage"}},
        (_decides("wrong_goods_inspection", "explain_only"),),
    ),
    "wrong_item-no_photo": (
        "wrong_item", {**WRONG, "customer": {"photos": 0}}, (_decides("no_wrong_item_photo", "explain_only"),),
    ),
    "wrong_item-declined": (
        "wrong_item", {**WRONG, "customer": {"agrees": False}}, (_decides("wrong_item_plan_declined", "part_refund"),),
    ),
    "out_of_stock-waited": ("out_of_stock", {**OOS, "warehouse": {"stock_after": "5d"}}, ()),
    "out_of_stock-substitute": ("out_of_stock", {**OOS, "lines": ONE_OR_ANOTHER}, ()),
    "out_of_stock-discount_granted": (
        "out_of_stock", {**OOS, "order": DEAR_PAIR, "lines": ONE_OR_ANOTHER},
        (_commands("approval", "approve", "supervisor:1"),),
    ),
    "out_of_stock-refunded": ("out_of_stock", OOS, ()),
    "out_of_stock-never_came": (
        "out_of_stock", {**OOS, "warehouse": {"stock_after": "5d", "stock_late": "never"}},
        (_decides("stock_never_came", "part_refund"),),
    ),
    "out_of_stock-not_phoned": ("out_of_stock", {**OOS, "customer": DEAF}, ()),
    "out_of_stock-silent": (
        "out_of_stock", {**OOS, "customer": {"agrees_after": "never"}}, (_decides("oos_no_answer", "part_refund"),),
    ),
    "reship-reshipped": ("reship", {"order": PAIR, "lines": ONE_OF_THEM}, ()),
    "reship-declined": ("reship", {"customer": {"agrees": False}}, (_decides("reship_declined", "full_refund"),)),
    "reship-silent": ("reship", {"customer": {"agrees_after": "never"}}, (_decides("reship_no_answer", "reship"),)),
    "reship-failed": (
        "reship", {"courier": {"delivered_after": "never"}}, (_decides("reship_failed", "full_refund"),),
    ),
    "warranty_repair-repaired": ("warranty_repair", {**REPAIR, "repairer": {"parts_after": "3d"}}, (SIGNED,)),
    "warranty_repair-explained": ("warranty_repair", {**REPAIR, "customer": {"guidance_helps": True}}, ()),
    "warranty_repair-no_proof": (
        "warranty_repair", {"reason": "quality", "customer": {"photos": 0}}, (_decides("no_proof", "explain_only"),),
    ),
    "warranty_repair-centre_first": (
        "warranty_repair", {"reason": "quality", "customer": {"photos_after": "30h"}},
        (_says("photos", "repair_status", state="confirmed", by="service_center:3"), SIGNED),
    ),
    "warranty_repair-silent": ("warranty_repair", {**REPAIR, "customer": {"agrees_after": "never"}}, ()),
    "warranty_repair-visited": ("warranty_repair", {**REPAIR, "customer": {"choice": "onsite_visit"}}, (SIGNED,)),
    "warranty_repair-not_signed": (
        "warranty_repair", REPAIR,
        (_commands("approval", "reject", "supervisor:1", reason="too_old"),
         _decides("repair_not_signed", "partial_refund", amount={"minor": 1000})),
    ),
    "warranty_repair-unconfirmed": ("warranty_repair", {**REPAIR, "repairer": {"confirms_after": "6d"}}, (SIGNED,)),
    "warranty_repair-exchanged": (
        "warranty_repair", {**REPAIR, "repairer": {"ends": "unrepairable"}},
        (SIGNED, _commands("approval", "approve", "manager:2")),
    ),
    "warranty_repair-refunded": (
        "warranty_repair", {**REPAIR, "repairer": {"begins_after": "never"}},
        (SIGNED, _repaired_late("full_refund")),
    ),
    "warranty_repair-overdue": (
        "warranty_repair", {**REPAIR, "repairer": {"begins_after": "never"}},
        (SIGNED, _repaired_late("repair"), _decides("repair_overdue", "full_refund")),
    ),
    "warranty_repair-no_fault": ("warranty_repair", {**REPAIR, "repairer": {"ends": "no_fault"}}, (SIGNED,)),
    "warranty_repair-at_his_cost": ("warranty_repair", {**REPAIR, "repairer": {"ends": "not_covered"}}, (SIGNED,)),
    "warranty_repair-given_back": (
        "warranty_repair", {**REPAIR, "repairer": {"ends": "not_covered"}, "customer": {"agrees": [True, False]}},
        (SIGNED,),
    ),
    "warranty_repair-withdrawn": (
        "warranty_repair", REPAIR, (SIGNED, _says("repair_confirmed", "customer_withdrew")),
    ),
    "paid_maintenance-repaired": (
        "paid_maintenance", {"order": OLD, "fee": {"minor": 8000}, "reason": "quality"}, (SIGNED,),
    ),
    "paid_maintenance-quoted": (
        "paid_maintenance", {"order": OLD, "reason": "quality"},
        (_decides("maintenance_fee", "repair", amount={"minor": 6600}), SIGNED),
    ),
    "paid_maintenance-declined": (
        "paid_maintenance", {"order": OLD, "fee": {"minor": 8000}, "reason": "quality", "customer": {"agrees": False}},
        (),
    ),
    "paid_maintenance-unrepairable": (
        "paid_maintenance",
        {"order": OLD, "fee": {"minor": 8000}, "reason": "quality", "repairer": {"ends": "unrepairable"}}, (SIGNED,),
    ),
    "paid_maintenance-unpaid": (
        "paid_maintenance",
        {"order": OLD, "fee": {"minor": 8000}, "reason": "quality", "customer": {"pays_after": "never"}},
        (SIGNED, _decides("repair_unpaid", "repair")),
    ),
    "address_change-readdressed": ("address_change", {"order": UNSHIPPED}, ()),
    "address_change-left_meanwhile": ("address_change", {"order": UNSHIPPED, "warehouse": {"holds": False}}, ()),
    "address_change-warehouse_silent": (
        "address_change", {"order": UNSHIPPED, "warehouse": {"answers_after": "never"}},
        (_decides("readdress_unanswered", "full_refund"),),
    ),
    "address_change-delivered": ("address_change", {"order": ON_ITS_WAY}, ()),
    "address_change-asked": ("address_change", {"order": ON_ITS_WAY, "person": None, "local_hour": 18}, ()),
    "address_change-unconfirmed": (
        "address_change", {"order": ON_ITS_WAY, "person": None, "customer": {"address_after": "never"}},
        (_decides("address_unconfirmed", "full_refund"),),
    ),
    "address_change-misrouted": (
        "address_change",
        {"order": ON_ITS_WAY, "person": None, "parcel_state": "misrouted", "courier": {"fee": 800}}, (),
    ),
    "address_change-for_a_fee": ("address_change", {"order": ON_ITS_WAY, "courier": {"fee": 800}}, ()),
    "address_change-fee_declined": (
        "address_change",
        {"order": ON_ITS_WAY, "courier": {"fee": 800}, "customer": {"agrees": [False, True]}}, (),
    ),
    "address_change-silent_courier": (
        "address_change", {"order": ON_ITS_WAY, "courier": {"answers_after": "never"}}, (),
    ),
    "address_change-refunded": (
        "address_change",
        {"order": ON_ITS_WAY, "courier": {"reroute": "refused"}, "customer": {"choice": "full_refund"}}, (),
    ),
    "address_change-handed_out": (
        "address_change", {"order": ON_ITS_WAY, "courier": {"answers_after": "never"}},
        (_parcel("courier_word", "delivered"), _decides("delivered_elsewhere", "reship")),
    ),
    "out_of_area-collected": ("out_of_area", {"order": ON_ITS_WAY, "local_hour": 20}, ()),
    "out_of_area-not_collected": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"collects_after": "never"}},
        (_decides("not_collected", "reship"),),
    ),
    "out_of_area-relayed": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"choice": "reship"}, "courier": {"fee": 1200}}, (),
    ),
    "out_of_area-cart_approved": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"agrees": False}, "courier": {"fee": 8000}},
        (_commands("approval", "approve", "supervisor:1"),),
    ),
    "out_of_area-reshipped": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"choice": "reship"}, "courier": {"relay": "refused"}}, (),
    ),
    "out_of_area-his_wish": (
        "out_of_area", {"order": ON_ITS_WAY, "wants": "other_courier", "courier": {"fee": 1500}}, (),
    ),
    "out_of_area-fee_declined": (
        "out_of_area",
        {"order": ON_ITS_WAY, "courier": {"fee": 1500},
         "customer": {"choice": "other_courier", "agrees": [True, False]}},
        (_decides("courier_fee_declined", "reship"),),
    ),
    "out_of_area-silent": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"agrees_after": "never"}},
        (_decides("pickup_unanswered", "full_refund"),),
    ),
    "out_of_area-overtaken": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"agrees_after": "never"}}, (_parcel("consent", "delivered"),),
    ),
    "cancel_before_receipt-held": ("cancel_before_receipt", {"order": UNSHIPPED}, ()),
    "cancel_before_receipt-warehouse_silent": (
        "cancel_before_receipt", {"order": UNSHIPPED, "warehouse": {"answers_after": "never"}},
        (_decides("hold_unanswered", "full_refund"),),
    ),
    "cancel_before_receipt-persuaded": (
        "cancel_before_receipt", {"order": ON_ITS_WAY}, (_parcel("delivery", "delivered"),),
    ),
    "cancel_before_receipt-refused_after_all": (
        "cancel_before_receipt", {"order": ON_ITS_WAY},
        (_parcel("delivery", "rejected"), _parcel("parcel_back", "returned"), _inspected),
    ),
    "cancel_before_receipt-redelivered": (
        "cancel_before_receipt", {"order": ON_ITS_WAY, "customer": {"choice": "redeliver"}}, (),
    ),
    "cancel_before_receipt-elsewhere": (
        "cancel_before_receipt", {"order": ON_ITS_WAY, "customer": {"choice": "reroute"}}, (),
    ),
    "cancel_before_receipt-called_back": (
        "cancel_before_receipt",
        {"order": ON_ITS_WAY, "customer": {"choice": "recall_parcel"}, "warehouse": {"second": "transit_damage"}}, (),
    ),
    "cancel_before_receipt-refused_at_door": (
        "cancel_before_receipt",
        {"order": ON_ITS_WAY, "customer": {"agrees_after": "never"}, "courier": {"recall": "refused"}}, (),
    ),
    "cancel_before_receipt-taken_after_all": (
        "cancel_before_receipt", {"order": ON_ITS_WAY, "customer": {"agrees_after": "never"}},
        (_parcel("consent", "delivered"),),
    ),
    "cancel_before_receipt-lost_on_its_way_back": (
        "cancel_before_receipt",
        {"order": ON_ITS_WAY, "customer": {"agrees": False}, "courier": {"back_after": "never", "trace": "lost"}}, (),
    ),
    "cancel_before_receipt-price_adjusted": ("cancel_before_receipt", CHEAPER_NOW, ()),
    "cancel_before_receipt-explained": (
        "cancel_before_receipt", {**CHEAPER_NOW, "customer": {"choice": "explain_only"}}, (),
    ),
    "parcel_lost-reshipped": ("parcel_lost", {"courier": GONE}, ()),
    "parcel_lost-refunded": (
        "parcel_lost", {"courier": {"state": "stalled", "trace": "lost"}, "customer": {"choice": "full_refund"}}, (),
    ),
    "parcel_lost-found": ("parcel_lost", {"courier": {"state": "stalled", "trace": "found"}}, ()),
    "parcel_lost-declined": (
        "parcel_lost", {"courier": GONE, "customer": {"agrees": False}},
        (_decides("lost_plan_declined", "full_refund"),),
    ),
    "parcel_lost-sent_twice": (
        "parcel_lost", {"courier": {**GONE, "delivered_after": "never"}},
        (_decides("lost_reship_failed", "reship"), _decides("lost_reship_failed_2", "full_refund")),
    ),
    "exchange-exchanged": ("exchange", EXCHANGED, ()),
    "exchange-dearer": ("exchange", {**EXCHANGED, "replacement": POT, "customer": {"pays_after": "40h"}}, ()),
    "exchange-cheaper": (
        "exchange", {**EXCHANGED, "replacement": [{"sku": "BOWL", "quantity": 1, "price": 4000}]}, (),
    ),
    "exchange-unpaid": (
        "exchange", {**EXCHANGED, "replacement": POT, "customer": {"pays_after": "never"}},
        (_pays_nothing_and_returns,),
    ),
    "exchange-withdrawn": (
        "exchange", {**EXCHANGED, "replacement": POT, "customer": {"pays_after": "never"}},
        (_says("payment", "customer_withdrew"),),
    ),
    "exchange-window_closed": ("exchange", {"order": {"signed_at": timedelta(days=-21)}}, ()),
    "exchange-split_freight": ("exchange", {**EXCHANGED, "order": {"signed_at": timedelta(days=-21)}}, ()),
    "exchange-silent": ("exchange", {"customer": {"agrees_after": "never"}}, ()),
    "exchange-out_of_stock": ("exchange", {**EXCHANGED, "fault": NONE_LEFT}, ()),
    "exchange-no_fault": ("exchange", {**EXCHANGED, "warehouse": {}}, ()),
    "exchange-no_fault_returned": ("exchange", {**EXCHANGED, "warehouse": {}}, (_returns_after_no_fault,)),
    "exchange-sent_back": (
        "exchange", {**EXCHANGED, "warehouse": {}, "order": {"signed_at": timedelta(days=-21)}}, (),
    ),
    "exchange-late": (
        "exchange", {**EXCHANGED, "warehouse": {**FAULTY, "inspects_after": "22h"}}, (),
    ),
    "colour_difference-exchanged": ("colour_difference", {"replacement": GREEN}, ()),
    "colour_difference-returned": ("colour_difference", {"customer": {"choice": "return_refund"}}, ()),
    "colour_difference-named": (
        "colour_difference", {}, (_decides("exchange_for", "exchange", replacement=GOLDEN),),
    ),
    "colour_difference-silent": ("colour_difference", {"customer": {"agrees_after": "never"}}, ()),
    "colour_difference-window_closed": ("colour_difference", {"order": {"signed_at": timedelta(days=-21)}}, ()),
    "size_unsuitable-exchanged": (
        "size_unsuitable", {}, (_decides("size_advice", "exchange", liability="customer", replacement=LARGER),),
    ),
    "size_unsuitable-returned": (
        "size_unsuitable", {"customer": {"choice": "return_refund"}},
        (_decides("size_advice", "return_refund", liability="merchant"),),
    ),
    "size_unsuitable-window_closed": ("size_unsuitable", {"order": {"signed_at": timedelta(days=-40)}}, ()),
    "return_refund-exchanged": (
        "return_refund", {"customer": {"agrees": [False, True]}}, (_decides("plan_declined", "exchange"),),
    ),
    "parcel_stuck-delivered": ("parcel_stuck", {"courier": {**STUCK, "trace": "found"}}, ()),
    "parcel_stuck-reshipped": ("parcel_stuck", {"courier": STUCK}, ()),
    "parcel_stuck-refunded": ("parcel_stuck", {"courier": STUCK, "customer": {"choice": "full_refund"}}, ()),
    "parcel_stuck-overtaken": (
        "parcel_stuck", {"courier": STUCK, "customer": {"agrees_after": "never"}}, (_parcel("consent", "delivered"),),
    ),
    "parcel_stuck-lost": ("parcel_stuck", {"courier": {**STUCK, "trace": "lost"}}, ()),
    "parcel_stuck-declined": (
        "parcel_stuck", {"courier": STUCK, "customer": {"agrees": False}},
        (_decides("stuck_plan_declined", "full_refund"),),
    ),
    "signed_not_received-found_by_him": (
        "signed_not_received", {"courier": BY_PROXY, "customer": {"finds": True}}, (),
    ),
    "signed_not_received-found_by_courier": (
        "signed_not_received", {"courier": {**BY_PROXY, "trace": "found"}, "customer": {"finds": [False, True]}}, (),
    ),
    "parcel_stuck-denied": (
        "parcel_stuck",
        {"courier": {**STUCK, "trace": ["found", "unknown"], "delivered_as": "delivered_by_proxy"},
         "customer": {"solved": [False, True], "finds": True}}, (),
    ),
    "signed_not_received-lost": ("signed_not_received", {"courier": {**BY_PROXY, "trace_after": "never"}}, ()),
    "tracking_query-delivered": ("tracking_query", {}, (_parcel("delivery", "delivered"),)),
    "tracking_query-stuck": ("tracking_query", {"courier": {**STUCK, "trace": "found"}}, ()),
    "tracking_query-stuck_meanwhile": (
        "tracking_query", {"courier": {"trace": "found"}},
        (_parcel("delivery", "out_for_delivery"), _parcel("delivery", "misrouted")),
    ),
    "tracking_query-signed": ("tracking_query", {"courier": BY_PROXY, "customer": {"finds": True}}, ()),
    "tracking_query-not_coming": (
        "tracking_query", {"courier": {"state": "returning"}}, (_decides("parcel_not_coming", "reship"),),
    ),
    "late_delivery-slot_kept": ("late_delivery", {}, ()),
    "late_delivery-refused": ("late_delivery", {"customer": {"choice": "return_refund"}}, ()),
    "late_delivery-slot_missed": ("late_delivery", {"courier": {"keeps_slot": False}}, ()),
    "late_delivery-no_slot": (
        "late_delivery", {"courier": {"answers_after": "never"}}, (_decides("no_slot", "full_refund"),),
    ),
    "late_delivery-explained": ("late_delivery", {"courier": {"state": "delivered"}}, ()),
    "late_shipment-delivered": (
        "late_shipment",
        {"order": UNSHIPPED, "warehouse": {"handed_over": False}, "courier": {"transit_after": "2h"}}, (),
    ),
    "late_shipment-upheld": (
        "late_shipment", {"order": NUMBERED, "courier": NO_SCAN, "customer": {"choice": "full_refund"}}, (),
    ),
    "late_shipment-reshipped": ("late_shipment", {"order": NUMBERED, "courier": NO_SCAN}, ()),
    "late_shipment-left_meanwhile": (
        "late_shipment",
        {"order": UNSHIPPED, "warehouse": {"answers_after": "2h", "holds": False},
         "customer": {"choice": "full_refund"}}, (),
    ),
    "late_shipment-overtaken": (
        "late_shipment", {"order": NUMBERED, "courier": NO_SCAN, "customer": {"agrees_after": "never"}},
        (_parcel("consent", "in_transit"), _parcel("delivery", "delivered")),
    ),
    "courier_conduct-delivered": ("courier_conduct", {}, ()),
    "courier_conduct-other_courier": (
        "courier_conduct", {"customer": {"choice": "other_courier"}, "order": {"freight": 600}}, (),
    ),
    "courier_conduct-explained": ("courier_conduct", {"courier": {"state": "delivered"}}, ()),
    "complaint-refunded": ("complaint", {}, (_decides("complaint", "full_refund"),)),
    "complaint-explained": ("complaint", {}, (_decides("complaint", "explain_only", reason="courier_slow"),)),
    "complaint-overdue": ("complaint", {}, (_overdue, _decided_late)),
    "complaint-dispute": (
        "complaint", {"evidence": PHOTOS, "customer": {"agrees": [False, False, True]}},
        (_decides("complaint", "reship"), _decides("complaint_2", "reship"), _handed_over,
         _decides("complaint_3", "full_refund", "supervisor:1"), _filed),
    ),
    "complaint-goodwill": (
        "complaint", {}, (_decides("complaint", "coupon", amount={"minor": 1000}), _keeps_promises),
    ),
    "complaint-withdrawn": ("complaint", {}, (_says("decision_complaint", "customer_withdrew"),)),
    "dispute-reshipped": ("dispute", {}, (_decides("dispute", "reship", "supervisor:1"), _filed)),
    "bad_review-reshipped": (
        "bad_review", {"customer": {"surfaces_after": "10m"}}, (_decides("bad_review", "reship"),),
    ),
    "bad_review-explained": (
        "bad_review", {"customer": {"calls": "no_answer"}}, (_decides("bad_review", "explain_only"),),
    ),
    "platform_rights-refunded": (
        "platform_rights", {"order": DEAR, "evidence": PHOTOS, "deadline": timedelta(hours=12)},
        (_submitted, _says("ruling", "platform_ruled", verdict="more_evidence"), _submitted,
         _says("ruling", "platform_ruled", verdict="for_customer")),
    ),
    "platform_rights-overruled": (
        "platform_rights", {"customer": {"verdicts": ["for_shop", "for_customer"], "ruled_after": "2d"}},
        (_submitted, _decides("reopened", "full_refund")),
    ),
    "platform_rights-partly": (
        "platform_rights", {"customer": {"ruled_after": "never"}},
        (_says("evidence_pack", "platform_ruled", verdict="for_customer", amount={"minor": 900}),),
    ),
    "platform_rights-explained": (
        "platform_rights", {}, (_submitted, _says("ruling", "platform_ruled", verdict="for_shop")),
    ),
    "price_difference-paid": ("price_difference", {"order": TEAS, "drop": CHEAPER}, ()),
    "price_difference-gifts_counted": (
        "price_difference", {"order": TEAS, "drop": {**CHEAPER, "gifts": [{"value": {"minor": 300}}]}}, (),
    ),
    "price_difference-not_cheaper": (
        "price_difference", {"order": TEAS, "drop": {"prices": [{"sku": "TEA", "price": 2250}]}}, (),
    ),
    "price_difference-too_late": (
        "price_difference", {"order": {**TEAS, "succeeded_at": timedelta(days=-60)}, "drop": CHEAPER}, (),
    ),
    "price_difference-unknown": (
        "price_difference", {"order": TEAS}, (_decides("price_unknown", "price_refund", amount={"minor": 700}),),
    ),
    "price_difference-not_approved": (
        "price_difference",
        {"order": {"paid": 15000, "lines": [{"sku": "TEA", "quantity": 2, "price": 15000}]}, "drop": CHEAPER},
        (_commands("approval", "reject", "supervisor:1", reason="not_our_price"), _coupon("difference_not_paid")),
    ),
    "postage_claim-paid": ("postage_claim", {"reason": "quality", "amount": 1200, "evidence": PHOTOS[:1]}, ()),
    "postage_claim-his": ("postage_claim", {"reason": "size", "amount": 1200}, ()),
    "postage_claim-courier": (
        "postage_claim", {"reason": "damaged", "fault": "courier", "amount": 1200, "evidence": PHOTOS[:1]}, (),
    ),
    "postage_claim-over_cap": (
        "postage_claim", {"reason": "quality", "amount": 3000, "evidence": PHOTOS[:1]},
        (_decides("postage_sum", "freight_refund", amount={"minor": 1800}),),
    ),
    "postage_claim-no_receipt": (
        "postage_claim", {"reason": "quality", "amount": 1200, "customer": {"photos": 0}},
        (_decides("no_receipt", "explain_only"),),
    ),
    "postage_claim-breach": (
        "postage_claim", {"reason": "freight", "fault": "merchant", "amount": 3500, "evidence": PHOTOS[:1]}, (),
    ),
    "postage_claim-breach_seen": (
        "postage_claim", {"reason": "freight", "amount": 900, "evidence": PHOTOS[:1]},
        (_decides("extra_postage", "freight_refund"),
         _commands("confirmation", "add_note", "supervisor:2", note_ref="text/1")),
    ),
    "minor_flaw-coupon": ("minor_flaw", {"reason": "quality", "customer": {"goodwill": True}}, (_kept,)),
    "minor_flaw-silent": ("minor_flaw", {"reason": "quality"}, (_kept,)),
    "minor_flaw-returned": (
        "minor_flaw",
        {"reason": "quality", "evidence": PHOTOS, "customer": {"goodwill": False}, "warehouse": FAULTY}, (),
    ),
    "minor_flaw-too_late_to_return": (
        "minor_flaw",
        {"reason": "quality", "customer": {"goodwill": False}, "order": {"signed_at": timedelta(days=-30)}},
        (_decides("flaw", "partial_refund", amount={"minor": 1000}),),
    ),
    "return_refund-worn_kept": (
        "return_refund", {"reason": "quality", "worn": True, "evidence": PHOTOS},
        (_decides("worn_defect", "partial_refund"),),
    ),
    "return_refund-worn_serious": (
        "return_refund", {"reason": "quality", "worn": True, "evidence": PHOTOS, "warehouse": FAULTY},
        (_decides("worn_defect", "return_refund"), _decides("worn_serious", "return_refund", by="supervisor:2")),
    ),
    "return_refund-broken_in_use_repaired": (
        "return_refund", {"warehouse": {"second": "customer_damage"}},
        (_decides("inspection_customer_damage", "repair", amount={"minor": 1800}), SIGNED),
    ),
    "return_refund-broken_in_use_sent_back": (
        "return_refund", {"warehouse": {"second": "customer_damage"}, "customer": {"agrees": [True, False]}},
        (_decides("inspection_customer_damage", "repair", amount={"minor": 1800}),),
    ),
    "customer_misuse-repaired": (
        "customer_misuse", REPAIR, (_decides("misuse_repair", "repair", amount={"minor": 1800}), SIGNED),
    ),
    "customer_misuse-declined": (
        "customer_misuse", {**REPAIR, "customer": {"agrees": False}},
        (_decides("misuse_repair", "repair", amount={"minor": 1800}),),
    ),
    "customer_misuse-explained": ("customer_misuse", REPAIR, (_decides("misuse_repair", "explain_only"),)),
    "courier_claim-paid": ("courier_claim", CLAIMED, ()),
    "courier_claim-refused_once": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "claim": ["refused", "accepted"]}},
        (_decides("claim_rejected", "claim_again"),),
    ),
    "courier_claim-written_off": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "claim": "refused"}},
        (_decides("claim_rejected", "write_off", "manager:1"),),
    ),
    "courier_claim-silent": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "answers_after": "never"}},
        (_decides("claim_silent", "write_off", "manager:1"),),
    ),
    "courier_claim-came_round": ("courier_claim", {**CLAIMED, "courier": {**GONE, "answers_after": "8d"}}, ()),
    "courier_claim-booked": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "pays_after": "never"}},
        (_commands("reimbursement", "record_reimbursement", "finance:5", amount={"minor": 3000}),),
    ),
    "courier_claim-unpaid": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "pays_after": "never"}},
        (_decides("claim_unpaid", "write_off", "manager:1"),),
    ),
    "customer_misuse-no_photos": (
        "customer_misuse", {"reason": "quality", "customer": {"photos": 0}}, (_decides("no_evidence", "explain_only"),),
    ),
}  # fmt: skip


async def live(house: House, name: str) -> LivedCase:
    """Live one of `LIVES` to its end."""
    case = await begun(house, name)
    for act in LIVES[name][2]:
        await act(case)
    await case.to_the_end()
    return case


async def begun(house: House, name: str) -> LivedCase:
    """Its case: of the warehouse, of a customer's case, `beside` another of the order, or like most."""
    case_type, given, _ = LIVES[name]
    request = {"reason": _REASONS.get(case_type, "no_reason")} | given
    if case_type == "courier_claim":  # the case of a customer opens it
        customers = await house.open("parcel_lost", **{**request, "reason": "lost"})
        await customers.run_until(waiting_for="confirmation")
        return await customers.claim()
    if case_type == "unidentified_parcel":
        return await house.receive(f"NOBODY-{name.partition('-')[2]}", "CUP")
    if first := request.get("beside"):
        asked = {key: value for key, value in request.items() if key != "beside"}
        return await house.beside(await house.open(first), case_type, **asked)
    return await house.open(case_type, **request)


_REASONS = {
    "price_difference": "price_drop",
    "parcel_damaged": "damaged",
    "missing_item": "missing_item",
    "wrong_item": "wrong_item",
    "reship": "lost",
    "out_of_stock": "out_of_stock",
    "customer_unreachable": "not_received",
    "no_tracking_info": "late",
    "parcel_lost": "lost",
    "out_of_area": "not_received",
    "tracking_query": "not_received",
    "signed_not_received": "not_received",
    "parcel_stuck": "not_received",
    "late_delivery": "late",
    "late_shipment": "late",
    "courier_conduct": "service",
    "complaint": "service",
    "dispute": "service",
    "bad_review": "service",
    "platform_rights": "quality",
}


async def _keep(house: House, name: str, one_at_a_time: asyncio.Semaphore) -> None:
    async with one_at_a_time:
        case = await live(house, name)
        history = json.loads((await case.handle.fetch_history()).to_json())
        HISTORIES.mkdir(exist_ok=True)
        (HISTORIES / f"{name}.json").write_text(
            json.dumps(without_machine(history), ensure_ascii=False, separators=(",", ":")) + "\n"
        )
        sys.stdout.write(f"{name}: {len(history['events'])} events\n")


def without_machine(value: Any) -> Any:
    """Who recorded it is no part of a history: identities hold process ids and host names, stack traces folders."""
    if isinstance(value, dict):
        return {
            key: "recorded" if key in ("identity", "binaryChecksum") else without_machine(inner)
            for key, inner in value.items()
            if key != "stackTrace"
        }
    if isinstance(value, list):
        return [without_machine(inner) for inner in value]
    return re.sub(r"\d+@[\w.-]+", "recorded", value) if isinstance(value, str) else value


async def main(names: list[str]) -> None:
    """Record those of the names, or all."""
    async with PostgresServer() as postgres, TemporalServer() as temporal:
        dsn = await postgres.create_database("house")
        await migrate(dsn)
        await own_namespace(temporal, "house")
        client = await Client.connect(temporal.address, namespace="house", plugins=[worker.plugin()])
        async with standing(client, dsn) as house:
            gate = asyncio.Semaphore(10)
            await asyncio.gather(*(_keep(house, name, gate) for name in names or LIVES))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
