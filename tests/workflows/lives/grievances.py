"""投诉与纠纷 · What is settled by a person with the customer: a life per ending."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.lived_case import LivedCase
from tests.workflows.lives.acts import Lives, commands, decided_late, decides, keeps_promises, says
from tests.workflows.lives.asked import DEAR, PHOTOS


async def _overdue(case: LivedCase) -> None:
    await case.run_until(needs_human="overdue:D-COMPL")


async def _handed_over(case: LivedCase) -> None:
    await case.run_until(waiting_for="decision_complaint_3")
    await case.act("hand_over", by="agent:7", reason="abuse", note_ref="text/1")
    await case.act("log_call", by="supervisor:1", result="reached", note_ref="text/2", outcome="adjourned")


_filed = commands("report", "file_report", "supervisor:1", note_ref="text/9")

_submitted = commands("evidence_pack", "submit_evidence", "agent:7", receipt="PLATFORM-1")


LIVES: Lives = {
    "complaint-refunded": ("complaint", {}, (decides("complaint", "full_refund"),)),
    "complaint-explained": ("complaint", {}, (decides("complaint", "explain_only", reason="courier_slow"),)),
    "complaint-overdue": ("complaint", {}, (_overdue, decided_late)),
    "complaint-dispute": (
        "complaint", {"evidence": PHOTOS, "customer": {"agrees": [False, False, True]}},
        (decides("complaint", "reship"), decides("complaint_2", "reship"), _handed_over,
         decides("complaint_3", "full_refund", "supervisor:1"), _filed),
    ),
    "complaint-goodwill": (
        "complaint", {}, (decides("complaint", "coupon", amount={"minor": 1000}), keeps_promises),
    ),
    "complaint-withdrawn": ("complaint", {}, (says("decision_complaint", "customer_withdrew"),)),
    "dispute-reshipped": ("dispute", {}, (decides("dispute", "reship", "supervisor:1"), _filed)),
    "bad_review-reshipped": (
        "bad_review", {"customer": {"surfaces_after": "10m"}}, (decides("bad_review", "reship"),),
    ),
    "bad_review-goods_taken_over": (
        "bad_review", {"beside": "return_refund", "customer": {"surfaces_after": "10m"}},
        (decides("bad_review", "reship"), decides("goods_held", "go_on", by="supervisor:2")),
    ),
    "bad_review-explained": (
        "bad_review", {"customer": {"calls": "no_answer"}}, (decides("bad_review", "explain_only"),),
    ),
    "platform_rights-refunded": (
        "platform_rights", {"order": DEAR, "evidence": PHOTOS, "deadline": timedelta(hours=12)},
        (_submitted, says("ruling", "platform_ruled", verdict="more_evidence"), _submitted,
         says("ruling", "platform_ruled", verdict="for_customer")),
    ),
    "platform_rights-overruled": (
        "platform_rights", {"customer": {"verdicts": ["for_shop", "for_customer"], "ruled_after": "2d"}},
        (_submitted, decides("reopened", "full_refund")),
    ),
    "platform_rights-partly": (
        "platform_rights", {"customer": {"ruled_after": "never"}},
        (says("evidence_pack", "platform_ruled", verdict="for_customer", amount={"minor": 900}),),
    ),
    "platform_rights-explained": (
        "platform_rights", {}, (_submitted, says("ruling", "platform_ruled", verdict="for_shop")),
    ),
}  # fmt: skip
