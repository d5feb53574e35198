"""Claims on couriers: opened by the customer's case beside itself, and conducted as cases of their own (M-COURIER, X5).

The two tell each other by events that go into the inbox with the journal page (docs/decisions/0017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.answers import Claimed
from domain.courier_claim import ACCEPTED, ENDS, PAID, REJECTED, SHORT, SILENT, UNPAID, is_payment, received, unpaid
from domain.events import CLAIM, PREFIX, Request
from domain.identity import claim_number
from domain.messages.commands import RecordReimbursement
from domain.messages.facts import ClaimAnswered, CourierAnswered, Reimbursed
from domain.money import Money
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import CaseType, Liability, Outcome, Party, Resolution, Stage

if TYPE_CHECKING:
    from domain.clocks import Clock
    from workflows.course import Case

BESIDE = 3  # the customs since which a claim is a case of its own
MOST_PHOTOS = 50  # that a request names
UNNAMED = "#"  # before the number of a payment that has no receipt


class Claims:
    """The words for claims: `open` and `accepted` for the customer's case, the others for the claim's own."""

    def __init__(self, case: Case) -> None:
        self._case = case

    # --- in the customer's case ---

    async def open(self, rule: str, amount: Money | None, what: str = "") -> None:
        """Claim from the courier beside the case; it outlives the case and never delays the customer.

        Without an amount it is for a freight of which the courier knows the bill; `what` tells several claims apart.
        """
        case = self._case
        step = f"courier/claim/{what}" if what else "courier/claim"
        if case.start.customs < BESIDE:
            await self._asked_here(rule, amount, step)
            return

        async def opening() -> str:
            state, asked = case.state, case.request
            number = claim_number(asked.case_no, len(state.claims) + 1)
            request = Request(
                shop=asked.shop, case_type=CaseType.COURIER_CLAIM, request_id=number, parent=asked.case_no,
                order=case.order, reason=asked.reason, amount=amount, evidence=tuple(state.evidence[:MOST_PHOTOS]),
                fault=Liability.COURIER, requested_at=case.now,
            )  # fmt: skip
            case.post(step, CLAIM, number, request.model_dump(mode="json"))
            state.claims.append(number)
            case.note("claim_opened", rule, claim=number, amount=str(amount or ""))
            return number

        await case.once(step, opening, str)

    async def accepted(self, rule: str, amount: Money) -> bool:
        """What became of our claim. A courier who is silent for S-CLAIM is taken for one who refuses."""
        case = self._case

        async def waiting() -> bool:
            key = "" if case.state.claims else case.partner_key(f"courier/{CourierRequestKind.CLAIM}/asked", "K")
            clock = await case.clock("S-CLAIM")
            said = await case.until(
                lambda: self._told(key, clock),
                code="claim_answer",
                ball=Party.COURIER,
                stage=Stage.WAITING_COURIER,
                clock=clock,
            )
            case.note("claim_answered", rule, accepted=said == ACCEPTED)
            if key:
                self._recorded_here(key, rule, amount, ACCEPTED if said == ACCEPTED else REJECTED)
            return said == ACCEPTED

        return await case.once("claim_accepted", waiting, bool)

    def _told(self, key: str, clock: Clock) -> str | None:
        case = self._case
        if key:
            answer = case.take(CourierAnswered, where=lambda said, _: said.request == key, clock=clock)
            return answer.verdict if answer else None
        told: list[bool] = []  # a claim that was refused may be claimed again meanwhile: a yes to it counts
        while (said := case.take(ClaimAnswered, lambda said, _: said.claim in case.state.claims, clock)) is not None:
            told.append(said.accepted)
        return (ACCEPTED if any(told) else REJECTED) if told else None

    async def _asked_here(self, rule: str, amount: Money | None, step: str) -> None:
        """As it was under customs 2: the customer's case asks the courier itself, and nobody follows it."""
        case = self._case
        taken = await case.courier.request(CourierRequestKind.CLAIM, rule, amount=amount, step=step)
        key = case.partner_key(f"{step}/asked", "K")
        self._recorded_here(key, rule, amount, "raised" if taken else REJECTED)

    def _recorded_here(self, key: str, rule: str, amount: Money | None, state: str) -> None:
        asked = amount and amount.model_dump(mode="json")
        self._case.record("courier_claim", key, rule, amount=asked, state=state)

    # --- in the claim's own case ---

    async def handed_in(self, turn: int) -> Claimed:
        """Hand it in with the sum that is not paid yet, and photos; wait for his word until S-CLAIM."""
        case, step = self._case, f"handed_in/{turn}"

        async def claiming() -> Claimed:
            case.evidence.keep_given("R-EVID")
            name = "S-CLAIM" if turn == 1 else f"S-CLAIM#{turn}"
            clock = await case.clock("S-CLAIM", name=name)
            amount = self._unpaid()
            while case.take(CourierAnswered, where=lambda said, _: said.verdict != ACCEPTED) is not None:
                pass  # a no to what was claimed before is no answer to this
            self._record("raised", amount)
            if not await case.courier.request(
                CourierRequestKind.CLAIM, "M-COURIER", due_at=clock.due_at, amount=amount, step=f"claim/{turn}"
            ):
                case.no_longer_due(name)
                return self._heard(step, Claimed(word=REJECTED))
            key = case.partner_key(f"claim/{turn}/asked", "K")
            heard = await case.until(
                lambda: self._word(key, clock),
                code="claim_answer",
                ball=Party.COURIER,
                stage=Stage.WAITING_COURIER,
                clock=clock,
            )
            return self._heard(step, heard or Claimed(word=SILENT))

        return self._for_that(await case.once(step, claiming, Claimed))

    async def payment(self, turn: int) -> Claimed:
        """He will pay: wait for the money until S-CLAIMPAY."""
        case = self._case

        async def waiting() -> Claimed:
            clock = await case.clock("S-CLAIMPAY", name=f"S-CLAIMPAY#{turn}")
            paid = await case.until(
                self._paid, code="reimbursement", ball=Party.COURIER, stage=Stage.WAITING_COURIER, clock=clock
            )
            return paid or Claimed(word=UNPAID)

        return await case.once(f"paid/{turn}", waiting, Claimed)

    async def decided(self, why: str, turn: int) -> Claimed:
        """A person says whether it is claimed again or written off. The courier may come round before he does."""
        case, step = self._case, f"desk/{turn}"

        async def deciding() -> Claimed:
            found = await case.desk.put(f"claim_{why}", "M-COURIER", self._ruling_or_word, name=f"claim_{why}/{turn}")
            return self._heard(step, found)

        return self._for_that(await case.once(step, deciding, Claimed))

    async def settled(self, heard: Claimed) -> Outcome:
        """Enter the end: what was paid, and what is written off, which may be the rest of it."""
        case, paid = self._case, received(self._case.state)
        lost = self._unpaid() if heard.word == Resolution.WRITE_OFF else None
        more = {"written_off": str(lost)} if lost else {}
        if paid:
            receipts = [receipt for receipt in case.state.reimbursed if not receipt.startswith(UNNAMED)]
            self._record(PAID, paid, claimed=str(case.request.amount or ""), receipts=receipts, **more)
            case.note("claim_paid", "M-COURIER", amount=str(paid))
        else:
            self._record("written_off", lost)
        if heard.word == Resolution.WRITE_OFF:
            case.note("claim_written_off", "A-CAP", **({"amount": str(lost)} if lost else {}))
        return Outcome.REIMBURSED if paid else Outcome.WRITTEN_OFF

    def told_too_late(self) -> None:
        """Money told between the claim's end and its last page goes through the inbox again, and is booked there."""
        case = self._case
        while (said := case.take(Reimbursed)) is not None:
            case.post(
                f"late/{case.state.number()}", PREFIX + Reimbursed.kind, case.request.case_no,
                said.model_dump(mode="json"),
            )  # fmt: skip

    def _heard(self, step: str, heard: Claimed) -> Claimed:
        """His word goes on record, and the customer's case is told of it: it may wait for that (R-DMG-SIGNED)."""
        case = self._case
        if heard.word in (ACCEPTED, REJECTED):
            self._record(heard.word, heard.amount or case.request.amount)
        taken = heard.word == Resolution.WRITE_OFF and case.state.reimbursed  # what he paid is accepted as all
        if heard.word in (ACCEPTED, REJECTED, PAID) or taken:
            told = ClaimAnswered(claim=case.request.case_no, accepted=heard.word != REJECTED)
            case.post(step, PREFIX + ClaimAnswered.kind, case.request.parent, told.model_dump(mode="json"))
        case.note("claim_heard", "M-COURIER", word=heard.word)
        return heard

    def _word(self, key: str, clock: Clock) -> Claimed | None:
        """What he says to this request, or that he pays; a late yes to an earlier one counts too."""
        if (paid := self._paid()) is not None:
            return paid
        said = self._case.take(
            CourierAnswered, where=lambda said, _: said.verdict == ACCEPTED or said.request in ("", key), clock=clock
        )
        if said is None:
            return None
        return Claimed(word=ACCEPTED if said.verdict == ACCEPTED else REJECTED, amount=said.amount)

    def _ruling_or_word(self) -> Claimed | None:
        ruling = self._case.desk.take_decision()
        if ruling is not None and ruling.resolution in ENDS:
            return Claimed(word=ruling.resolution)
        if (paid := self._paid()) is not None:
            return paid
        said = self._case.take(CourierAnswered, where=lambda said, _: said.verdict == ACCEPTED)
        return Claimed(word=ACCEPTED, amount=said.amount) if said else None

    def _paid(self) -> Claimed | None:
        """More came in: all that was claimed by now, or less. The same receipt, told twice, counts once."""
        case, paid = self._case, self._case.state.reimbursed
        said = case.take(Reimbursed) or case.take(RecordReimbursement)
        if said is None:
            return None
        if is_payment(case.request, said.amount):
            paid[said.receipt_ref or f"{UNNAMED}{len(paid) + 1}"] = said.amount
        return Claimed(word=SHORT if not paid or self._unpaid() else PAID, amount=received(case.state))

    def _unpaid(self) -> Money | None:
        claimed = self._case.request.amount
        return claimed and unpaid(claimed, self._case.state)

    def _for_that(self, heard: Claimed) -> Claimed:
        """A claim that named no sum is for what he accepted."""
        case, named = self._case, heard.amount
        if heard.word == ACCEPTED and case.request.amount is None and named and is_payment(case.request, named):
            case.request = case.request.model_copy(update={"amount": named})
        return heard

    def _record(self, state: str, amount: Money | None, **more: object) -> None:
        case, order = self._case, self._case.order
        case.record(
            "courier_claim", case.request.case_no, "M-COURIER", courier=order.courier, waybill=order.waybill,
            amount=amount and amount.model_dump(mode="json"), state=state, parent=case.request.parent,
            documents=list(case.state.evidence), **more,
        )  # fmt: skip
