"""退运费: the customer wants freight back that he laid out; 加邮费: postage was asked for on goods sold without.

M-QUAL, M-COURIER, M-NR-FREE, M-NR-PAID, M-NODEFECT, M-FREEPOST, P-FREEPOST, R-EVID.
"""

from domain.case import POSTAGE_ASKED
from domain.money import Money
from domain.postage import PostageDue, postage_due
from domain.vocabulary import Liability, Outcome, Party, Resolution
from workflows.course import Case


async def postage_claim(case: Case) -> Outcome:
    """By whose fault freight arose says who bears it; ours is paid back on the receipt, his is explained."""
    due = postage_due(case.request, case.rules)
    case.note("postage_judged", due.rule, allowed=due.allowed, reason=due.reason)
    if not due.allowed:
        await case.contact.tell("postage_explained", due.rule, freight="customer")
        return Outcome.EXPLAINED
    if not await case.evidence.photos(due.rule, enough=case.rules.numbers.receipt_photos):
        return await case.remedy.decided_at_desk("no_receipt", due.rule)
    if due.breach:
        return await extra_postage(case, due)
    if due.amount is None or not due.clear:
        return await case.remedy.decided_at_desk("postage_sum", due.rule)
    if due.rule == "M-COURIER":
        await case.claims.open("M-COURIER", due.amount)
    return await pay_back(case, due.amount, due.rule)


async def extra_postage(case: Case, due: PostageDue) -> Outcome:
    """Asked for on goods sold with free postage, a breach by us: apology, record, supervisor, and all of it back."""
    amount, decided_by = due.amount, str(Party.SYSTEM)
    if amount is None or not due.clear:
        ruling = await case.desk.decide("extra_postage", "P-FREEPOST")
        amount, decided_by = ruling.amount or amount, ruling.by
        if ruling.resolution is not Resolution.FREIGHT_REFUND or amount is None:
            outcome = await case.remedy.carry_out(ruling, "P-FREEPOST", step="extra_postage")
            return outcome or await case.remedy.decided_at_desk("postage_not_paid", "P-FREEPOST")

    await case.contact.tell("postage_apology", "P-FREEPOST")
    case.record(
        "breach",
        case.order.order_no,
        "M-FREEPOST",
        what="extra_postage",
        liability=Liability.MERCHANT,
        amount=amount.model_dump(mode="json"),
    )
    case.desk.tell_supervisor(POSTAGE_ASKED, "P-FREEPOST")
    return await pay_back(case, amount, "P-FREEPOST", decided_by)


async def pay_back(case: Case, amount: Money, rule: str, decided_by: str = Party.SYSTEM) -> Outcome:
    """The freight goes back the way he paid."""
    if await case.money.refund(amount, purpose="freight", rule=rule, decided_by=decided_by):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("postage_not_paid", rule)
