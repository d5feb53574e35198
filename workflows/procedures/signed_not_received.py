"""非本人签收: the parcel shows as signed, and the customer has nothing.

R-NOTME, D-COURIER, R-LOST, M-COURIER.
"""

from domain.vocabulary import Outcome
from workflows.course import Case
from workflows.procedures.no_tracking_info import until_delivered
from workflows.procedures.parcel_lost import make_good
from workflows.steps.courier import DELIVERED, MOVING
from workflows.steps.parcel import HAS_IT


async def signed_not_received(case: Case) -> Outcome:
    """Home, office, neighbours, gatehouse, locker: he looks while the courier is asked; he is told what came of it."""
    seen = await case.courier.track()
    if seen in MOVING and seen not in DELIVERED:
        return await until_delivered(case)  # nobody signed: it is still on its way

    found = await case.parcel.searched("R-NOTME")
    if found == HAS_IT:
        return Outcome.DELIVERED
    if found in ("found", "moving") and await case.parcel.in_his_hands("R-NOTME"):
        return Outcome.DELIVERED
    return await make_good(case)
