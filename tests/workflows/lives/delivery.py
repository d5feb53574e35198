"""派送 · Parcels on their way: a life per ending."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.house import invented_notices
from tests.workflows.lived_case import LivedCase
from tests.workflows.lives.acts import Lives, commands, decides, hears_whose_goods, parcel
from tests.workflows.lives.asked import DEAF, ON_ITS_WAY, UNSHIPPED

STUCK = {"state": "stalled", "trace": "unknown"}
BY_PROXY = {"state": "delivered_by_proxy"}
NUMBERED = {"shipped_at": timedelta(hours=-2), "signed_at": None}
NO_SCAN = {"state": "info_received"}


async def _hears_of_a_notice(case: LivedCase) -> None:
    await case.run_until(waiting_for="first_scan")
    version = await case.house.keep('name = "patient"\n[clocks.D-NOINFO]\nlength = "300 working days"\n')
    await case.act("adopt_rulebook", by="supervisor:2", rulebook=version, reason="new_version")
    case.house.announce(*invented_notices())
    await case.say("calendar_changed")


LIVES: Lives = {
    "customer_unreachable-delivered": ("customer_unreachable", {"customer": {"calls": ["no_answer", "reached"]}}, ()),
    "customer_unreachable-reshipped": ("customer_unreachable", {"customer": {**DEAF, "surfaces_after": "8d"}}, ()),
    "customer_unreachable-never_surfaced": (
        "customer_unreachable", {"customer": DEAF}, (decides("customer_never_surfaced", "full_refund"),),
    ),
    "customer_unreachable-never_back": (
        "customer_unreachable", {"customer": DEAF, "courier": {"back_after": "never", "trace": "lost"}},
        (decides("recalled_parcel_lost", "full_refund"),),
    ),
    "customer_unreachable-fetched": (
        "customer_unreachable", {"customer": DEAF, "courier": {"recall_after": "never"}},
        (parcel("parcel_back", "delivered"),),
    ),
    "no_tracking_info-delivered": ("no_tracking_info", {"warehouse": {"handed_over": False}}, ()),
    "no_tracking_info-calendar_notice": (
        "no_tracking_info", {"warehouse": {"handed_over": False, "ships_after": "5d"}}, (_hears_of_a_notice,),
    ),
    "no_tracking_info-never_shipped": (
        "no_tracking_info", {"warehouse": {"handed_over": False, "ships_after": "never"}},
        (decides("never_shipped", "full_refund"),),
    ),
    "no_tracking_info-found": ("no_tracking_info", {"courier": {"state": "no_info", "trace": "found"}}, ()),
    "no_tracking_info-courier_silent": (
        "no_tracking_info", {"courier": {"state": "no_info", "trace_after": "never"}}, (),
    ),
    "address_change-readdressed": ("address_change", {"order": UNSHIPPED}, ()),
    "address_change-left_meanwhile": ("address_change", {"order": UNSHIPPED, "warehouse": {"holds": False}}, ()),
    "address_change-warehouse_silent": (
        "address_change", {"order": UNSHIPPED, "warehouse": {"answers_after": "never"}},
        (decides("readdress_unanswered", "full_refund"),),
    ),
    "address_change-delivered": ("address_change", {"order": ON_ITS_WAY}, ()),
    "address_change-asked": ("address_change", {"order": ON_ITS_WAY, "person": None, "local_hour": 18}, ()),
    "address_change-unconfirmed": (
        "address_change", {"order": ON_ITS_WAY, "person": None, "customer": {"address_after": "never"}},
        (decides("address_unconfirmed", "full_refund"),),
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
        (parcel("courier_word", "delivered"), decides("delivered_elsewhere", "reship")),
    ),
    "out_of_area-collected": ("out_of_area", {"order": ON_ITS_WAY, "local_hour": 20}, ()),
    "out_of_area-not_collected": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"collects_after": "never"}},
        (decides("not_collected", "reship"),),
    ),
    "out_of_area-relayed": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"choice": "reship"}, "courier": {"fee": 1200}}, (),
    ),
    "out_of_area-cart_approved": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"agrees": False}, "courier": {"fee": 8000}},
        (commands("approval", "approve", "supervisor:1"),),
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
        (decides("courier_fee_declined", "reship"),),
    ),
    "out_of_area-silent": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"agrees_after": "never"}},
        (decides("pickup_unanswered", "full_refund"),),
    ),
    "out_of_area-overtaken": (
        "out_of_area", {"order": ON_ITS_WAY, "customer": {"agrees_after": "never"}}, (parcel("consent", "delivered"),),
    ),
    "parcel_stuck-delivered": ("parcel_stuck", {"courier": {**STUCK, "trace": "found"}}, ()),
    "parcel_stuck-reshipped": ("parcel_stuck", {"courier": STUCK}, ()),
    "parcel_stuck-refunded": ("parcel_stuck", {"courier": STUCK, "customer": {"choice": "full_refund"}}, ()),
    "parcel_stuck-overtaken": (
        "parcel_stuck", {"courier": STUCK, "customer": {"agrees_after": "never"}}, (parcel("consent", "delivered"),),
    ),
    "parcel_stuck-lost": ("parcel_stuck", {"courier": {**STUCK, "trace": "lost"}}, ()),
    "parcel_stuck-declined": (
        "parcel_stuck", {"courier": STUCK, "customer": {"agrees": False}},
        (decides("stuck_plan_declined", "full_refund"),),
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
    "tracking_query-delivered": ("tracking_query", {}, (parcel("delivery", "delivered"),)),
    "tracking_query-stuck": ("tracking_query", {"courier": {**STUCK, "trace": "found"}}, ()),
    "tracking_query-stuck_meanwhile": (
        "tracking_query", {"courier": {"trace": "found"}},
        (parcel("delivery", "out_for_delivery"), parcel("delivery", "misrouted")),
    ),
    "tracking_query-signed": ("tracking_query", {"courier": BY_PROXY, "customer": {"finds": True}}, ()),
    "tracking_query-goods_taken_over": (
        "tracking_query", {"beside": "exchange", "courier": {"state": "lost"}},
        (hears_whose_goods, decides("goods_held", "go_on", by="supervisor:2")),
    ),
    "tracking_query-not_coming": (
        "tracking_query", {"courier": {"state": "returning"}}, (decides("parcel_not_coming", "reship"),),
    ),
    "late_delivery-slot_kept": ("late_delivery", {}, ()),
    "late_delivery-refused": ("late_delivery", {"customer": {"choice": "return_refund"}}, ()),
    "late_delivery-slot_missed": ("late_delivery", {"courier": {"keeps_slot": False}}, ()),
    "late_delivery-no_slot": (
        "late_delivery", {"courier": {"answers_after": "never"}}, (decides("no_slot", "full_refund"),),
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
        (parcel("consent", "in_transit"), parcel("delivery", "delivered")),
    ),
    "courier_conduct-delivered": ("courier_conduct", {}, ()),
    "courier_conduct-other_courier": (
        "courier_conduct", {"customer": {"choice": "other_courier"}, "order": {"freight": 600}}, (),
    ),
    "courier_conduct-explained": ("courier_conduct", {"courier": {"state": "delivered"}}, ()),
}  # fmt: skip
