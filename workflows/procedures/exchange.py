"""换货: goods come back, are inspected by two persons, and others leave within a day.

R-EX-QUALITY, R-EX-24H, R-NR-TRYEX, R-QUAL-VERIFY, R-INV-EX, D-EX, D-EXSHIP, M-EXQ, W-8, X3, X4, X14, X15.
"""

from domain.answers import Answer, Said
from domain.exchange import EXCHANGE_FOR, Given, is_fault
from domain.freight import OURS, Freight, send_back
from domain.vocabulary import CaseType, Inspection, Outcome, Resolution
from workflows.course import Case
from workflows.procedures.return_refund import bring_back, convert, decline_by_window, give_back, way_out
from workflows.steps.exchange import GOOD


async def exchange(case: Case) -> Outcome:
    """The window, the evidence, his word on plan and price; the goods, two inspections, the new ones in 24 hours."""
    window = await case.exchange.window()
    if not window.allowed:
        return await decline_by_window(case, window)
    if case.request.reason in OURS and not await case.evidence.photos("R-QUAL-VERIFY"):
        return await case.remedy.decided_at_desk("no_evidence", "R-QUAL-VERIFY")

    legs = case.exchange.freight(inside=window.inside)
    answer = await case.exchange.propose(legs, "R-EX-QUALITY" if is_fault(case.request) else "R-NR-TRYEX")
    if answer.said is not Said.AGREED:
        return await not_agreed(case, answer)
    return await exchange_goods(case, legs)


async def exchange_or_return(case: Case, legs: Freight, rule: str, template: str, *, inside: bool = True) -> Outcome:
    """Goods that do not suit him: an exchange is tried first, a return is open as long (R-NR-TRYEX)."""
    ways = (Resolution.EXCHANGE, Resolution.RETURN_REFUND) if inside else (Resolution.EXCHANGE,)
    fee = case.exchange.terms(legs).to_pay or None
    answer = await case.consent.propose(
        Resolution.EXCHANGE, rule, template=template, choices=ways, fee=fee, options=",".join(ways),
        freight=legs.inbound,
    )  # fmt: skip
    if answer.said is not Said.AGREED:
        return await not_agreed(case, answer)
    if answer.choice is Resolution.RETURN_REFUND:
        return await bring_back(case, legs)
    if not case.exchange.wanted:
        ruling = await case.desk.decide(EXCHANGE_FOR, "R-NR-TRYEX")
        if ruling.resolution is not Resolution.EXCHANGE:
            return await case.remedy.carried_out(ruling, EXCHANGE_FOR, "R-NR-TRYEX")
        case.exchange.wants(ruling.replacement)
        if case.exchange.terms(legs).to_pay:
            answer = await case.exchange.propose(legs, "P-FEEQUOTE", step="exchange_price")
            if answer.said is not Said.AGREED:
                return await not_agreed(case, answer)
    return await exchange_goods(case, legs)


async def not_agreed(case: Case, answer: Answer) -> Outcome:
    """A plan declined is negotiated by a person; silence is no consent, and nothing has moved."""
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("plan_declined", "R-OPTIONS")
    return Outcome.EXPIRED


async def exchange_goods(case: Case, legs: Freight) -> Outcome:
    """The goods come back; what the second inspection found decides."""
    verdict = await case.exchange.goods_back(legs)
    if verdict is None:
        return Outcome.EXPIRED
    if verdict in (Inspection.NO_FAULT_FOUND, Inspection.PASS):
        if case.request.reason in OURS:
            return await no_fault_to_exchange(case)
        verdict = Inspection.PASS
    if verdict not in GOOD:
        return await case.remedy.decided_at_desk(f"inspection_{verdict}", "R-EX-QUALITY")
    if not case.exchange.complete():
        return await case.remedy.decided_at_desk("inspection_incomplete", "W-12")
    return await give_new(case, legs, verdict)


async def give_new(case: Case, legs: Freight, verdict: Inspection) -> Outcome:
    """The difference in, the new goods out, the difference back; followed to their receipt (R-EX-24H)."""
    given = await case.exchange.give(legs, verdict)
    if given is Given.ARRIVED:
        return Outcome.EXCHANGED
    if given is Given.NOT_IN_STOCK:
        return await offer_refund(case)
    if given is Given.UNPAID:
        await case.exchange.becomes_refund()
    return await case.remedy.decided_at_desk(f"exchange_{given}", _WHY[given])


_WHY = {Given.UNPAID: "P-FEEQUOTE", Given.NOT_DELIVERED: "R-LOST", Given.NOT_REFUNDED: "R-REF-PATH"}


async def offer_refund(case: Case) -> Outcome:
    """What he wants instead is not to be had: said honestly, and all his money offered (P-HONEST, R-ALT)."""
    amount = case.remedy.refundable

    async def asking() -> Answer:
        return await case.consent.propose(
            Resolution.FULL_REFUND, "P-HONEST", template="exchange_out_of_stock", amount=str(amount)
        )

    answer = await case.exchange.while_he_decides("exchange/refund_offered", asking, Answer)
    if answer.said is Said.AGREED:
        await case.exchange.becomes_refund()
        if await case.money.refund(amount, purpose="goods", rule="R-ALT"):
            return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("exchange_not_in_stock", "R-ALT")


async def no_fault_to_exchange(case: Case) -> Outcome:
    """A claimed defect was not found (W-8, X15): an exchange or a return without a reason, or having it back."""
    answer = await case.exchange.while_he_decides(
        "exchange/no_fault", lambda: way_out(case, Resolution.EXCHANGE, template="no_fault_exchange"), Answer
    )
    if answer.said is not Said.AGREED:
        return await case.remedy.decided_at_desk("no_fault_unanswered", "M-NODEFECT")
    if answer.choice is Resolution.EXCHANGE:
        return await give_new(case, send_back(case.rules), Inspection.PASS)
    if answer.choice is Resolution.RETURN_REFUND:
        case.becomes(CaseType.RETURN_REFUND, "X15")
        await case.exchange.becomes_refund()
        return await convert(case)
    case.exchange.given_up()
    return await give_back(case)
