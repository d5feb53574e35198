"""补发 · 重发: send goods again, following them to their receipt.

T-RESHIP, R-CONSENT, R-LOST, R-STUCK.
"""

from domain.answers import Said
from domain.order import AskedLine
from domain.vocabulary import Outcome, Resolution, ShipmentLeg
from workflows.course import Case


async def reship(case: Case) -> Outcome:
    """Agree on it with the customer, send, and follow to its receipt; what cannot be sent goes to a person."""
    answer = await case.consent.propose(Resolution.RESHIP, "R-CONSENT", plan=Resolution.RESHIP)
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("reship_declined", "R-OPTIONS")
    if answer.said is Said.SILENT:
        return await case.remedy.decided_at_desk("reship_no_answer", "R-CONSENT")
    return await send_again(case, case.request.concerned, "R-LOST", or_ask="reship_failed")


async def send_again(case: Case, goods: tuple[AskedLine, ...], rule: str, *, or_ask: str, beside: str = "") -> Outcome:
    """Send these goods, perhaps together with another order, and follow them; else a person decides."""
    if await case.shipping.send(ShipmentLeg.RESHIP, rule, goods=goods, beside=beside):
        return Outcome.RESHIPPED
    return await case.remedy.decided_at_desk(or_ask, rule)
