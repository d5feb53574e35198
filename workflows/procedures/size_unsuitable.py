"""尺码: who advised what is looked up by a person in the chat log; our wrong advice makes the freight ours.

R-SIZE, R-NR-TRYEX, R-NR-WINDOW, R-EX-QUALITY, M-NR-FREE, M-NR-PAID, M-QUAL.
"""

from domain.exchange import OUR_ADVICE, SIZE_ADVICE
from domain.vocabulary import Liability, Outcome, ReasonCode, Resolution
from workflows.course import Case
from workflows.procedures.exchange import exchange_or_return
from workflows.procedures.return_refund import decline_by_window


async def size_unsuitable(case: Case) -> Outcome:
    """A person says whose advice it was; then an exchange is tried first, at the freight that follows from it."""
    case.judged(reason=ReasonCode.SIZE, fault=Liability.MERCHANT)
    window = await case.exchange.window("exchange/window_if_ours")
    if not window.allowed:  # too late even if the advice was ours
        return await decline_by_window(case, window)

    due = await case.clock("S-DECIDE", name=f"S-DECIDE/{SIZE_ADVICE}#1")
    await case.contact.tell("request_received", "R-INTERIM", due=due.due_at.isoformat())
    advice = await case.desk.decide(SIZE_ADVICE, "R-SIZE")
    ours = advice.liability in OUR_ADVICE
    case.judged(fault=Liability.MERCHANT if ours else Liability.NONE)
    case.note("size_advice", "R-SIZE", actor=advice.by, liability=case.request.fault)
    if advice.resolution not in (Resolution.EXCHANGE, Resolution.RETURN_REFUND):
        return await case.remedy.carried_out(advice, SIZE_ADVICE, "R-SIZE")

    case.exchange.wants(advice.replacement or case.exchange.wanted)
    window = await case.exchange.window()
    if not window.allowed:
        return await decline_by_window(case, window)
    legs = case.exchange.freight(inside=window.inside)
    return await exchange_or_return(case, legs, "R-SIZE", "size_explained", inside=window.inside)
