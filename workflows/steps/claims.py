"""Claims on couriers: opened by the customer's case beside itself, and conducted as cases of their own (M-COURIER, X5).

The two tell each other by events that go into the inbox with the journal page (docs/decisions/0017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.answers import Claimed
from domain.courier_claim import ACCEPTED, ENDS, PAID, REJECTED, SILENT, UNPAID
from domain.events import CLAIM, PREFIX, Request
from domain.identity import claim_number
from domain.messages.commands import RecordReimbursement
from domain.messages.facts import ClaimAnswered, CourierAnswered, Reimbursed
from domain.money import Money
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import CaseType, Liability, Outcome, Party, Stage

if TYPE_CHECKING:
    from domain.clocks import Clock
    from workflows.course import Case

BESIDE = 3  # the customs since which a claim is a case of its own
MOST_PHOTOS = 50  # that a request names


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
        told = case.take(ClaimAnswered, where=lambda said, _: said.claim in case.state.claims, clock=clock)
        return (ACCEPTED if told.accepted else REJECTED) if told else None

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
        """Hand it in with sum and photos, and wait for his word until S-CLAIM."""
        case, step = self._case, f"handed_in/{turn}"

        async def claiming() -> Claimed:
            case.evidence.keep_given("R-EVID")
            name = "S-CLAIM" if turn == 1 else f"S-CLAIM#{turn}"
            clock = await case.clock("S-CLAIM", name=name)
            amount = case.request.amount
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

        return await case.once(step, claiming, Claimed)

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
        """A person says whether it is claimed again or written off. The courier may still come round before he does."""
        case, step = self._case, f"desk/{turn}"

        async def deciding() -> Claimed:
            found = await case.desk.put(f"claim_{why}", "M-COURIER", self._ruling_or_word, name=f"claim_{why}/{turn}")
            return self._heard(step, found)

        return await case.once(step, deciding, Claimed)

    async def settled(self, heard: Claimed) -> Outcome:
        """Enter the end: what was paid, or that it is written off."""
        if heard.word == PAID:
            self._record(PAID, heard.amount, claimed=str(self._case.request.amount or ""))
            self._case.note("claim_paid", "M-COURIER", amount=str(heard.amount))
            return Outcome.REIMBURSED
        self._record("written_off", self._case.request.amount)
        self._case.note("claim_written_off", "A-CAP")
        return Outcome.WRITTEN_OFF

    def _heard(self, step: str, heard: Claimed) -> Claimed:
        """His word goes on record, and the customer's case is told of it: it may wait for that (R-DMG-SIGNED)."""
        case = self._case
        if heard.word in (ACCEPTED, REJECTED):
            self._record(heard.word, heard.amount or case.request.amount)
        if heard.word in (ACCEPTED, REJECTED, PAID):
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
        said = self._case.take(Reimbursed) or self._case.take(RecordReimbursement)
        return Claimed(word=PAID, amount=said.amount) if said else None

    def _record(self, state: str, amount: Money | None, **more: object) -> None:
        case, order = self._case, self._case.order
        case.record(
            "courier_claim", case.request.case_no, "M-COURIER", courier=order.courier, waybill=order.waybill,
            amount=amount and amount.model_dump(mode="json"), state=state, parent=case.request.parent,
            documents=list(case.state.evidence), **more,
        )  # fmt: skip
