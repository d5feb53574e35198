"""The six steps of every case (六步): contact, verify, apologise, agree on a plan, follow up, register.

    case_opened ► register    customer_contacted ► contact, and apologise where the text does    *_judged ► verify
    customer_agreed ► agree   whatever he hears after that ► follow_up

They are read from what the journal says anyway. A case says at its closing which of them it did without.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.holding import holds
from domain.journal import JournalEntry
from domain.texts import apologises


class SixStep(StrEnum):
    """One of the six, in the handbook's order."""

    CONTACT = "contact"  # 联系顾客
    VERIFY = "verify"  # 核实情况
    APOLOGISE = "apologise"  # 致歉
    AGREE = "agree"  # 商定方案
    FOLLOW_UP = "follow_up"  # 跟进
    REGISTER = "register"  # 登记


_HEARD = frozenset({"sent", "reached"})  # results of a contact that got to him
_FOUND_OUT = frozenset(
    {
        "evidence_received", "return_window", "exchange_window", "size_advice", "damage_described", "packing_checked",
        "parcel_tracked", "parcel_update", "courier_answered", "warehouse_answered", "stock_told", "inspected",
        "order_log_read", "centre_heard", "address_confirmed", "return_received", "repair_status", "platform_ruled",
        "price_difference_computed", "part_computed", "decide",
    }
)  # fmt: skip
_GRANTED = frozenset({"return_authorized", "refund_done", "shipment_ordered", "decide"})
"""What he asked for, or what a person decided for him, is a plan that needs no other word of his."""
_WORD = frozenset({"customer_agreed", "goodwill_answered", "fee_answered"})
_TOLD = frozenset({"progress_told", "phoned"})


def steps_of(event: str, data: Mapping[str, Any], done: Iterable[SixStep]) -> frozenset[SixStep]:
    """Which of the six that event is a step of, when those were `done` before."""
    agreed = SixStep.AGREE in set(done)
    told = event in _TOLD or (event in ("customer_contacted", "log_call") and data.get("result") in _HEARD)
    found = set()
    if event == "case_opened":
        found.add(SixStep.REGISTER)
    if told or event == "customer_replied":
        found.add(SixStep.CONTACT)
    if event.endswith("_judged") or event in _FOUND_OUT:
        found.add(SixStep.VERIFY)
    if told and apologises(str(data.get("template", ""))):
        found.add(SixStep.APOLOGISE)
    if event in _GRANTED or (event in _WORD and data.get("agreed") is True):
        found.add(SixStep.AGREE)
    if told and (agreed or event == "progress_told" or data.get("template") == "closing"):
        found.add(SixStep.FOLLOW_UP)
    return frozenset(found)


def note(done: dict[SixStep, datetime], at: datetime, event: str, data: Mapping[str, Any]) -> None:
    """Keep when each step was first taken."""
    for step in steps_of(event, data, done):
        done.setdefault(step, at)


@holds("R-SIX")
def missing(done: Mapping[SixStep, datetime]) -> list[SixStep]:
    """The steps that were not taken, in the handbook's order. None when nobody kept them: the case is older."""
    return [step for step in SixStep if step not in done] if SixStep.REGISTER in done else []


def six_steps(entries: Iterable[JournalEntry]) -> dict[SixStep, datetime | None]:
    """When each of the six was first taken, from a case's journal; None for what was not."""
    done: dict[SixStep, datetime] = {}
    for entry in entries:
        note(done, entry.at, entry.event, entry.data)
    return {step: done.get(step) for step in SixStep}
