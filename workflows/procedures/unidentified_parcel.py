"""无头件: a parcel came that nobody announced. T-INBOUND, W-3, W-12, S-UNCLAIMED."""

from domain.vocabulary import Outcome
from workflows.course import Case


async def unidentified_parcel(case: Case) -> Outcome:
    """Logged and laid aside; whoever's it is, his case goes on with it. Nobody's by the clock: a supervisor decides."""
    await case.unidentified.logged()
    whose = await case.unidentified.claimed()
    if whose.case_no:
        await case.unidentified.handed_on(whose)
        return Outcome.MATCHED
    await case.unidentified.disposed_of(whose)
    return Outcome.UNCLAIMED
