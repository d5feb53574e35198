"""投诉: he is heard at once, and within 24 hours a solution is accepted or scheduled.

R-COMPL-24H, D-COMPL, X8, R-SIX, R-ABUSE, R-NOREPEAT, R-CONSENT, A-CAP, A-SUPQ, P-STAFF, R-DISPUTE-LOG.
"""

from domain.vocabulary import Outcome
from workflows.course import Case


async def complaint(case: Case) -> Outcome:
    """Greet, read the log, apologise; decide, propose, carry out. What he refuses again and again is a dispute."""
    await case.dispute.heard("R-COMPL-24H", within="D-COMPL")
    outcome = await case.solution.agreed("complaint", "R-COMPL-24H", within="D-COMPL")
    return await case.dispute.reported(outcome)
