"""重大纠纷: a supervisor's from the first moment, each negotiation logged, a written report before it ends.

R-DISPUTE-LOG, R-COMPL-24H, D-COMPL, X8, R-ABUSE, R-CONSENT, A-SUPQ, P-STAFF.
"""

from domain.vocabulary import Outcome
from workflows.course import Case


async def dispute(case: Case) -> Outcome:
    """Hear him, pack the evidence, negotiate until a solution is accepted and carried out, report."""
    await case.dispute.heard("R-COMPL-24H", within="D-COMPL")
    await case.dispute.packed()
    outcome = await case.solution.agreed("dispute", "R-DISPUTE-LOG", within="D-COMPL")
    return await case.dispute.reported(outcome)
