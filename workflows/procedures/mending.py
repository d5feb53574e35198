"""How a repair goes once it is agreed: signed, sent in, repaired, sent back.

W-11, A-SIGN, D-REPCONF, D-REP, X11, R-REPAIR-NEWS, R-ALT, R-REPAIR-PREF, A-OLD4NEW, R-INV-REP.
"""

from domain.answers import Said
from domain.freight import send_back
from domain.money import Money
from domain.ports.repair import RepairKind
from domain.ports.warehouse import WXRK
from domain.vocabulary import Disposition, FreightPayer, Outcome, RepairState, Resolution, ShipmentLeg
from workflows.course import Case
from workflows.steps import invoice
from workflows.steps.repair import OWED

INSTEAD = (Resolution.EXCHANGE, Resolution.FULL_REFUND)


async def mend(
    case: Case, how: Resolution, inbound: FreightPayer, fee: Money | None = None, *, here: bool = False
) -> Outcome:
    """A leader signs the application; then the goods come to us unless they are `here`, or a technician goes to him."""
    if not await case.repair.signed("sign_repair", "A-SIGN"):
        return await case.remedy.decided_at_desk("repair_not_signed", "A-SIGN")
    if how is Resolution.ONSITE_VISIT:
        if case.start.customs < OWED:
            return await visit(case, fee)
        return await case.repair.unless_taken_back(lambda: visit(case, fee), lambda: nobody_comes(case))

    if not here:
        await case.returns.authorize(inbound, "repair_authorized", WXRK)
        if not await case.returns.shipped():
            return Outcome.EXPIRED
        await case.returns.arrived()
    return await case.repair.unless_taken_back(lambda: repaired(case, fee), lambda: wanted_back(case, fee))


async def repaired(case: Case, fee: Money | None) -> Outcome:
    """To the repairer, and followed. At the promise he may choose otherwise; at the hard limit a person must."""
    await case.returns.dispose(Disposition.REPAIR)
    if not await case.repair.ordered(RepairKind.BENCH, fee):
        return await no_repair(case, covered=fee is None)
    ended = await case.repair.followed("S-REPAIR")
    if ended is None:
        otherwise = await something_else(case, "promise", covered=fee is None, or_wait=True)
        if otherwise is not None:
            return otherwise
        ended = await case.repair.followed("D-REP")
    if ended is RepairState.NOT_COVERED:
        return await at_his_cost(case)
    case.repair.over()
    match ended:
        case RepairState.DONE:
            return await mended(case, fee)
        case RepairState.NO_FAULT:
            return await no_fault(case)
        case RepairState.UNREPAIRABLE:
            return await no_repair(case, covered=fee is None)
        case _:
            return await case.remedy.decided_at_desk("repair_overdue", "R-WARR-TIME")


async def visit(case: Case, fee: Money | None) -> Outcome:
    """A technician goes to him and repairs it there."""
    if await case.repair.ordered(RepairKind.ONSITE, fee) and (
        await case.repair.followed("S-REPAIR") is RepairState.DONE
    ):
        case.repair.over()
        if await case.repair.paid_for(fee):
            return Outcome.REPAIRED
        return await visit_unpaid(case)
    await case.repair.called_off()
    return await case.remedy.decided_at_desk("visit_failed", "R-ONSITE")


async def visit_unpaid(case: Case) -> Outcome:
    """Repaired at his place, and the fee did not come: a person decides."""
    decided = await case.repair.decided("repair_unpaid", "M-MAINT")
    return decided if isinstance(decided, Outcome) else Outcome.REPAIRED


async def nobody_comes(case: Case) -> Outcome:
    """He wants no visit any more; one that was made, at a fee that he agreed to, is owed all the same."""
    if case.state.repair is RepairState.DONE and case.consent.agreed_fee(Resolution.ONSITE_VISIT):
        return await visit_unpaid(case)
    if not case.repair.at_an_end:
        await case.repair.called_off()
    return Outcome.WITHDRAWN


async def wanted_back(case: Case, fee: Money | None) -> Outcome:
    """He wants his goods as they are: what he agreed to pay and was done is owed all the same (P-CONSENT).

    He had not paid: money that came in ends every taking back. Under earlier customs only a fee that was agreed to
    before he sent them in was owed, and whatever was ordered was called off by the name of the first order.
    """
    all_of_it, state = case.start.customs >= OWED, case.state.repair
    if state is RepairState.DONE and (fee or (all_of_it and case.consent.agreed_fee(Resolution.REPAIR))):
        return await unpaid(case)
    if all_of_it and state is RepairState.NO_FAULT and case.consent.agreed_fee(Resolution.SEND_BACK):
        return await case.remedy.decided_at_desk("way_back_unpaid", "M-NODEFECT")
    if all_of_it and case.repair.at_an_end:
        case.repair.over()
    else:
        await case.repair.called_off("paid_repair" if all_of_it and case.done("paid_repair/ordered") else "repair")
    return await give_back(case, Outcome.WITHDRAWN)


