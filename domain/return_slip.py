"""The return slip (退货单): what a parcel that comes back tells the warehouse, and what the customer does.

R-RET-SLIP asks for the buyer's reference, his contact and the reason, with the numbers of order and case and a name.
Name and telephone are masked (P-PRIV): they only have to tell two parcels apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.events import Request
from domain.holding import holds
from domain.order import AskedLine
from domain.texts import instant, label
from domain.vocabulary import CaseType

TO_BE_REPAIRED = frozenset({CaseType.WARRANTY_REPAIR, CaseType.PAID_MAINTENANCE})
Pair = tuple[str, str]
"""The same in Chinese and in English."""


class ReturnSlip(BaseModel):
    """What stands on a slip. Empty fields are left out of it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    shop: str
    case_no: str
    order_no: str
    case_type: CaseType
    rma: str
    reason: str  # our code of it
    buyer: str  # his opaque reference
    name: str = ""  # masked
    contact: str = ""  # masked
    goods: tuple[AskedLine, ...]
    send_to: str  # address, contact and telephone of the warehouse (R-RET-ADDR)
    freight: str = ""  # who bears it
    due_at: datetime | None = None  # by when we want to know the number
    utc_offset_minutes: int = 480


def goods_to_send(request: Request, case_type: CaseType) -> tuple[AskedLine, ...]:
    """What will come back: where wrong goods came, these and not what was ordered."""
    return request.came_instead if case_type is CaseType.WRONG_ITEM else request.concerned


@holds("P-PRIV")
def masked_name(name: str) -> str:
    """The first character of a name."""
    return f"{name.strip()[0]}**" if name.strip() else ""


@holds("P-PRIV")
def masked_contact(phone: str) -> str:
    """The last four digits of a telephone number; of a shorter one nothing."""
    digits = "".join(one for one in phone if one.isdecimal())
    return f"*******{digits[-4:]}" if len(digits) > 4 else ""


@holds("R-HOWTO")
def steps(slip: ReturnSlip) -> Sequence[Pair]:
    """How the customer sends it back: how to apply, which reason is true, what to fill in after we agreed.

    The reason is his: where ours is not what happened he tells us, and is never asked for another (P-NOREASONGAME).
    """
    (kind, kind_en), (reason, reason_en) = (
        both(table, code) for table, code in (("case_type", slip.case_type), ("reason", slip.reason))
    )
    found = [
        (
            f"申请：在订单里点“申请售后”，选“{kind}”。已经申请过的不用再申请。",
            f"Apply: choose '{kind_en}' under after-sales in your order, unless you did already.",
        ),
        (
            f"原因：按实际情况选。我们登记的是“{reason}”；如果不是这样，请告诉我们。",
            f"Reason: choose what really happened. We noted '{reason_en}'; if that is wrong, tell us.",
        ),
        (
            "打包：商品、配件、赠品和说明书一起放好，商品原包装外再套一层，快递面单不要贴在原包装上。",
            "Pack: goods, accessories, gifts and papers together, with a second wrapping around the maker's own box.",
        ),
    ]
    if slip.case_type in TO_BE_REPAIRED:
        found.append(
            ("附上购买凭证，写明故障现象。", "Put in the proof of purchase and a line on what is wrong with it.")
        )
    found.append(
        (
            "沿线剪下上半部分，放进包裹里。没有它，仓库很难认出是谁寄来的。",
            "Cut along the line and put the upper part into the parcel: by it the warehouse knows whose it is.",
        )
    )
    paid, paid_en = both("freight", slip.freight) if slip.freight else ("", "")
    found.append(
        (
            f"寄到：{slip.send_to}" + (f"，运费{paid}。" if paid else "。"),
            f"Send it to: {slip.send_to}" + (f"; freight is {paid_en}." if paid_en else "."),
        )
    )
    by, by_en = (
        (instant(slip.due_at, slip.utc_offset_minutes, one) for one in ("zh", "en")) if slip.due_at else ("", "")
    )
    found.append(
        (
            "寄出后，把快递公司和单号填进售后申请，或者直接告诉我们" + (f"，最晚 {by}。" if by else "。"),
            "Then fill courier and tracking number into the request, or tell us" + (f", by {by_en}." if by_en else "."),
        )
    )
    return found


def both(table: str, code: str) -> Pair:
    """The name of a code in both languages."""
    return label(table, code, "zh"), label(table, code, "en")
