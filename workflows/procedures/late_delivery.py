"""派送不及时: the courier delivers late.

R-LATE-DELIV, D-LATESLOT, X13, P-PROMISE, M-COURIER, R-CANCEL-SHIPPED.
"""

from domain.answers import Said
from domain.case import SECOND_LOOK
from domain.delay import delay_of
from domain.vocabulary import InboundKind, Outcome, ParcelState, Resolution
from workflows.course import Case
from workflows.procedures.no_tracking_info import until_delivered
from workflows.procedures.parcel_lost import make_good
from workflows.procedures.undelivered_parcel import paid_when_back, received_after_all
from workflows.steps.courier import DELIVERED
from workflows.steps.rerouting import HANDED_OUT


async def late_delivery(case: Case) -> Outcome:
    """Apologise; a slot that courier and customer agree on within two days; who insists refuses it and is paid back."""
    seen = await case.courier.track()
    if seen in DELIVERED:
        await case.contact.tell("late_apology", "R-LATE-DELIV")
        return Outcome.EXPLAINED
    if seen is ParcelState.LOST:
        return await make_good(case)

    limit = await case.clock("D-LATESLOT", at=case.request.requested_at)
    await case.contact.tell("late_delivery_told", "R-LATE-DELIV", due=limit.due_at.isoformat())
    slot = await case.parcel.slot("R-LATE-DELIV", within="D-LATESLOT")
    if await case.courier.has_it("slot"):
        case.desk.settled("D-LATESLOT")
        return Outcome.DELIVERED
    if slot is None:
        return await case.remedy.decided_at_desk("no_slot", "R-LATE-DELIV")

    delay = delay_of(case.request, seen, case.rules)
    case.note("delay_judged", delay.rule, liability=delay.liability, reason=delay.reason)
    choices = (Resolution.REDELIVER, Resolution.RETURN_REFUND) if delay.allowed else (Resolution.REDELIVER,)
    answer = await case.consent.propose(
        Resolution.REDELIVER, "R-LATE-DELIV", template="slot_proposed", choices=choices,
        slot=slot.isoformat(), options=",".join(choices), overtaken=case.courier.arrived,
    )  # fmt: skip
    case.desk.settled("D-LATESLOT")
    if answer.said is Said.OVERTAKEN:
        return Outcome.DELIVERED
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("slot_declined", "R-LATE-DELIV")
    if answer.said is Said.SILENT:
        return await until_delivered(case)  # the courier delivers at the slot that he named
    if answer.choice is Resolution.RETURN_REFUND:
        return await refuse_and_return(case, delay.freight)
    if await case.parcel.by_slot(slot):
        return Outcome.DELIVERED
    return await slot_missed(case)


async def slot_missed(case: Case) -> Outcome:
    """The courier broke the slot: the customer need not wait any longer, money back or another parcel."""
    choices = (Resolution.RETURN_REFUND, Resolution.RESHIP)
    answer = await case.consent.propose(
        Resolution.RETURN_REFUND, "R-LATE-DELIV", template="slot_missed_told", choices=choices,
        options=",".join(choices), overtaken=case.courier.arrived,
        step="slot_missed" if case.start.customs >= SECOND_LOOK else "",
    )  # fmt: skip
    await case.parcel.slot_given_up()
    if answer.said is Said.OVERTAKEN:
        return Outcome.DELIVERED
    if answer.said is Said.AGREED and answer.choice is Resolution.RETURN_REFUND:
        return await refuse_and_return(case, "M-COURIER")
    return await case.remedy.as_chosen(answer, "late", "R-LATE-DELIV")


async def refuse_and_return(case: Case, freight: str) -> Outcome:
    """He refuses it at the door, the courier brings it back, and when it is looked at the customer has his money."""
    legs = case.rules.freight[freight]
    case.note("freight_decided", freight, inbound=legs.inbound, outbound=legs.outbound)
    turned = await case.undelivered.call_back("R-LATE-DELIV")
    if turned == HANDED_OUT:
        return await received_after_all(case)
    await case.contact.tell("return_agreed_told", "R-LATE-DELIV")
    return await paid_when_back(case, InboundKind.REFUSED_RETURN)
