"""快递索赔: what the courier's fault cost us, beside the case of the customer, who never waits for it.

M-COURIER, R-DMG-SIGNED, X5, S-CLAIM, S-CLAIMPAY, A-CAP.
"""

from domain.courier_claim import ACCEPTED, PAID
from domain.vocabulary import Outcome, Resolution
from workflows.course import Case


async def courier_claim(case: Case) -> Outcome:
    """Handed in with sum and photos; accepted: all its money awaited; else a person: claimed again, or written off."""
    turn = 1
    heard = await case.claims.handed_in(turn)
    while heard.word not in (PAID, Resolution.WRITE_OFF):
        turn += 1
        if heard.word == ACCEPTED:
            heard = await case.claims.payment(turn)
        elif heard.word == Resolution.CLAIM_AGAIN:
            heard = await case.claims.handed_in(turn)
        else:
            heard = await case.claims.decided(heard.word, turn)
    return await case.claims.settled(heard)
