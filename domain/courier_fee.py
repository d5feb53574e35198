"""Who bears what a courier wants for something extra (M-OOA, M-FREEPOST, R-ADDR). What is his is quoted first."""

from __future__ import annotations

from domain.decision import Decision
from domain.events import Request
from domain.freight import OURS, may_ask_postage
from domain.money import Money
from domain.rules import Rules
from domain.vocabulary import FreightPayer, Liability, ParcelState, Settlement


class Borne(Decision):
    """Who bears it. `allowed` says that the customer is asked for nothing."""

    payer: FreightPayer


def relay_fee(rules: Rules, *, his_wish: bool) -> Borne:
    """What a relay costs: on the customer where he asked for that courier, else on us whose courier failed (M-OOA).

    That his place is remote is no reason to ask him for anything (P-FREEPOST).
    """
    row = rules.freight["M-OOA"]
    if his_wish:
        return _borne(
            row.back, "M-OOA", "his_wish", "顾客指定快递，先报价。", "He asked for that courier: quoted first."
        )
    return _borne(
        row.outbound, "M-OOA", "our_courier_failed", "我方快递不到，费用我方承担。", "Our courier failed: ours."
    )


def change_fee(request: Request) -> Borne:
    """What a courier wants for taking a parcel elsewhere: on whoever made it necessary (R-ADDR, M-COURIER)."""
    match erred(request):
        case Liability.CUSTOMER:
            return _borne(FreightPayer.CUSTOMER, "P-FEEQUOTE", "his_address", "地址由顾客更改，先报价。", "His change.")
        case Liability.COURIER:
            return _borne(
                FreightPayer.COURIER, "M-COURIER", "misrouted", "快递错分，由快递承担。", "The courier erred."
            )
        case _:
            return _borne(FreightPayer.MERCHANT, "R-ADDR", "our_mistake", "我方写错，由我方承担。", "Our mistake.")


def second_freight(request: Request) -> tuple[Borne, Money | None]:
    """What sending it again costs the customer, None for nothing: his mistake, on goods sold with postage charged.

    On goods sold with free postage none is ever asked for (P-FREEPOST).
    """
    if erred(request) is not Liability.CUSTOMER:
        return change_fee(request), None
    may = may_ask_postage(request.order.free_postage)
    if not may.allowed or not request.order.freight:
        return _borne(FreightPayer.MERCHANT, may.rule, may.reason, may.zh, may.en), None
    his = _borne(
        FreightPayer.CUSTOMER, "P-FEEQUOTE", "his_address", "地址由顾客更改，先报价。", "His change: quoted first."
    )
    return his, request.order.freight


def may_ask_for_courier(free_postage: bool, *, his_wish: bool) -> Decision:
    """Whether a change of courier may be quoted where ours does not deliver: only as the customer's own wish."""
    postage = may_ask_postage(free_postage)
    if his_wish or postage.allowed:
        return Decision(allowed=True, rule="R-OOA-FEE", reason="his_wish" if his_wish else postage.reason)
    return Decision(
        allowed=False,
        rule=postage.rule,
        reason="our_courier_failed",
        zh="我方快递不到，包邮商品不得让顾客加钱；顾客自己要求换快递才可报价。",
        en="Our courier failed: with free postage another one is quoted only where the customer asks for him.",
    )


def settlement(rules: Rules) -> Settlement:
    """How the fee gets to the company that receives it (X10)."""
    return Settlement(rules.switches.get("X10", Settlement.DIRECT))


def erred(request: Request) -> Liability:
    """Who made another address necessary: the customer, where nobody else is known to have erred."""
    if request.fault is not Liability.UNDETERMINED:
        return request.fault
    if request.parcel_state is ParcelState.MISROUTED:
        return Liability.COURIER
    return Liability.MERCHANT if request.reason in OURS else Liability.CUSTOMER


def _borne(payer: FreightPayer, rule: str, reason: str, zh: str, en: str) -> Borne:
    return Borne(allowed=payer is not FreightPayer.CUSTOMER, rule=rule, reason=reason, zh=zh, en=en, payer=payer)
