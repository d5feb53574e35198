"""A case that goes on in a new run at every rest does, says and remembers what it would in a single one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from domain.case import CaseState
from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase

# After two whole days the parcel would arrive in the same second as the second daily news: either may come first.
ARRIVES = {"delivered_after": "40h"}
SCRIPTS: dict[str, dict[str, Any]] = {
    "return_refund": {},
    "refund_only": {"reason": "not_received", "provider": {"answer": "pending"}},
    "customer_unreachable": {"customer": {"calls": ["no_answer"], "surfaces_after": "8d"}, "courier": ARRIVES},
    "no_tracking_info": {
        "courier": {"state": "stalled", "trace": "lost"},
        "customer": {"choice": "full_refund"},
    },
    "parcel_lost": {
        "courier": {"state": "stalled", "trace": "lost", **ARRIVES},
        "customer": {"solved": [False, True]},
    },
    "warranty_repair": {
        "reason": "quality", "evidence": ["evidence/a", "evidence/b"], "repairer": {"confirms_after": "6d"},
        "courier": ARRIVES,
    },
    "paid_maintenance": {
        "reason": "quality", "fee": {"minor": 8000}, "repairer": {"ends": "unrepairable"}, "courier": ARRIVES,
        "order": {"signed_at": timedelta(days=-400), "shipped_at": timedelta(days=-402)},
    },
    "price_difference": {
        "reason": "price_drop", "drop": {"prices": [{"sku": "TEA", "price": 2000}]}, "provider": {"answer": "pending"},
        "order": {"lines": [{"sku": "TEA", "quantity": 2, "price": 4500}], "succeeded_at": timedelta(days=-3)},
    },
    "postage_claim": {"reason": "freight", "fault": "merchant", "amount": 900},
    "minor_flaw": {
        "reason": "quality", "evidence": ["evidence/a", "evidence/b"], "customer": {"goodwill": False},
        "warehouse": {"second": "defect_confirmed"},
    },
    "customer_misuse": {"reason": "quality"},
    "exchange": {
        "reason": "quality", "evidence": ["evidence/a", "evidence/b"], "courier": ARRIVES,
        "warehouse": {"second": "defect_confirmed"}, "replacement": [{"sku": "POT", "quantity": 1, "price": 6000}],
        "customer": {"pays_after": "40h"},
    },
    "colour_difference": {
        "reason": "colour", "courier": ARRIVES, "replacement": [{"sku": "MUG", "quantity": 1, "price": 4000}],
        "provider": {"answer": "pending"},
    },
    "size_unsuitable": {"reason": "size", "courier": ARRIVES},
}  # fmt: skip


async def lives(house: House, case_type: str, *, anew: bool) -> LivedCase:
    """One case through its script, rest by rest: the agent decides for the customer's money whenever he is asked."""
    request_id = f"{ANEW if anew else 'once-'}{case_type}"
    case = await house.open(case_type, request_id=request_id, **SCRIPTS[case_type])
    last: Mapping[str, Any] = {}

    def next_rest(shown: Mapping[str, Any]) -> bool:
        return _where(shown) != _where(last)

    while not (lived := await house.days.live(case.shop, case.case_no, stop=next_rest)).ended:
        last = lived.shown
        await remembers_all(case)
        if last["waiting_for"].startswith("decision_"):
            await case.act("decide", resolution="full_refund", liability="merchant")
        elif last["waiting_for"] == "approval":
            await case.act("approve", "manager:2")
    return case


def _where(shown: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(shown.get(name) for name in ("stage", "waiting_for", "needs_human", "next"))


async def remembers_all(case: LivedCase) -> None:
    """What the case remembers goes through JSON and comes back the same."""
    document = await asked(case)
    assert CaseState.model_validate(document).model_dump(mode="json") == document


async def asked(case: LivedCase) -> Any:
    """The state; a run that has just begun cannot be asked before its first task."""
    for _ in range(600):
        try:
            return await case.handle.query("state")
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise
            await asyncio.sleep(0.05)
    raise AssertionError("the case does not answer")


def plain(case: LivedCase, value: Any) -> str:
    """A value without what tells the two cases apart, and without instants."""
    number = case.order_no.removeprefix("T")
    text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)?", "instant", str(value))
    text = text.replace(case.case_no, "case").replace(case.order_no, "order").replace(f"YT{int(number):08d}", "waybill")
    return re.sub(r"CUP-\d+", "sku", re.sub(r"-[0-9a-f]{10,16}\b", "", text))


@pytest.mark.parametrize("case_type", SCRIPTS)
async def test_a_new_run_at_every_rest_changes_nothing(house: House, case_type: str) -> None:
    """The same journal under the same rules, the same effects with the same keys at the partners, the same outcome."""
    one, many = await lives(house, case_type, anew=False), await lives(house, case_type, anew=True)

    assert await runs(house, one) == 1
    assert await runs(house, many) > 3
    journals = [await case.journal() for case in (one, many)]
    said = [
        [(entry.event, entry.rule, entry.actor, plain(case, entry.data)) for entry in journal]
        for case, journal in zip((one, many), journals, strict=True)
    ]
    assert said[0] == said[1]
    assert await effects(one) == await effects(many)
    rows = [await case.row() for case in (one, many)]
    for name in ("stage", "outcome", "refunded_minor", "last_entry", "entries_missing"):
        assert rows[0][name] == rows[1][name]


async def effects(case: LivedCase) -> list[tuple[str, str]]:
    """What the partners really did, in order, with our keys."""
    which = {"shop": case.shop, "case_no": case.case_no}
    found = (await case.house.control.get("/ledger", params=which)).json()["effects"]
    return [(one["effect"], plain(case, one["key"])) for one in found]


async def runs(house: House, case: LivedCase) -> int:
    """How many runs the case took."""
    found = [run async for run in house.client.list_workflows(f'WorkflowId = "{case.handle.id}"')]
    return len(found)
