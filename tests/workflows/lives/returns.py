"""退货、退款、换货 · Goods that come back, or money without them: a life per ending."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.lived_case import LivedCase
from tests.workflows.lives.acts import SIGNED, Lives, commands, decided_late, decides, hears_whose_goods, parcel, says
from tests.workflows.lives.asked import DEAR, ON_ITS_WAY, PHOTOS, UNSHIPPED

FAULTY = {"second": "defect_confirmed"}
MADE_TO_ORDER = {"lines": [{"sku": "CARVED", "quantity": 1, "price": 4500, "category": "custom_made"}]}
CHEAPER_NOW = {
    "order": {**ON_ITS_WAY, "lines": [{"sku": "CUP", "quantity": 1, "price": 4500}]}, "reason": "price_drop",
    "drop": {"prices": [{"sku": "CUP", "price": 3600}], "gifts": [{"sku": "SPOON", "value": {"minor": 400}}]},
}  # fmt: skip


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


async def _told_anew(case: LivedCase) -> None:
    """While his parcel is on its way the shop corrects what it had told of the order, and the platform names a day."""
    now = await case.run_until(waiting_for="return_parcel")
    signed = (now.at - timedelta(days=4)).isoformat()
    await case.say("order_told", paid={"minor": 4000}, invoice="INV-1", waybill="SECOND-1", signed_at=signed)
    await case.say("request_repeated", deadline=(now.at + timedelta(days=3)).isoformat())


async def _passed(case: LivedCase) -> None:
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        await case.say("inspected", round=round_, result="pass", by=by)


async def _reopened(case: LivedCase) -> None:
    await case.run_until(stage="closed")
    await case.act("reopen_case", reason="called_again")
    await decides("reopened", "coupon", amount={"minor": 500})(case)
    await case.keep_promises()


async def _goods_moved_away(case: LivedCase) -> None:
    """A supervisor lets another case go on with its goods, which carries on what the customer wants."""
    other = await case.house.beside(case, "refund_only")
    await decides("goods_held", "go_on", by="supervisor:2")(other)
    await hears_whose_goods(case)


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


async def _pays_nothing_and_returns(case: LivedCase) -> None:
    await decides("exchange_unpaid", "return_refund")(case)


async def _returns_after_no_fault(case: LivedCase) -> None:
    await case.run_until(waiting_for="inspection")
    await says("consent", "customer_agreed", choice="return_refund")(case)


EXCHANGED = {"reason": "quality", "evidence": PHOTOS, "warehouse": FAULTY}
POT = [{"sku": "POT", "quantity": 1, "price": 6000}]
GREEN = [{"sku": "MUG-GREEN", "quantity": 1, "price": 4500}]
GOLDEN = [{"sku": "MUG-GOLD", "quantity": 1, "price": {"minor": 5000}}]
LARGER = [{"sku": "SHOE-43", "quantity": 1, "price": {"minor": 4500}}]
NONE_LEFT = {"kind": "refuse", "partner": "warehouse", "operation": "ship", "code": "out_of_stock"}


async def _kept(case: LivedCase) -> None:
    await case.run_until(waiting_for="goodwill")
    await case.keep_promises()


LIVES: Lives = {
    "return_refund-refunded": ("return_refund", {}, ()),
    "return_refund-quality": ("return_refund", {"reason": "quality", "evidence": PHOTOS, "warehouse": FAULTY}, ()),
    "return_refund-photos_asked": ("return_refund", {"reason": "quality", "warehouse": FAULTY}, ()),
    "return_refund-no_photos": (
        "return_refund", {"reason": "quality", "customer": {"photos": 0}}, (decides("no_evidence", "explain_only"),),
    ),
    "return_refund-window_closed": ("return_refund", {"order": {"signed_at": timedelta(days=-30)}}, ()),
    "return_refund-silent": ("return_refund", {"customer": {"agrees_after": "never"}}, ()),
    "return_refund-never_sent": ("return_refund", {"customer": {"ships_after": "never"}}, ()),
    "return_refund-number_asked": ("return_refund", {"customer": {"ships_after": "5d", "tracking": "when_asked"}}, ()),
    "return_refund-partial": ("return_refund", {"order": {"lines": [{"sku": "TRIO", "quantity": 3, "price": 4500}]},
                                                "warehouse": {"short": 1}}, ()),
    "return_refund-same_inspector": (
        "return_refund", {"warehouse": {"inspectors": ["qc:1", "qc:1"]}},
        (says("inspection", "inspected", round=2, result="pass", by="qc:2"),),
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
        (decides("way_back_unpaid", "send_back", "supervisor:2"),),
    ),
    "return_refund-customer_damage": (
        "return_refund", {"warehouse": {"second": "customer_damage"}},
        (decides("inspection_customer_damage", "send_back"),),
    ),
    "return_refund-sent_back_at_his_cost": (
        "return_refund",
        {"warehouse": {"second": "customer_damage"}, "order": {"paid": 5100, "freight": 600, "free_postage": False}},
        (decides("inspection_customer_damage", "send_back"),),
    ),
    "return_refund-approved": ("return_refund", {"order": DEAR}, (commands("approval", "approve", "supervisor:1"),)),
    "return_refund-told_anew": ("return_refund", {}, (_told_anew,)),
    "return_refund-pending": ("return_refund", {"provider": {"answer": "pending"}}, ()),
    "return_refund-needs_human": (
        "return_refund", {"provider": {"answer": "needs_human", "need": "permission"}},
        (commands("refund_permission", "provide_input", "finance:5"),),
    ),
    "return_refund-reopened": ("return_refund", {}, (_reopened,)),
    "return_refund-goods_beyond": (
        "return_refund", {"customer": {"ships_after": "never"}},
        (says("return_number", "return_shipped", courier="yto", waybill="SHARED-1"), _holds_more, _passed),
    ),
    "refund_only-same_affair": (
        "refund_only", {"beside": "return_refund"}, (decides("goods_held", "same_affair"),),
    ),
    "refund_only-goods_taken_over": (
        "refund_only", {"beside": "return_refund"},
        (decides("goods_held", "go_on", by="supervisor:2"),),
    ),
    "exchange-carried_on": ("exchange", {}, (_goods_moved_away, decides("goods_held", "same_affair"))),
    "unidentified_parcel-matched": (
        "unidentified_parcel", {}, (commands("parcel_owner", "match_parcel", "agent:7", case="T9999-return_refund"),),
    ),
    "unidentified_parcel-announced": (
        "unidentified_parcel", {}, (says("parcel_owner", "parcel_announced", case="T9999-return_refund"),),
    ),
    "unidentified_parcel-kept": ("unidentified_parcel", {}, (decides("unclaimed", "keep", by="supervisor:2"),)),
    "unidentified_parcel-sent_back": (
        "unidentified_parcel", {}, (decides("unclaimed", "send_back", by="supervisor:2"),),
    ),
    "unidentified_parcel-scrapped": ("unidentified_parcel", {}, (decides("unclaimed", "scrap", by="supervisor:2"),)),
    "refund_only-unshipped": ("refund_only", {"order": UNSHIPPED}, ()),
    "refund_only-left_meanwhile": (
        "refund_only", {"order": UNSHIPPED, "warehouse": {"holds": False}, "customer": {"choice": "recall_parcel"}}, (),
    ),
    "refund_only-decided": ("refund_only", {"reason": "quality"}, (decides("refund_only", "full_refund"),)),
    "refund_only-rulebook_adopted": ("refund_only", {"reason": "quality"}, (_adopts, decided_late)),
    "refund_only-price_adjusted": (
        "refund_only", {"reason": "quality"}, (decides("refund_only", "price_refund", amount={"minor": 700}),),
    ),
    "refund_only-rejected": ("refund_only", {"reason": "quality"}, (decides("refund_only", "explain_only"),)),
    "refund_only-withdrawn": (
        "refund_only", {"reason": "quality"}, (says("decision_refund_only", "customer_withdrew"),),
    ),
    "refund_only-silent_close": ("refund_only", {"reason": "duplicate", "customer": {"confirms_after": "never"}}, ()),
    "refund_only-promise": (
        "refund_only", {"reason": "duplicate", "customer": {"confirms_after": "2h"}}, (_promise,),
    ),
    "refund_only-goodwill": (
        "refund_only", {"reason": "quality"},
        (_goodwill, decides("refund_only", "partial_refund", amount={"minor": 900})),
    ),
    "refund_only-not_solved": (
        "refund_only", {"reason": "duplicate", "amount": 1000, "customer": {"solved": [False, True]}},
        (decides("reopened", "partial_refund", amount={"minor": 500}),),
    ),
    "cancel_before_receipt-held": ("cancel_before_receipt", {"order": UNSHIPPED}, ()),
    "cancel_before_receipt-wanted_after_all": (
        "cancel_before_receipt",
        {"order": {**UNSHIPPED, "paid": 15000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 15000}]}},
        (says("approval", "customer_withdrew"),),
    ),
    "cancel_before_receipt-warehouse_silent": (
        "cancel_before_receipt", {"order": UNSHIPPED, "warehouse": {"answers_after": "never"}},
        (decides("hold_unanswered", "full_refund"),),
    ),
    "cancel_before_receipt-persuaded": (
        "cancel_before_receipt", {"order": ON_ITS_WAY}, (parcel("delivery", "delivered"),),
    ),
    "cancel_before_receipt-refused_after_all": (
        "cancel_before_receipt", {"order": ON_ITS_WAY},
        (parcel("delivery", "rejected"), parcel("parcel_back", "returned"), _inspected),
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
        (parcel("consent", "delivered"),),
    ),
    "cancel_before_receipt-lost_on_its_way_back": (
        "cancel_before_receipt",
        {"order": ON_ITS_WAY, "customer": {"agrees": False}, "courier": {"back_after": "never", "trace": "lost"}}, (),
    ),
    "cancel_before_receipt-price_adjusted": ("cancel_before_receipt", CHEAPER_NOW, ()),
    "cancel_before_receipt-explained": (
        "cancel_before_receipt", {**CHEAPER_NOW, "customer": {"choice": "explain_only"}}, (),
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
        (says("return_number", "customer_withdrew"),),
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
        "colour_difference", {}, (decides("exchange_for", "exchange", replacement=GOLDEN),),
    ),
    "colour_difference-silent": ("colour_difference", {"customer": {"agrees_after": "never"}}, ()),
    "colour_difference-window_closed": ("colour_difference", {"order": {"signed_at": timedelta(days=-21)}}, ()),
    "size_unsuitable-exchanged": (
        "size_unsuitable", {}, (decides("size_advice", "exchange", liability="customer", replacement=LARGER),),
    ),
    "size_unsuitable-returned": (
        "size_unsuitable", {"customer": {"choice": "return_refund"}},
        (decides("size_advice", "return_refund", liability="merchant"),),
    ),
    "size_unsuitable-window_closed": ("size_unsuitable", {"order": {"signed_at": timedelta(days=-40)}}, ()),
    "return_refund-exchanged": (
        "return_refund", {"customer": {"agrees": [False, True]}}, (decides("plan_declined", "exchange"),),
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
        (decides("flaw", "partial_refund", amount={"minor": 1000}),),
    ),
    "return_refund-worn_kept": (
        "return_refund", {"reason": "quality", "worn": True, "evidence": PHOTOS},
        (decides("worn_defect", "partial_refund"),),
    ),
    "return_refund-worn_serious": (
        "return_refund", {"reason": "quality", "worn": True, "evidence": PHOTOS, "warehouse": FAULTY},
        (decides("worn_defect", "return_refund"), decides("worn_serious", "return_refund", by="supervisor:2")),
    ),
    "return_refund-broken_in_use_repaired": (
        "return_refund", {"warehouse": {"second": "customer_damage"}},
        (decides("inspection_customer_damage", "repair", amount={"minor": 1800}), SIGNED),
    ),
    "return_refund-broken_in_use_sent_back": (
        "return_refund", {"warehouse": {"second": "customer_damage"}, "customer": {"agrees": [True, False]}},
        (decides("inspection_customer_damage", "repair", amount={"minor": 1800}),),
    ),
}  # fmt: skip
