"""维修 · Repairs: a life per ending."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.lived_case import LivedCase
from tests.workflows.lives.acts import SIGNED, Acts, Lives, commands, decides, says
from tests.workflows.lives.asked import PHOTOS

OLD = {"signed_at": timedelta(days=-400), "shipped_at": timedelta(days=-402)}
POSTAGE = {"paid": 5100, "freight": 600, "free_postage": False}
REPAIR = {"reason": "quality", "evidence": PHOTOS}


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


LIVES: Lives = {
    "warranty_repair-repaired": ("warranty_repair", {**REPAIR, "repairer": {"parts_after": "3d"}}, (SIGNED,)),
    "warranty_repair-explained": ("warranty_repair", {**REPAIR, "customer": {"guidance_helps": True}}, ()),
    "warranty_repair-no_proof": (
        "warranty_repair", {"reason": "quality", "customer": {"photos": 0}}, (decides("no_proof", "explain_only"),),
    ),
    "warranty_repair-centre_first": (
        "warranty_repair", {"reason": "quality", "customer": {"photos_after": "30h"}},
        (says("photos", "repair_status", state="confirmed", by="service_center:3"), SIGNED),
    ),
    "warranty_repair-silent": ("warranty_repair", {**REPAIR, "customer": {"agrees_after": "never"}}, ()),
    "warranty_repair-visited": ("warranty_repair", {**REPAIR, "customer": {"choice": "onsite_visit"}}, (SIGNED,)),
    "warranty_repair-not_signed": (
        "warranty_repair", REPAIR,
        (commands("approval", "reject", "supervisor:1", reason="too_old"),
         decides("repair_not_signed", "partial_refund", amount={"minor": 1000})),
    ),
    "warranty_repair-unconfirmed": ("warranty_repair", {**REPAIR, "repairer": {"confirms_after": "6d"}}, (SIGNED,)),
    "warranty_repair-exchanged": (
        "warranty_repair", {**REPAIR, "repairer": {"ends": "unrepairable"}},
        (SIGNED, commands("approval", "approve", "manager:2")),
    ),
    "warranty_repair-exchanged_withdrawn": (
        "warranty_repair", {**REPAIR, "repairer": {"ends": "unrepairable"}},
        (SIGNED, commands("approval", "approve", "manager:2"), says("delivery", "customer_withdrew")),
    ),
    "warranty_repair-refunded": (
        "warranty_repair", {**REPAIR, "repairer": {"begins_after": "never"}},
        (SIGNED, _repaired_late("full_refund")),
    ),
    "warranty_repair-overdue": (
        "warranty_repair", {**REPAIR, "repairer": {"begins_after": "never"}},
        (SIGNED, _repaired_late("repair"), decides("repair_overdue", "full_refund")),
    ),
    "warranty_repair-no_fault": ("warranty_repair", {**REPAIR, "repairer": {"ends": "no_fault"}}, (SIGNED,)),
    "warranty_repair-at_his_cost": ("warranty_repair", {**REPAIR, "repairer": {"ends": "not_covered"}}, (SIGNED,)),
    "warranty_repair-given_back": (
        "warranty_repair", {**REPAIR, "repairer": {"ends": "not_covered"}, "customer": {"agrees": [True, False]}},
        (SIGNED,),
    ),
    "warranty_repair-withdrawn": (
        "warranty_repair", REPAIR, (SIGNED, says("repair_confirmed", "customer_withdrew")),
    ),
    "warranty_repair-no_fault_withdrawn": (
        "warranty_repair",
        {**REPAIR, "order": POSTAGE, "repairer": {"ends": "no_fault"}, "customer": {"pays_after": "never"}},
        (SIGNED, says("payment", "customer_withdrew"), decides("way_back_unpaid", "send_back", "supervisor:2")),
    ),
    "warranty_repair-at_his_cost_withdrawn": (
        "warranty_repair",
        {**REPAIR, "repairer": {"ends": "not_covered"}, "customer": {"pays_after": "never"}},
        (SIGNED, says("payment", "customer_withdrew"), decides("repair_unpaid", "repair")),
    ),
    "warranty_repair-visit_withdrawn": (
        "warranty_repair",
        {**REPAIR, "repairer": {"begins_after": "never"}, "customer": {"choice": "onsite_visit"}},
        (SIGNED, says("repair_confirmed", "customer_withdrew")),
    ),
    "paid_maintenance-repaired": (
        "paid_maintenance", {"order": OLD, "fee": {"minor": 8000}, "reason": "quality"}, (SIGNED,),
    ),
    "paid_maintenance-quoted": (
        "paid_maintenance", {"order": OLD, "reason": "quality"},
        (decides("maintenance_fee", "repair", amount={"minor": 6600}), SIGNED),
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
        (SIGNED, decides("repair_unpaid", "repair")),
    ),
    "customer_misuse-repaired": (
        "customer_misuse", REPAIR, (decides("misuse_repair", "repair", amount={"minor": 1800}), SIGNED),
    ),
    "customer_misuse-declined": (
        "customer_misuse", {**REPAIR, "customer": {"agrees": False}},
        (decides("misuse_repair", "repair", amount={"minor": 1800}),),
    ),
    "customer_misuse-explained": ("customer_misuse", REPAIR, (decides("misuse_repair", "explain_only"),)),
    "customer_misuse-no_photos": (
        "customer_misuse", {"reason": "quality", "customer": {"photos": 0}}, (decides("no_evidence", "explain_only"),),
    ),
}  # fmt: skip
