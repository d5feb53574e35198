"""Nothing is carried out, and no cost arises, before the customer agreed (R-CONSENT, P-CONSENT, P-FEEQUOTE)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.answers import Answer, Said
from domain.case import FEE, SECOND_LOOK, Fact, Proposal
from domain.clocks import Clock
from domain.messages.facts import CustomerAgreed
from domain.money import Money
from domain.vocabulary import Party, Resolution, Stage

if TYPE_CHECKING:
    from workflows.course import Case


class Consent:
    """The words for proposing and being answered."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._quoting = False

    async def propose(
        self,
        what: Resolution,
        rule: str,
        /,
        *,
        template: str = "plan_proposed",
        choices: tuple[Resolution, ...] = (),
        fee: Money | None = None,
        overtaken: Callable[[], bool] = lambda: False,
        within: str = "S-CONSENT",
        call: str = "",
        step: str = "",
        **variables: str,
    ) -> Answer:
        """Tell the customer what we propose, its options and costs, and wait for his word (R-OPTIONS).

        `choices` are what he may choose instead, the first being what a plain "yes" means.
        `overtaken`: whether events made the question idle meanwhile. `call`: the template of a call that asks too.
        `step` tells two questions about one plan apart.
        """
        case, name = self._case, step or what
        step = f"consent/{name}"

        def word(proposal_id: str, clock: Clock) -> CustomerAgreed | Said | None:
            said = case.take(
                CustomerAgreed, where=lambda said, fact: self._answers(said, fact, proposal_id), clock=clock
            )
            return said or (Said.OVERTAKEN if overtaken() else None)

        async def proposing() -> Answer:
            proposal_id = await case.once(f"{step}/proposed", lambda: self._open(what, rule, choices, fee), str)
            clock = await case.clock(within, name=f"{within}/{name}")
            cost = {"amount": str(fee)} if fee is not None else {}
            await case.contact.tell(template, rule, step=step, due=clock.due_at.isoformat(), **cost, **variables)
            if call:
                await case.contact.call_unless(
                    call, rule, step, lambda: overtaken() or clock.due_at <= case.now or self._heard(proposal_id, clock)
                )
            answer: CustomerAgreed | Said | None = await case.until(
                lambda: word(proposal_id, clock),
                code="consent",
                ball=Party.CUSTOMER,
                stage=Stage.CONSENT,
                clock=clock,
            )
            proposal = next(p for p in case.state.proposals if p.id == proposal_id)
            if isinstance(answer, Said):
                proposal.lapsed = True
                case.note("plan_overtaken", rule, proposal=proposal_id)
                return Answer(said=answer)
            if answer is None:
                proposal.lapsed = True
                case.note("no_consent", "R-CONSENT", proposal=proposal_id)
                return Answer(said=Said.SILENT)
            proposal.agreed, proposal.choice = answer.agreed, answer.choice or ""
            case.record(
                "consent", proposal_id, "P-CONSENT", plan=proposal.plan, agreed=answer.agreed, choice=answer.choice
            )
            if fee is not None:
                case.record(
                    "fee_quote", proposal_id, "P-FEEQUOTE", what=what, amount=fee.model_dump(), agreed=answer.agreed
                )
            choice = answer.choice or (choices[0] if choices else what)
            return Answer(said=Said.AGREED if answer.agreed else Said.DECLINED, choice=choice)

        return await case.once(step, proposing, Answer)

    def agreed_fee(self, plan: Resolution) -> Money | None:
        """What he agreed to pay for that plan; None where nothing was quoted for it, or he did not agree."""
        proposals = self._case.state.proposals
        return next((one.fee for one in reversed(proposals) if one.plan == plan and one.agreed and one.fee), None)

    async def _open(self, plan: Resolution, rule: str, choices: tuple[Resolution, ...], fee: Money | None) -> str:
        case = self._case
        proposal = Proposal(id=f"C{case.state.number()}", plan=plan, choices=choices, fee=fee)
        case.state.proposals.append(proposal)
        heard_first = fee is not None and case.start.customs >= SECOND_LOOK
        self.nothing_was_agreed_to(proposal.id if heard_first else "")
        case.note("plan_proposed", rule, proposal=proposal.id, plan=plan, choices=list(choices), fee=str(fee or ""))
        if fee is not None:
            case.record("fee_quote", proposal.id, "P-FEEQUOTE", what=plan, amount=fee.model_dump(), agreed=None)
        return proposal.id

    def nothing_was_agreed_to(self, at_a_cost: str = "") -> None:
        """A yes or no that came before anything was proposed is none, unless it names what it is to.

        Of what is proposed `at_a_cost` nobody says it before he heard the cost, whatever he names (P-FEEQUOTE).
        """
        case = self._case
        for fact in [f for f in case.state.mailbox if f.kind == CustomerAgreed.kind]:
            early = CustomerAgreed.model_validate(fact.payload)
            unnamed = early.choice is None and not early.plan
            if unnamed or (at_a_cost and self._answers(early, fact, at_a_cost)):
                case.state.mailbox.remove(fact)
                case.note("consent_to_nothing", "P-CONSENT", actor=fact.by)

    async def quote(self) -> bool:
        """Tell the customer a fee that staff quoted, or note his answer to it (P-FEEQUOTE). A duty of every rest."""
        case = self._case
        open_quotes = [p for p in case.state.proposals if p.plan.startswith(FEE) and p.agreed is None]
        for quoted in open_quotes:
            if quoted.told and self._fee_answered(quoted):
                return True
            if not quoted.told and not self._quoting:
                await self._tell_fee(quoted)
                return True
        return False

    async def _tell_fee(self, quoted: Proposal) -> None:
        what, step = quoted.plan.removeprefix(FEE), f"quote/{quoted.id}"
        if not self._case.goodwill.unanswered():
            self.nothing_was_agreed_to()
        self._quoting = True  # it may wait for an hour when he can be called, and that rest has duties again
        try:
            await self._case.contact.tell("fee_quoted", "P-FEEQUOTE", step=step, what=what, amount=str(quoted.fee))
        finally:
            self._quoting = False
        quoted.told = True

    def _fee_answered(self, quoted: Proposal) -> bool:
        case = self._case
        # A plain yes is one to the fee only where nothing else was offered: else a person asks what he meant.
        named = {quoted.id} if case.goodwill.unanswered() else {quoted.id, ""}
        answer = case.take(CustomerAgreed, where=lambda said, _: said.choice is None and said.plan in named)
        if answer is None:
            return False
        quoted.agreed = answer.agreed
        case.note("fee_answered", "P-FEEQUOTE", quote=quoted.id, agreed=answer.agreed)
        case.record("consent", quoted.id, "P-CONSENT", plan=quoted.plan, agreed=answer.agreed)
        return True

    def _heard(self, proposal_id: str, clock: Clock) -> bool:
        """Whether his answer lies in the mailbox, in time."""
        return any(
            fact.kind == CustomerAgreed.kind
            and clock.in_time(fact.received_at)
            and self._answers(CustomerAgreed.model_validate(fact.payload), fact, proposal_id)
            for fact in self._case.state.mailbox
        )

    def _answers(self, said: CustomerAgreed, fact: Fact, proposal_id: str) -> bool:
        proposal = next(p for p in self._case.state.proposals if p.id == proposal_id)
        if said.plan and said.plan not in (proposal.id, proposal.plan):
            return False
        return said.choice is None or said.choice in (proposal.plan, *proposal.choices)
