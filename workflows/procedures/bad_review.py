"""中差评: somebody is unhappy and said so in public; he is contacted at the first moment, to solve what is wrong.

R-REV-FIRST, R-REV-NOTRADE, P-NOTRADE, R-CONSENT, A-CAP. The procedure offers no goodwill, and none can be given in it.
"""

from domain.vocabulary import Outcome
from workflows.course import Case


async def bad_review(case: Case) -> Outcome:
    """Write while he is online and ask; where he answers, propose at once; where he does not, call him."""
    await case.contact.tell("trouble_asked", "R-REV-FIRST")
    online = await case.contact.wait_for_customer(within="S-REVIEW")
    if not online:
        online = await case.contact.call_unless_heard("trouble_call", "R-REV-FIRST", "review")
    return await case.solution.agreed("bad_review", "R-ALT", within="S-ONLINE" if online else "S-DECIDE")