async def mended(case: Case, fee: Money | None) -> Outcome:
    """It is repaired: what he agreed to is paid, and it goes back to him (M-MAINT)."""
    if not await case.repair.paid_for(fee):
        return await unpaid(case)
    return await give_back(case, Outcome.REPAIRED)


async def unpaid(case: Case) -> Outcome:
    """Repaired, and the fee did not come: a person decides whether he has it back all the same."""
    decided = await case.repair.decided("repair_unpaid", "M-MAINT")
    return decided if isinstance(decided, Outcome) else await give_back(case, Outcome.REPAIRED)


async def give_back(case: Case, outcome: Outcome) -> Outcome:
    """His goods go to him and are followed to their receipt, the original invoice with them (R-INV-REP)."""
    invoice.goes_back(case)
    if await case.shipping.send(
        ShipmentLeg.REPAIR_OUT, "R-REPAIR-NEWS", goods=case.request.concerned, template="repair_shipped"
    ):
        return outcome
    return await case.remedy.decided_at_desk("repair_out_failed", "R-REPAIR-NEWS")


async def no_repair(case: Case, *, covered: bool) -> Outcome:
    """It cannot be repaired, or is made no more: another one or his money; past the year it goes back as it is."""
    if not covered:
        return await give_back(case, Outcome.RETURNED_TO_CUSTOMER)
    otherwise = await something_else(case, "unrepairable", covered=covered)
    return otherwise or await case.remedy.decided_at_desk("substitute_unanswered", "R-ALT")


async def something_else(case: Case, why: str, *, covered: bool, or_wait: bool = False) -> Outcome | None:
    """Offer another one or his money, past the year his goods (R-ALT). None: he rather waits for the repair."""
    instead = INSTEAD if covered else (Resolution.SEND_BACK,)
    choices = (*instead, Resolution.REPAIR) if or_wait else instead
    answer = await case.consent.propose(
        instead[0], "R-ALT", template="substitute_offered", choices=choices, options=",".join(choices), step=why
    )
    # R-REPAIR-PREF: no answer leaves it at the repair.
    if answer.said is not Said.AGREED or answer.choice is Resolution.REPAIR:
        return None
    await case.repair.called_off()
    if answer.choice is Resolution.SEND_BACK:
        return await give_back(case, Outcome.RETURNED_TO_CUSTOMER)
    if answer.choice is Resolution.FULL_REFUND:
        if await case.money.refund(case.remedy.refundable, purpose="goods", rule="R-ALT"):
            return case.remedy.refund_outcome()
        return await case.remedy.decided_at_desk("refund_not_paid", "R-ALT")
    if not await case.repair.signed("sign_old_for_new", "A-OLD4NEW"):
        return await case.remedy.decided_at_desk("old_for_new_refused", "A-OLD4NEW")
    if await case.shipping.send(ShipmentLeg.EXCHANGE_OUT, "R-ALT", goods=case.request.concerned):
        return Outcome.EXCHANGED
    return await case.remedy.decided_at_desk("substitute_failed", "R-ALT")


async def no_fault(case: Case) -> Outcome:
    """The repairer finds nothing wrong: it goes back, at his cost where that was quoted and agreed to (W-8)."""
    costs = send_back(case.rules)
    case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.back)
    answer = await case.consent.propose(
        Resolution.SEND_BACK, "W-8", template="no_fault_found", fee=case.order.freight or None,
        options=Resolution.SEND_BACK, rma=case.state.goods.rma,
    )  # fmt: skip
    if answer.said is not Said.AGREED:
        return await case.remedy.decided_at_desk("no_fault_unanswered", "M-NODEFECT")
    if not await case.collection.way_back():
        return await case.remedy.decided_at_desk("way_back_unpaid", "M-NODEFECT")
    return await give_back(case, Outcome.NO_FAULT_FOUND)


async def at_his_cost(case: Case) -> Outcome:
    """The repairer says that it broke in use: the fee is quoted, and without his yes it goes back (M-MISUSE).

    With his yes the limits of the first order go on to run: they are promised from the day that it was taken on.
    """
    fee = await case.repair.named_fee()
    if fee is None:
        quoted = await case.repair.decided("maintenance_fee", "M-MISUSE")
        if isinstance(quoted, Outcome):
            return quoted
        fee = quoted.amount
    answer = await case.consent.propose(
        Resolution.REPAIR, "M-MISUSE", template="maintenance_quoted", fee=fee, freight=FreightPayer.CUSTOMER,
        step="at_his_cost",
    )  # fmt: skip
    if answer.said is not Said.AGREED or not await case.repair.ordered(RepairKind.BENCH, fee, step="paid_repair"):
        case.repair.over()
        return await give_back(case, Outcome.RETURNED_TO_CUSTOMER)
    ended = await case.repair.followed("D-REP", step="paid_repair")
    case.repair.over()
    if ended is RepairState.DONE:
        return await mended(case, fee)
    return await case.remedy.decided_at_desk("repair_overdue", "R-WARR-TIME")
