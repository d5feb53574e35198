"""Goodwill: told, answered, paid; proposed when the customer had to come too often (M-COMP-LADDER, R-OURMESS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import goodwill, promise_ledger
from domain.authority import may_compensate
from domain.case import GOODWILL, Verdict
from domain.compensation import PAID_BACK
from domain.gesture import Gesture, GestureState
from domain.messages.facts import CustomerAgreed
from domain.money import Money
from domain.vocabulary import Party, Stage
from workflows.duties import escalate

if TYPE_CHECKING:
    from workflows.course import Case


class Goodwill:
    """The words for gestures of goodwill."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._at_it = False

    async def may_be_offered(self, amount: Money, rule: str, step: str) -> str:
        """Who grants a gesture before it is offered: ourselves within the limit, else a leader. Empty when nobody."""
        if not amount:
            return ""
        return await self._case.once(f"{step}/grant", lambda: self._granted(amount, rule, step), str)

    async def _granted(self, amount: Money, rule: str, step: str) -> str:
        case = self._case
        whole = goodwill.with_given(case.state, amount)
        if may_compensate(case.rules, Party.SYSTEM, whole).allowed:
            return Party.SYSTEM
        asked = await case.desk.approval(f"{step}/approval", step, amount, rule, Party.SYSTEM)
        return asked.decided_by if asked.verdict is Verdict.APPROVED else ""

    async def give(self, form: str, amount: Money, decided_by: str, step: str, occasion: str = "") -> bool:
        """Offer what a person decided on: owed at once within his limit, else when granted. False if it is not."""
        case = self._case

        async def giving() -> bool:
            id = await case.once(f"{step}/offered", lambda: self._offer(form, amount, decided_by, occasion), str)
            gesture = self._gesture(id)
            if gesture.state is GestureState.ASKED:
                await case.desk.word_on(gesture.approval, "A-CAP")
            return self._gesture(id).state is not GestureState.REJECTED

        return await case.once(step, giving, bool)

    async def offered(self, form: str, amount: Money, occasion: str) -> bool:
        """Offer by ourselves what is customary for an occasion, and hear him. False when he would rather not have it.

        His silence voids no promise: it is his all the same.
        """
        case = self._case

        async def offering() -> bool:
            step = f"goodwill/{occasion}"
            id = await case.once(f"{step}/offered", lambda: self._offer(form, amount, Party.SYSTEM, occasion), str)
            if self._gesture(id).state is GestureState.ASKED:
                await case.desk.word_on(self._gesture(id).approval, "A-CAP")
            clock = await case.clock("S-CONSENT", name=f"S-CONSENT/{occasion}")
            await case.until(
                lambda: self._heard(id), code="goodwill", ball=Party.CUSTOMER, stage=Stage.CONSENT, clock=clock
            )
            if case.state.needs_human == goodwill.DECLINED:  # the procedure goes on to what he may have instead
                case.state.needs_human = ""
            return self._gesture(id).state in (GestureState.OWED, GestureState.GIVEN)

        return await case.once(f"goodwill/{occasion}", offering, bool)

    def _heard(self, id: str) -> bool | None:
        gesture = self._gesture(id)
        return True if gesture.agreed is not None or gesture.state is not GestureState.OWED else None

    async def _offer(self, form: str, amount: Money, by: str, occasion: str = "") -> str:
        case = self._case
        offered = goodwill.offer(case.start, case.state, case.now, form=form, amount=amount, occasion=occasion, by=by)
        case.note(
            "goodwill_offered", "M-COMP-LADDER", actor=by, form=form, amount=str(amount),
            **goodwill.customary(case.start, form, amount, occasion),
        )  # fmt: skip
        return offered.id

    def _gesture(self, id: str) -> Gesture:
        return next(gesture for gesture in self._case.state.gestures if gesture.id == id)

    async def attend(self) -> bool:
        """What a resting case owes to its gestures: to tell, to hear, to pay. True when something was done."""
        case, state = self._case, self._case.state
        if self._at_it or not (state.gestures or state.came_back.contacts):
            return False
        self._at_it = True  # telling and paying may rest, and a rest has duties again
        try:
            for gesture in state.gestures_in(GestureState.OWED):
                if not gesture.told:
                    await self._tell(gesture)
                    return True
                if self._answered(gesture):
                    return True
                if self._is_to_be_paid(gesture):
                    await self._pay(gesture)
                    return True
        finally:
            self._at_it = False
        if not case.done("outcome") and goodwill.propose_for_our_mess(case.start, state, case.now):
            return True
        goodwill.remind(state)
        return False

    async def _tell(self, gesture: Gesture) -> None:
        """He hears what we would like to give him and by when, and that he may have something else."""
        if self._waits_alone():
            self._case.consent.nothing_was_agreed_to()
        owed = next(promise for promise in self._case.state.promises if promise.id == gesture.promise)
        what = f"{GOODWILL}_{gesture.form}"
        await self._case.contact.tell(
            "goodwill_offered", "M-COMP-LADDER", step=f"goodwill/{gesture.id}", what=what, amount=str(gesture.amount),
            due=owed.due_at.isoformat(),
        )  # fmt: skip
        gesture.told = True

    def unanswered(self) -> list[Gesture]:
        """What is owed to him and has no word of his yet."""
        return [one for one in self._case.state.gestures_in(GestureState.OWED) if one.agreed is None]

    def _waits_alone(self) -> bool:
        """Whether one gesture waits for his word, and nothing else does."""
        open_plans = (one for one in self._case.state.proposals if one.agreed is None and not one.lapsed)
        return len(self.unanswered()) == 1 and not any(open_plans)

    def _answered(self, gesture: Gesture) -> bool:
        """His word on it. One that names nothing is taken for it only when nothing else waits for his word."""
        case = self._case
        if gesture.agreed is not None or case.done(_begun(gesture)):  # money on its way is not declined any more
            return False
        named = {gesture.id, gesture.promise, *([""] if self._waits_alone() else [])}
        for fact in case.state.mailbox:
            if fact.kind != CustomerAgreed.kind:
                continue
            said = CustomerAgreed.model_validate(fact.payload)
            if said.choice is None and said.plan in named:
                case.state.mailbox.remove(fact)
                goodwill.answer(case.state, gesture, said.agreed, case.now, fact.by)
                return True
        return False

    def _is_to_be_paid(self, gesture: Gesture) -> bool:
        """Money goes out when he wants it, before it is due, or when all else is done: his silence voids no promise.

        Before: with the last warning, since the provider takes his time.
        """
        case = self._case
        if gesture.form not in PAID_BACK or gesture.by_hand:
            return False
        clock = case.state.clocks[promise_ledger.clock_of(gesture.promise)]
        last = case.state.waiting is not None and case.state.waiting.code == "promises"
        share = max(case.rules.clocks[clock.id].warn_percent, default=100)
        return bool(gesture.agreed) or last or clock.after(share) <= case.now or case.done(_begun(gesture))

    async def _pay(self, gesture: Gesture) -> None:
        """Pay it over the order's own payment, once in the life of the case, and tell him (R-PROMISE)."""
        case, state = self._case, self._case.state
        step = f"/goodwill/{gesture.id}"
        stage, need = await case.once(_begun(gesture), self._as_it_stood, list[str])
        paid = await case.money.give(
            gesture.amount, requested_by=gesture.by, approved_by=gesture.granted_by, step=f"{step}/payment"
        )
        state.stage = Stage(stage)
        state.needs_human = state.needs_human or need
        if not paid:
            gesture.by_hand = True
            case.note(promise_ledger.NOT_PAID, "P-PROMISE", form=gesture.form, amount=str(gesture.amount))
            escalate(case, promise_ledger.NOT_PAID, "P-PROMISE")
            return
        await case.contact.tell(
            "promise_kept", "R-PROMISE", step=f"goodwill/{gesture.id}/paid", what=f"{GOODWILL}_{gesture.form}",
            amount=str(gesture.amount),
        )  # fmt: skip
        promise_ledger.keep(state, gesture.promise, case.now)
        goodwill.given(state, gesture.promise, case.now)
        case.note("goodwill_paid", "R-PROMISE", form=gesture.form, amount=str(gesture.amount))

    async def _as_it_stood(self) -> list[str]:
        state = self._case.state
        need = "" if state.needs_human.startswith("approve:") else state.needs_human
        return [state.stage, need]


def _begun(gesture: Gesture) -> str:
    """The step with which its payment begins."""
    return f"/goodwill/{gesture.id}/before"
