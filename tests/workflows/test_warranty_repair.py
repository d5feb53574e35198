"""保修维修: a defect inside the year, helped from afar, signed for, repaired, and every change told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about

PHOTOS = ["evidence/card", "evidence/fault"]
OLD = {"signed_at": timedelta(days=-40), "shipped_at": timedelta(days=-42)}
SHORT = 'name = "short"\n[clocks.S-REPAIR]\nlength = "2 d"\n[clocks.D-REP]\nlength = "4 working days"\n'


async def asked(house: House, **more: Any) -> LivedCase:
    """A warranty repair with its proof of purchase."""
    return await house.open("warranty_repair", **({"reason": "quality", "evidence": PHOTOS} | more))


async def signed(house: House, **more: Any) -> LivedCase:
    """A warranty repair whose application a leader has signed."""
    case = await asked(house, **more)
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:1")
    return case


async def short(case: LivedCase) -> None:
    """The case goes by a rulebook that gives a repair two days, and four working days at most."""
    version = await case.house.keep(SHORT)
    await case.act("adopt_rulebook", by="supervisor:2", rulebook=version, reason="new_version")


async def stages_told(case: LivedCase) -> list[str]:
    """What the customer was told of the repair, in order."""
    return [entry.data["state"] for entry in await case.journal("repair_status")]


async def test_a_defect_is_repaired_and_every_change_is_told(house: House) -> None:
    """Signed, sent in, repaired in days and sent back with the original invoice: each change reached the customer."""
    case = await signed(house, order={"invoice": "INV-1"})

    assert await case.to_the_end() == "repaired"

    entries = [entry.event for entry in await case.journal() if entry.event not in ("progress_told", "parcel_update")]
    assert entries[:14] == [
        "case_opened", "warranty_judged", "customer_contacted", "customer_confirmed", "remote_guidance",
        "return_window", "freight_decided", "plan_proposed", "customer_contacted", "customer_agreed", "approval_asked",
        "approve", "return_authorized", "customer_contacted",
    ]  # fmt: skip
    assert await stages_told(case) == ["received", "confirmed", "repairing", "done"]
    assert len(await case.told("repair_news")) == 4
    (order,) = await case.records("repair_order")
    assert order["state"] == "done"
    (invoice,) = await case.records("invoice_action")
    assert invoice["action"] == "original_back"
    (moved,), (ordered,), (sent,) = [
        await case.ledger(effect) for effect in ("goods_moved", "repair_ordered", "goods_shipped")
    ]
    assert (moved["disposition"], ordered["kind"], sent["leg"]) == ("repair", "bench", "repair_out")
    assert len(await case.told("repair_shipped")) == 1
    assert await case.payments() == []
    assert (await case.row())["case_type"] == "warranty_repair"


async def test_help_from_afar_comes_first_and_may_be_all(house: House) -> None:
    """R-ONSITE: it works again after the advice; nothing is sent, signed or ordered."""
    case = await asked(house, customer={"guidance_helps": True})

    assert await case.to_the_end() == "explained"

    assert (await case.one("remote_guidance", solved=True)).rule == "R-ONSITE"
    for effect in ("return_announced", "repair_ordered", "goods_shipped"):
        assert await case.ledger(effect) == []
    assert (await case.state()).came_back.contacts == 0, "he answered what he was asked"


async def test_silence_on_the_advice_leads_on_to_the_repair(house: House) -> None:
    """72 hours without a word are no success: the repair is proposed."""
    case = await asked(house, customer={"tries_after": "never"})

    await case.run_until(waiting_for="consent")

    assert about((await case.one("remote_guidance", solved=False)).at, case.began + timedelta(hours=72))


@pytest.mark.parametrize(
    ("order", "inbound", "rule"),
    [({}, "merchant", "M-QUAL"), (OLD, "customer", "M-EXQ")],
    ids=["inside_the_window", "after_it"],
)
async def test_the_freight_in_is_ours_inside_the_return_window_only(
    house: House, order: dict[str, Any], inbound: str, rule: str
) -> None:
    """X3: ours both ways inside the window; after it he sends it in and we send it back."""
    case = await asked(house, order=order)

    await case.run_until(waiting_for="consent")

    assert (await case.one("freight_decided", inbound=inbound, outbound="merchant")).rule == rule


async def test_the_proof_of_purchase_is_asked_for(house: House) -> None:
    """R-WARR-PROOF: card or order screenshot come as evidence; who has none is decided on by a person."""
    case = await asked(house, evidence=[], customer={"photos": 0})

    await case.run_until(needs_human="decide:no_proof")
    assert len(await case.told("proof_asked")) == 1
    await case.act("decide", resolution="repair", reason="order_seen")

    await case.run_until(waiting_for="consent")
    assert [entry.data["plan"] for entry in await case.journal("plan_proposed")] == ["repair"]


async def test_a_person_may_end_it_where_there_is_no_proof(house: House) -> None:
    """No proof, and the agent explains why it is no warranty repair."""
    case = await asked(house, evidence=[], customer={"photos": 0})

    await case.run_until(needs_human="decide:no_proof")
    await case.act("decide", resolution="explain_only")

    assert await case.to_the_end() == "rejected"


@pytest.mark.parametrize(
    ("found", "then"),
    [
        ("confirmed", {"waiting_for": "consent"}),
        ("not_covered", {"needs_human": "decide:maintenance_fee"}),
        ("no_fault", {"needs_human": "decide:centre_no_fault"}),
    ],
)
async def test_the_makers_service_centre_may_look_first(house: House, found: str, then: dict[str, str]) -> None:
    """R-QUAL-CENTER: its finding counts: repaired, paid for, or decided on by a person."""
    case = await asked(house, evidence=[], customer={"photos_after": "30h"})
    await case.run_until(waiting_for="photos")
    await case.say("repair_status", state=found, by="service_center:3")

    await case.run_until(**then)

    heard = await case.one("centre_heard", state=found)
    assert heard.rule == "R-QUAL-CENTER"
    assert len(await case.journal("type_changed")) == (found == "not_covered")
    assert ("D-REPCONF" in (await case.state()).clocks) is (found == "confirmed")


async def test_a_repair_is_signed_by_a_leader(house: House) -> None:
    """A-SIGN: an agent cannot sign; a supervisor can refuse, and then a person decides."""
    case = await asked(house)
    await case.run_until(waiting_for="approval", ball_with="supervisor")

    with pytest.raises(Refused) as refused:
        await case.act("approve", by="agent:7")
    assert (refused.value.code, refused.value.rule) == ("not_a_leader", "A-SIGN")
    await case.act("reject", by="supervisor:1", reason="too_old")
    await case.run_until(needs_human="decide:repair_not_signed")
    assert await case.ledger("return_announced") == []
    await case.act("decide", by="supervisor:1", resolution="partial_refund", amount={"minor": 1000})

    assert await case.to_the_end() == "partially_refunded"
    (form,) = await case.records("approval")
    assert (form["what"], form["verdict"]) == ("sign_repair", "rejected")


async def test_a_technician_comes_where_he_is_chosen(house: House) -> None:
    """R-ONSITE: no parcel either way; the technician knows whom to visit, and it is repaired there."""
    case = await signed(house, customer={"choice": "onsite_visit"})

    assert await case.to_the_end() == "repaired"

    (ordered,) = await case.ledger("repair_ordered")
    assert ordered["kind"] == "onsite"
    assert await case.ledger("return_announced") == []
    assert await case.ledger("goods_shipped") == []


async def test_a_visit_that_does_not_repair_it_is_decided_by_a_person(house: House) -> None:
    """The technician cannot repair it: an agent gives the money back."""
    case = await signed(house, customer={"choice": "onsite_visit"}, repairer={"ends": "unrepairable"})

    await case.run_until(needs_human="decide:visit_failed")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_who_declines_the_plan_hears_from_a_person(house: House) -> None:
    """He does not want it repaired: an agent decides, here for another thing."""
    case = await asked(house, customer={"agrees": False})

    await case.run_until(needs_human="decide:plan_declined")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_silence_on_the_plan_or_goods_never_sent_end_it(house: House) -> None:
    """Nothing is repaired over his silence, and what is never sent in expires."""
    silent = await asked(house, customer={"agrees_after": "never"})
    never = await signed(house, customer={"ships_after": "never"})

    assert await silent.to_the_end() == "expired"
    assert await never.to_the_end() == "expired"

    assert len(await never.told("tracking_asked")) == 1
    assert await never.ledger("repair_ordered") == []


async def test_a_repairer_who_confirms_nothing_is_pressed(house: House) -> None:
    """D-REPCONF: two working days after it is there the repairer is asked, and the customer hears that."""
    case = await signed(house, repairer={"confirms_after": "6d"})

    assert await case.to_the_end() == "repaired"

    received = await case.one("repair_status", state="received")
    breached = await case.one("clock_breached", clock="D-REPCONF")
    assert timedelta(days=2) < breached.at - received.at <= timedelta(days=5)
    assert len(await case.ledger("repair_asked")) == 1
    assert len(await case.told("repair_news")) == 5


async def test_parts_that_are_waited_for_are_told_and_the_daily_news_go_on(house: House) -> None:
    """R-REPAIR-NEWS, R-DAILY: weeks of waiting for parts, and he hears of it every day."""
    case = await signed(house, repairer={"parts_after": "5d"})

    assert await case.to_the_end() == "repaired"

    assert await stages_told(case) == ["received", "confirmed", "waiting_parts", "repairing", "done"]
    assert len(await case.journal("progress_told", about="repair_waiting_parts")) >= 4


async def test_at_the_promise_he_chooses_another_one_and_a_leader_signs(house: House) -> None:
    """D-REP, R-ALT, A-OLD4NEW: the promise runs out, he takes a new one, which a leader signs; the repair is off."""
    case = await signed(house, repairer={"parts_after": "never", "begins_after": "never"})
    await case.run_until(waiting_for="repair_confirmed")
    await short(case)

    await case.run_until(waiting_for="consent")
    breached = await case.one("clock_breached", clock="S-REPAIR")
    escalated = await case.one("escalated", reason="overdue:S-REPAIR")
    assert escalated.rule == "R-WARR-TIME"
    assert (await case.journal("plan_proposed"))[-1].at >= breached.at
    await case.run_until(waiting_for="approval")
    assert len(await case.ledger("repair_cancelled")) == 1
    await case.act("approve", by="manager:1")

    assert await case.to_the_end() == "exchanged"

    assert {one["what"] for one in await case.records("approval")} == {"sign_repair", "sign_old_for_new"}
    assert [one["leg"] for one in await case.ledger("goods_shipped")] == ["exchange_out"]


async def test_at_the_promise_he_may_have_his_money(house: House) -> None:
    """R-ALT: he chooses his money; the repair is called off, and he is paid once."""
    case = await signed(house, repairer={"begins_after": "never"})
    await case.run_until(waiting_for="repair_confirmed")
    await short(case)
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", agreed=True, choice="full_refund")

    assert await case.to_the_end() == "refunded"

    assert await case.payments() == [4500]
    assert (await case.records("repair_order"))[0]["state"] == "cancelled"


async def test_who_waits_on_has_it_repaired_all_the_same(house: House) -> None:
    """R-REPAIR-PREF: he rather has it repaired; it is done after the promise and before the hard limit."""
    case = await signed(house, repairer={"begins_after": "76h", "done_after": "2h"})
    await case.run_until(waiting_for="repair_confirmed")
    await short(case)
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", agreed=True, choice="repair")

    assert await case.to_the_end() == "repaired"

    assert await case.journal("clock_breached", clock="D-REP") == []


async def test_at_the_hard_limit_a_person_decides(house: House) -> None:
    """X11: the promise passed, he waited, and the hard limit passes too: a person gives the money back."""
    case = await signed(house, repairer={"begins_after": "never"}, customer={"agrees": True})
    await case.run_until(waiting_for="repair_confirmed")
    await short(case)
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", agreed=True, choice="repair")
    await case.run_until(needs_human="decide:repair_overdue")
    assert len(await case.journal("clock_breached", clock="D-REP")) == 1
    await case.act("decide", by="supervisor:1", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_what_cannot_be_repaired_is_replaced_or_paid_back(house: House) -> None:
    """R-ALT: made no more and no parts: he takes his money; or gives no answer, and a person decides."""
    case = await signed(house, repairer={"ends": "unrepairable"})
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", agreed=True, choice="full_refund")

    assert await case.to_the_end() == "refunded"

    silent = await signed(house, repairer={"ends": "unrepairable"})
    await silent.run_until(waiting_for="consent")
    await silent.say("customer_agreed", agreed=False)
    await silent.run_until(needs_human="decide:substitute_unanswered")


async def test_old_for_new_that_no_leader_signs_is_decided_otherwise(house: House) -> None:
    """A-OLD4NEW: the leader says no to a new one; an agent pays back."""
    case = await signed(house, repairer={"ends": "unrepairable"})
    await case.run_until(waiting_for="approval")
    await case.act("reject", by="supervisor:1", reason="too_dear")
    await case.run_until(needs_human="decide:old_for_new_refused")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.ledger("goods_shipped") == []


async def test_who_was_sent_another_one_has_not_his_own_as_well(house: House) -> None:
    """R-ALT: the new one is on its way when he withdraws: a person speaks with him, and the old one stays with us."""
    case = await signed(house, repairer={"ends": "unrepairable"}, courier={"delivered_after": "2d"})
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="manager:1")
    await case.run_until(waiting_for="delivery")
    await case.say("customer_withdrew")
    await case.run_until(needs_human="withdrew_too_late")
    with pytest.raises(Refused) as refused:
        await case.act("cancel_case", by="supervisor:1", reason="withdrawn")
    assert refused.value.code == "sent_again"

    assert await case.to_the_end() == "exchanged"
    assert [one["leg"] for one in await case.ledger("goods_shipped")] == ["exchange_out"]


async def test_who_withdraws_before_another_one_is_ordered_has_his_own_back(house: House) -> None:
    """A leader has still to sign for the new one: he takes it back, and his goods come back as they are."""
    case = await signed(house, repairer={"ends": "unrepairable"})
    await case.run_until(waiting_for="approval")
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "withdrawn"
    assert [one["leg"] for one in await case.ledger("goods_shipped")] == ["repair_out"]


async def test_without_a_fault_it_goes_back(house: House) -> None:
    """W-8: the repairer finds nothing wrong, he agrees, and has it back."""
    case = await signed(house, repairer={"ends": "no_fault"})

    assert await case.to_the_end() == "no_fault_found"

    assert [one["leg"] for one in await case.ledger("goods_shipped")] == ["repair_out"]
    assert await case.journal("collection_open") == [], "no freight was charged, so none is quoted"


async def test_without_a_fault_it_goes_back_when_its_way_is_paid(house: House) -> None:
    """Where postage was charged the way back is quoted, agreed to and collected; unpaid, a person decides."""
    order = {"paid": 5100, "freight": 600, "free_postage": False}
    paid = await signed(house, repairer={"ends": "no_fault"}, order=order)
    assert await paid.to_the_end() == "no_fault_found"
    assert (await paid.one("collection_paid")).data["purpose"] == "return_freight"

    unpaid = await signed(house, repairer={"ends": "no_fault"}, order=order, customer={"pays_after": "never"})
    await unpaid.run_until(needs_human="decide:way_back_unpaid")
    assert await unpaid.ledger("goods_shipped") == []
    await unpaid.act("decide", by="supervisor:2", resolution="send_back")
    assert await unpaid.to_the_end() == "returned_to_customer"


@pytest.mark.parametrize(("agreed", "outcome"), [(True, "repaired"), (False, "returned_to_customer")])
async def test_what_broke_in_use_is_repaired_at_his_cost_or_not_at_all(
    house: House, agreed: bool, outcome: str
) -> None:
    """M-MISUSE, P-FEEQUOTE: the repairer names 60 yuan; with his yes it is repaired, without it goes back as it is."""
    case = await signed(house, repairer={"ends": "not_covered"}, customer={"agrees": [True, agreed]})

    assert await case.to_the_end() == outcome

    (quote,) = await case.records("fee_quote")
    assert (quote["amount_minor"], quote["agreed"]) == (6000, agreed)
    assert [one.get("fee_minor") for one in await case.ledger("repair_ordered")] == ([None, 6000] if agreed else [None])
    assert [one["leg"] for one in await case.ledger("goods_shipped")] == ["repair_out"]


async def test_a_repair_at_his_cost_has_its_limits_too(house: House) -> None:
    """X11: the repairer takes the paid order and never comes to an end: the hard limit of the first one counts."""
    case = await signed(house, repairer={"ends": "not_covered"})
    await case.run_until(waiting_for="consent")
    await house.fault(case, "drop", partner="repair", operation="repair_status", times=0)
    await short(case)

    await case.run_until(needs_human="decide:repair_overdue")

    assert len(await case.ledger("repair_ordered")) == 2


async def test_who_takes_his_request_back_gets_his_goods_back(house: House) -> None:
    """His goods are at the repairer when he withdraws: the repair is called off and they come back to him."""
    case = await signed(house)
    await case.run_until(waiting_for="repair_confirmed")
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "withdrawn"

    assert len(await case.ledger("repair_cancelled")) == 1
    assert [one["leg"] for one in await case.ledger("goods_shipped")] == ["repair_out"]


async def test_the_way_back_that_he_agreed_to_is_owed_though_he_withdraws(house: House) -> None:
    """M-NODEFECT: nothing is wrong, he agrees to the freight and withdraws instead of paying: a person decides."""
    order = {"paid": 5100, "freight": 600, "free_postage": False}
    case = await signed(
        house, repairer={"ends": "no_fault"}, order=order, customer={"pays_after": "never"}, request_id=f"{ANEW}owed-1"
    )
    await case.run_until(waiting_for="payment")
    await case.say("customer_withdrew")

    await case.run_until(needs_human="decide:way_back_unpaid")
    assert await case.ledger("goods_shipped") == []
    assert await case.ledger("repair_cancelled") == [], "the repairer had come to an end"
    await case.say("customer_withdrew")  # once more: his goods are with us all the same
    await case.run_until(needs_human="decide:way_back_unpaid")
    await case.act("decide", by="supervisor:2", resolution="send_back")
    assert await case.to_the_end() == "returned_to_customer"


async def test_a_repair_at_his_cost_is_owed_though_he_withdraws(house: House) -> None:
    """M-MISUSE: repaired for the fee that he agreed to; he withdraws instead of paying, and a person decides."""
    case = await signed(
        house, repairer={"ends": "not_covered"}, customer={"pays_after": "never"}, request_id=f"{ANEW}owed-2"
    )
    await case.run_until(waiting_for="payment")
    await case.say("customer_withdrew")

    await case.run_until(needs_human="decide:repair_unpaid")
    assert await case.ledger("goods_shipped") == []
    assert await case.ledger("repair_cancelled") == []
    await case.act("decide", resolution="repair")
    assert await case.to_the_end() == "repaired"


async def test_a_repair_at_his_cost_that_is_not_done_is_called_off_when_he_withdraws(house: House) -> None:
    """He agreed to the fee and withdraws while it is repaired: the paid order ends, and he has it back for nothing."""
    case = await signed(house, repairer={"ends": "not_covered"})
    await case.run_until(waiting_for="consent")
    await house.fault(case, "drop", partner="repair", operation="repair_status", times=0)
    await case.run_until(lambda now: now.waiting_for == "repair_ordered")
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "withdrawn"

    ordered, called_off = await case.ledger("repair_ordered"), await case.ledger("repair_cancelled")
    assert [one["request"] for one in called_off] == [ordered[1]["key"]]
    assert [one["leg"] for one in await case.ledger("goods_shipped")] == ["repair_out"]
    assert await case.journal("collection_open") == []


async def test_who_wants_no_visit_any_more_is_not_visited(house: House) -> None:
    """He withdraws before the technician comes: the visit is called off, and that is all."""
    case = await signed(house, customer={"choice": "onsite_visit"}, repairer={"begins_after": "never"})
    await case.run_until(waiting_for="repair_confirmed")
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "withdrawn"

    assert len(await case.ledger("repair_cancelled")) == 1
    assert await case.ledger("goods_shipped") == []


async def test_a_repairer_who_refuses_the_order_leads_to_something_else(house: House) -> None:
    """No repairer takes it: another one or his money, as if it could not be repaired."""
    case = await signed(house, fault={"kind": "refuse", "partner": "repair", "operation": "order"})
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", agreed=True, choice="full_refund")

    assert await case.to_the_end() == "refunded"
    assert len(await case.journal("repair_refused")) == 1


async def test_a_parcel_that_does_not_get_back_is_decided_by_a_person(house: House) -> None:
    """Repaired and lost on the way back: an agent pays back."""
    case = await signed(house, courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:repair_out_failed")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_repair_past_the_year_becomes_paid_maintenance(house: House) -> None:
    """D-WARR: bought 13 months ago: the case keeps its history and its type changes; a fee is asked of a person."""
    bought = {"signed_at": timedelta(days=-400), "shipped_at": timedelta(days=-402)}
    case = await asked(house, order=bought)

    await case.run_until(needs_human="decide:maintenance_fee")

    changed = await case.one("type_changed", before="warranty_repair", type="paid_maintenance")
    assert changed.rule == "R-MAINT"
    assert (await case.row())["case_type"] == "paid_maintenance"
