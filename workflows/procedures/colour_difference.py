"""色差: not a quality fault; he may exchange or return it inside the window, at his freight, and is told why.

R-COLOUR, R-NR-WINDOW, R-NR-TRYEX, M-NR-FREE, M-NR-PAID.
"""

from domain.vocabulary import Outcome, ReasonCode
from workflows.course import Case
from workflows.procedures.exchange import exchange_or_return
from workflows.procedures.return_refund import decline_by_window


async def colour_difference(case: Case) -> Outcome:
    """The window of a change of mind; colours explained, the ways that are open offered."""
    case.judged(reason=ReasonCode.COLOUR)
    window = await case.exchange.window()
    if not window.allowed:
        return await decline_by_window(case, window)
    legs = case.exchange.freight(inside=True)
    return await exchange_or_return(case, legs, "R-COLOUR", "colour_explained")
