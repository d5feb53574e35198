"""破损件: goods broken on the way.

R-DMG-REFUSE, R-DMG-EVID, R-DMG-CAUSE, R-DMG-ACT, R-DMG-PARTIAL, R-DMG-SIGNED, M-PARTIAL, M-COURIER, X5, X12.
"""

from domain.answers import Answer, Said
from domain.case import SECOND_LOOK
from domain.damage import Damage, cause_of
from domain.damage_offer import LOST_CLAIM, Offer, offer_for, share_of_loss
from domain.money import Money
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import Liability, Outcome, Party, Resolution
from workflows.course import Case
from workflows.procedures.reship import send_again


async def parcel_damaged(case: Case) -> Outcome:
    """Not signed for yet: refused at the door and sent again. Signed for: the evidence, the cause, his choice."""
    if not await case.courier.signed() and (refused := await refuse_at_the_door(case)) is not None:
        return refused
    damage = await case.evidence.damage("R-DMG-EVID")
    if damage is None:
        return await case.remedy.decided_at_desk("no_damage_evidence", "X5")
    return await make_good_what_broke(case, damage)


async def refuse_at_the_door(case: Case) -> Outcome | None:
    """He may refuse it; another one or his money, as he chooses, the courier bearing the way back (R-DMG-REFUSE).

    None when he took it before he chose.
    """
    choices = (Resolution.RESHIP, Resolution.FULL_REFUND)
    answer = await case.consent.propose(
        Resolution.RESHIP, "R-DMG-REFUSE", template="damaged_at_door", choices=choices, options=",".join(choices),
        overtaken=case.courier.fetched, step="at_the_door" if case.start.customs >= SECOND_LOOK else "",
    )  # fmt: skip
    if answer.said is Said.OVERTAKEN:
        return None
    record_incident(case, Liability.COURIER)
    await case.claims.open("M-COURIER", case.order.paid)
    if answer.said is not Said.AGREED:
        return await ask_a_person(case, answer)
    await case.courier.request(CourierRequestKind.RECALL, "R-DMG-REFUSE")
    if answer.choice is Resolution.FULL_REFUND:
        return await pay_back(case, case.remedy.refundable, "R-DMG-REFUSE")
    return await send_again(case, case.order.whole(), "R-DMG-ACT", or_ask="damage_reship_failed")


async def make_good_what_broke(case: Case, damage: Damage) -> Outcome:
    """Apologise; sent again or kept with a part of the money back, as he chooses; the claim beside it (X5)."""
    cause = cause_of(damage.packaging)
    case.note("damage_judged", cause.rule, reason=cause.reason, liability=cause.liability)

    async def offering() -> Offer:
        return offer_for(case.request, damage, case.rules, case.remedy.refundable)

    offer = await case.once("offer", offering, Offer)
    answer = await case.consent.propose(
        offer.choices[0], "R-DMG-ACT", template="damage_told", choices=offer.choices,
        options=",".join(offer.choices), amount=str(offer.part),
    )  # fmt: skip
    record_incident(case, cause.liability, damage)
    if cause.allowed:
        await case.courier.request(CourierRequestKind.CONFIRM_DAMAGE, "R-DMG-EVID")
        await case.claims.open("R-DMG-SIGNED", offer.value)
    if answer.said is not Said.AGREED:
        return await ask_a_person(case, answer)
    if answer.choice is Resolution.RESHIP:
        goods = damage.lines or case.request.concerned
        return await send_again(case, goods, "R-DMG-ACT", or_ask="damage_reship_failed")
    outcome = await case.once("kept", lambda: pay_back(case, offer.part, "M-PARTIAL"), Outcome)
    if cause.allowed and outcome is Outcome.PARTIALLY_REFUNDED:
        await share_the_loss(case, offer)
    return outcome


async def share_the_loss(case: Case, offer: Offer) -> None:
    """He kept it and bears the rest: when the courier pays nothing, explain our effort and share it by a coupon."""
    if await case.claims.accepted("R-DMG-SIGNED", offer.value):
        return
    await case.contact.tell("claim_failed_told", "R-DMG-SIGNED")
    share = share_of_loss(offer, case.rules)
    if share:
        await case.goodwill.give("coupon", share, Party.SYSTEM, "lost_claim", occasion=LOST_CLAIM)


async def pay_back(case: Case, amount: Money, rule: str) -> Outcome:
    """Money back for it; what is not approved or not paid goes to a person."""
    if await case.money.refund(amount, purpose="goods", rule=rule):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("damage_refund_failed", rule)


async def ask_a_person(case: Case, answer: Answer) -> Outcome:
    """He declined, or said nothing: he has broken goods or none, so never nothing (X5)."""
    declined = answer.said is Said.DECLINED
    return await case.remedy.decided_at_desk("damage_plan_declined" if declined else "damage_no_answer", "X5")


def record_incident(case: Case, liability: Liability, damage: Damage | None = None) -> None:
    """The one record for damage and loss (X12)."""
    seen = damage or Damage()
    case.record(
        "parcel_incident", case.order.waybill or case.order.order_no, "R-DMG-ACT",
        incident="damage", waybill=case.order.waybill, courier=case.order.courier, liability=liability,
        packaging=seen.packaging, severity=seen.severity,
        lines=[line.model_dump() for line in seen.lines or case.request.concerned],
    )  # fmt: skip
