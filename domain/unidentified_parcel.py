"""A parcel that nobody announced (无头件): whose it may be, and what staff may do with it (W-3, W-12, T-INBOUND).

logged ──► whose is it? ──► a case's: what the warehouse says of it goes on there ──► matched
                │ nobody's by S-UNCLAIMED
                └──────────► a supervisor: keep, send back, scrap ──► unclaimed

It is a case of its own, under a number of its own and without money, and no customer hears of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.events import CaseStart, Request
from domain.identity import is_business_id
from domain.messages.commands import (
    AddNote,
    AdoptRulebook,
    Command,
    Decide,
    MatchParcel,
    MoveClock,
    PauseClock,
    ResumeClock,
)
from domain.messages.facts import ReturnReceived
from domain.money import Money
from domain.order import Order, OrderLine
from domain.refusal import Refusal, refuse
from domain.vocabulary import CaseType, Disposition, Party, ReasonCode, Resolution

QUESTION = "unclaimed"  # what a supervisor is asked when nobody claimed it
BY_HAND = "unclaimed_by_hand"  # what he is asked when the warehouse's system would not have what he decided
NOBODY = "nobody"  # the reference of a customer whom nobody knows: it leads to no person
LONGEST_NUMBER = 50
_TELEPHONE = re.compile(r"(0{0,2}86)?(1[3-9]\d{9}|0?[1-9]\d{1,2}[2-9]\d{6,7}|[2-9]\d{6,7})")

ENDS: Mapping[Resolution, Disposition] = {
    Resolution.KEEP: Disposition.QUARANTINE,
    Resolution.SEND_BACK: Disposition.SEND_BACK,
    Resolution.SCRAP: Disposition.SCRAP,
}
"""What a supervisor may decide, and where the goods go then."""

COMMANDS = (AddNote, AdoptRulebook, Decide, MatchParcel, MoveClock, PauseClock, ResumeClock)


class Whose(BaseModel):
    """What was found out: the number of the case that it belongs to, or what a supervisor decided."""

    model_config = ConfigDict(frozen=True)

    case_no: str = ""
    resolution: Resolution | None = None
    by: str


def request_for(shop: str, receipt: ReturnReceived, slip: str, at: datetime, *, after: str = "") -> Request:
    """What such a parcel's case is opened with. `slip` counts where it bears no waybill.

    `after`: another came under that number, and its case has ended; this one's message tells the two apart.
    """
    number = number_of(receipt, slip)
    if after:
        number = f"{number}-{_digest(after)[:8]}"
    lines = _lines(receipt)
    return Request(
        shop=shop,
        case_type=CaseType.UNIDENTIFIED_PARCEL,
        request_id=f"unidentified-{number}",
        order=Order(
            order_no=f"unidentified-{number}", customer_ref=NOBODY, paid=Money(minor=0), lines=lines, channel="manual"
        ),
        reason=ReasonCode.NO_REASON,
        requested_at=at,
    )


def _lines(receipt: ReturnReceived) -> tuple[OrderLine, ...]:
    counted: dict[str, int] = {}
    for line in receipt.lines:
        if line.sku and line.quantity:
            counted[line.sku[:64]] = min(counted.get(line.sku[:64], 0) + line.quantity, 100_000)
    return tuple(
        OrderLine(sku=sku, quantity=quantity, price=Money(minor=0))
        for sku, quantity in (counted or {"unopened": 1}).items()
    )


def number_of(receipt: ReturnReceived, slip: str) -> str:
    """What its case is called after: its waybill where that may be read by everybody, else a digest.

    A slip bears what somebody wrote, which is as often his telephone as a number of ours (P-PRIV).
    """
    waybill = receipt.waybill
    readable = len(waybill) <= LONGEST_NUMBER and is_business_id(waybill) and not is_telephone(waybill)
    return waybill if readable else _digest(waybill or slip)


def is_telephone(number: str) -> bool:
    """Whether it looks like a telephone number of China: a mobile, or a fixed line with or without its area code."""
    return _TELEPHONE.fullmatch(re.sub(r"[-+ ._/()]", "", number)) is not None


def _digest(label: str) -> str:
    return blake2b(label.encode(), digest_size=8).hexdigest()


def out_of_place(start: CaseStart, model: type[Any]) -> Refusal | None:
    """Whether the command belongs to a customer's case and not to such a parcel, or the other way round."""
    nobodys = start.request.case_type is CaseType.UNIDENTIFIED_PARCEL
    if nobodys and model not in COMMANDS:
        zh, en = (
            "这是无头件，没有顾客；请用 match_parcel 指明售后单",
            "Nobody's parcel yet: say whose with match_parcel",
        )
        return refuse("nobodys_parcel", "W-3", zh, en)
    if not nobodys and model is MatchParcel:
        zh = "只有无头件可以认领；请在无头件的编号上操作"
        return refuse("no_such_parcel", "W-3", zh, "Only a parcel that nobody announced is matched; act on its number")
    return None


def acting(start: CaseStart, role: Party, command: Command) -> Refusal | None:
    """What is wrong with this very command, as far as such parcels are concerned."""
    nobodys = start.request.case_type is CaseType.UNIDENTIFIED_PARCEL
    match command:
        case MatchParcel(case=case) if not is_business_id(case) or case == start.request.case_no:
            zh, en = "请在 case 中写明另一张售后单的编号", "Give the number of the case that it belongs to as `case`"
            return refuse("which_case", "W-3", zh, en)
        case Decide(resolution=resolution) if nobodys and resolution not in ENDS:
            known = ", ".join(ENDS)
            return refuse("keep_or_not", "W-3", f"无头件只能 {known}", f"Such a parcel ends by {known}")
        case Decide() if nobodys and role not in (Party.SUPERVISOR, Party.MANAGER):
            zh, en = "无人认领的包裹由主管决定", "What becomes of an unclaimed parcel a supervisor decides"
            return refuse("not_supervisor", "W-3", zh, en)
    return None


def unasked(command: Decide) -> Refusal | None:
    """Whether it decides on a customer's case what may become of a parcel of nobody alone."""
    if command.resolution not in (Resolution.KEEP, Resolution.SCRAP):
        return None
    zh, en = "keep 和 scrap 只用于无头件", "keep and scrap are for a parcel that nobody announced"
    return refuse("no_such_parcel", "W-3", zh, en)
