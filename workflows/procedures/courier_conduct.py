"""快递服务质量差: customer and courier quarrelled.

R-CONDUCT, M-COURIER, R-CONSENT.
"""

from domain.answers import Said
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import InboundKind, Outcome, ParcelState, Resolution, ShipmentLeg
from workflows.course import Case
from workflows.procedures.no_tracking_info import until_delivered
from workflows.procedures.parcel_lost import make_good
from workflows.steps.courier import DELIVERED


async def courier_conduct(case: Case) -> Outcome:
    """Mediate between the two; who insists gets his goods by another courier, at the first one's cost."""
    seen = await case.courier.track()
    await case.contact.tell("conduct_told", "R-CONDUCT")
    said = await case.courier.mediate("R-CONDUCT")
    case.note("mediated", "R-CONDUCT", verdict=said)
    if seen in DELIVERED:
        await case.contact.tell("conduct_answered", "R-CONDUCT")
        return Outcome.EXPLAINED
    if seen is ParcelState.LOST:
        return await make_good(case)

    choices = (Resolution.REDELIVER, Resolution.OTHER_COURIER)
    answer = await case.consent.propose(
        Resolution.REDELIVER, "R-CONDUCT", template="conduct_plan", choices=choices,
        options=",".join(choices), overtaken=case.courier.arrived,
    )  # fmt: skip
    if answer.said is Said.OVERTAKEN:
        return Outcome.DELIVERED
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("conduct_plan_declined", "R-CONDUCT")
    if answer.choice is Resolution.OTHER_COURIER:
        return await by_another_courier(case)
    if answer.said is Said.AGREED:
        await case.courier.request(CourierRequestKind.REDELIVER, "R-CONDUCT")
    return await until_delivered(case)


async def by_another_courier(case: Case) -> Outcome:
    """The original comes back at the courier's cost; the goods go out again with somebody else."""
    case.note("freight_decided", "M-COURIER", inbound=case.rules.freight["M-COURIER"].inbound)
    if await case.courier.request(CourierRequestKind.RECALL, "R-CONDUCT"):
        await case.undelivered.expect(InboundKind.UNDELIVERED_RETURN, "T-INBOUND")
    await case.claims.open("M-COURIER", case.order.freight or None)
    if await case.shipping.send(ShipmentLeg.RESHIP, "R-CONDUCT", not_by=case.order.courier):
        return Outcome.RESHIPPED
    return await case.remedy.decided_at_desk("conduct_reship_failed", "R-CONDUCT")
