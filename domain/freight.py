"""Who bears which leg's freight (section 6). What the customer bears is quoted before it arises (P-FEEQUOTE)."""

from __future__ import annotations

from collections.abc import Mapping

from domain.decision import Decision
from domain.events import Request
from domain.rules import Rules
from domain.vocabulary import CaseType, FreightPayer, Inspection, Liability, ReasonCode

OURS = frozenset({
    ReasonCode.QUALITY, ReasonCode.MISDESCRIBED, ReasonCode.WRONG_ITEM, ReasonCode.MISSING_ITEM, ReasonCode.DAMAGED,
    ReasonCode.OUT_OF_STOCK, ReasonCode.SERVICE,
})  # fmt: skip
"""Reasons that are ours towards the customer, whoever pays us in the end."""
FEES = ("freight", "return_freight", "send_back", "repair", "courier_change", "address_change")
"""What a customer may be quoted a cost for: each has a name that he reads (P-FEEQUOTE), and no other is postage."""
COURIERS = frozenset({ReasonCode.LOST, ReasonCode.NOT_RECEIVED, ReasonCode.LATE})


class Freight(Decision):
    """Who bears each leg. `allowed` says that the customer bears nothing, so that no quote is needed."""

    outbound: FreightPayer  # our parcel to him
    inbound: FreightPayer  # his parcel to us
    back: FreightPayer  # his own goods sent back, or new ones in exchange


def freight_of(request: Request, rules: Rules, inspection: Inspection | None = None) -> Freight:
    """Who bears the freight of the request's return. `inspection` is the second one's result, once there is one."""
    return freight(
        request.reason,
        rules,
        free_postage=request.order.free_postage,
        liability=request.fault,
        inspection=inspection,
    )


def freight(
    reason: ReasonCode,
    rules: Rules,
    *,
    free_postage: bool,
    liability: Liability = Liability.UNDETERMINED,
    inspection: Inspection | None = None,
    exchange: bool = False,
    inside_window: bool = True,
) -> Freight:
    """Who bears the freight of a return or exchange.

    `inspection` is the second one's result, None before it; `free_postage` is how the goods were sold.
    """
    split = {"merchant_always": False, "split_always": True}.get(rules.switches.get("X3", ""), not inside_window)
    quality = "M-EXQ" if exchange and split else "M-QUAL"
    otherwise = "M-NR-FREE" if free_postage else "M-NR-PAID"
    return _under(_fault(reason, liability, inspection, quality) or otherwise, rules)


def send_back(rules: Rules) -> Freight:
    """Who bears the freight when no fault was found and the goods go back to the customer (W-8)."""
    return _under("M-NODEFECT", rules)


def freight_back(request: Request, rules: Rules, found: Inspection) -> Freight:
    """Who bears the freight when goods go back as he sent them, by what the second inspection found (W-8, M-MISUSE).

    Of wrong goods that we had sent it says nothing: the mistake was ours.
    """
    if request.case_type is CaseType.WRONG_ITEM:
        return freight_of(request, rules)
    no_fault = found is Inspection.PASS and request.reason in OURS
    return freight_of(request, rules, Inspection.NO_FAULT_FOUND if no_fault else found)


def maintenance(rules: Rules) -> Freight:
    """Who bears the freight of a repair that no warranty covers."""
    return _under("M-MAINT", rules)


def may_ask_postage(free_postage: bool) -> Decision:
    """Whether extra postage may be asked for: never on goods sold with free postage, not even far away (P-FREEPOST)."""
    if free_postage:
        return Decision(
            allowed=False,
            rule="P-FREEPOST",
            reason="sold_with_free_postage",
            zh="包邮商品不能再向顾客收邮费，偏远地区也不行。",
            en="These goods were sold with free postage: no extra postage may be asked for, not even for remote areas.",
        )
    return Decision(allowed=True, rule="P-FREEPOST", reason="postage_was_charged")


def _fault(reason: ReasonCode, liability: Liability, inspection: Inspection | None, quality: str) -> str | None:
    """The rule where somebody is at fault; None for a change of mind. What was found outranks claims."""
    if inspection is Inspection.NO_FAULT_FOUND and reason in OURS:
        return "M-NODEFECT"
    if inspection is Inspection.CUSTOMER_DAMAGE or liability is Liability.CUSTOMER:
        return "M-MISUSE"
    if inspection is Inspection.TRANSIT_DAMAGE or liability is Liability.COURIER or reason in COURIERS:
        return "M-COURIER"
    ours = liability in (Liability.MERCHANT, Liability.SUPPLIER) or inspection is Inspection.DEFECT_CONFIRMED
    return quality if ours or reason in OURS else None


def _under(rule: str, rules: Rules) -> Freight:
    row = rules.freight[rule]
    zh, en = _SENTENCES[rule]
    return Freight(
        allowed=FreightPayer.CUSTOMER not in (row.outbound, row.inbound, row.back),
        rule=rule,
        reason=rule.removeprefix("M-").lower().replace("-", "_"),
        zh=zh,
        en=en,
        outbound=row.outbound,
        inbound=row.inbound,
        back=row.back,
    )


_SENTENCES: Mapping[str, tuple[str, str]] = {
    "M-QUAL": ("质量问题，往返运费由我们承担。", "A quality return: both freights are on us."),
    "M-EXQ": ("质量换货：寄来由顾客付，寄出由我们付。", "A quality exchange: in by the customer, out by us."),
    "M-NR-FREE": ("无理由退货，包邮商品各付各的。", "No reason, sold with free postage: each side pays its own leg."),
    "M-NR-PAID": ("无理由退货，运费由顾客承担。", "No reason, postage was charged: the freight is the customer's."),
    "M-NODEFECT": (
        "检验无质量问题，运费由顾客承担，先报价。",
        "No fault found: the freight is the customer's, quoted first.",
    ),
    "M-COURIER": ("快递责任，运费由快递承担。", "The courier's fault: the courier bears the freight."),
    "M-MAINT": (
        "过保维护，维修费和往返运费由顾客承担，先报价。",
        "Past the warranty: repair and both freights are the customer's, quoted first.",
    ),
    "M-MISUSE": ("使用不当，费用由顾客承担，先报价。", "Misuse: the cost is the customer's, quoted first."),
}
