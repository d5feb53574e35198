"""Repairs: is it covered, can he be helped from afar, who signs, how the repairer gets on (section 1, T-REPAIR).

ordered → received → confirmed → waiting_parts → repairing → done | unrepairable | no_fault | not_covered
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from activities.repair import RepairActivities, RepairAsk
from domain.answers import Ruling
from domain.case import Verdict
from domain.clocks import Clock, ClockState
from domain.messages.facts import CustomerConfirmed, RepairStatus
from domain.money import Money
from domain.ports.partner import Receipt
from domain.ports.repair import RepairCancellation, RepairKind, RepairQuestion
from domain.ports.warehouse import Line
from domain.vocabulary import Outcome, Party, RepairState, Resolution, Stage
from domain.warranty import Warranty, begins_at, warranty_of
from workflows.endings import PartnerSaidNo, Withdrawn

if TYPE_CHECKING:
    from workflows.course import Case

REPAIRS = frozenset({Resolution.REPAIR, Resolution.ONSITE_VISIT})
ENDS = frozenset({RepairState.DONE, RepairState.UNREPAIRABLE, RepairState.NO_FAULT, RepairState.NOT_COVERED})
OWED = 3  # the customs since which he owes what he agreed to and was done, though he takes his request back
BEFORE_CONFIRMED = frozenset({RepairState.ORDERED, RepairState.RECEIVED})


class Repair:
    """The words for having goods repaired."""

    def __init__(self, case: Case) -> None:
        self._case = case

    # --- before anything is sent ---

    async def warranty(self) -> Warranty:
        """Whether it is a defect inside the year (R-WARR, D-WARR)."""
        case = self._case

        async def judging() -> Warranty:
            begun, ends_at = begins_at(case.order), None
            if begun is not None:
                ends_at, _ = await case.counted(case.rules.clocks["D-WARR"], begun)
            found = warranty_of(case.request, ends_at)
            case.note("warranty_judged", found.rule, allowed=found.allowed, reason=found.reason)
            return found

        return await case.once("warranty", judging, Warranty)

    async def solved_remotely(self) -> bool:
        """Help him from afar first (R-ONSITE). True when he says that it works; silence is no such word."""
        case = self._case

        async def guiding() -> bool:
            clock = await case.clock("S-CONSENT", name="S-CONSENT/remote_assist")
            await case.contact.tell("remote_guidance", "R-ONSITE", due=clock.due_at.isoformat())
            said = await case.until(
                lambda: case.take(CustomerConfirmed),
                code="remote_guidance",
                ball=Party.CUSTOMER,
                stage=Stage.WAITING_CUSTOMER,
                clock=clock,
            )
            solved = said is not None and said.solved
            case.note("remote_guidance", "R-ONSITE", solved=solved)
            return solved

        return await case.once("remote_guidance", guiding, bool)

    async def centre(self) -> RepairState | None:
        """What the maker's service centre found, where he had it look first (R-QUAL-CENTER). None: he did not."""
        case = self._case

        async def hearing() -> str:
            said = case.take(RepairStatus, where=lambda one, _: not one.request)
            if said is None:
                return ""
            case.note("centre_heard", "R-QUAL-CENTER", state=said.state)
            if said.state is RepairState.CONFIRMED:  # no repairer need confirm it once more
                await case.clock("D-REPCONF")
                case.met("D-REPCONF")
            return said.state

        heard = await case.once("centre", hearing, str)
        return RepairState(heard) if heard else None

    async def decided(self, question: str, rule: str) -> Ruling | Outcome:
        """Have a person decide: a ruling that it is repaired all the same, with its fee if there is one, or an end."""
        ruling = await self._case.desk.decide(question, rule)
        if ruling.resolution in REPAIRS:
            return ruling
        ended = await self._case.remedy.carry_out(ruling, rule, step=question)
        return ended or await self._case.remedy.decided_at_desk(f"{question}_2", rule)

    async def signed(self, form: str, rule: str) -> bool:
        """Have a leader sign the application (W-11, A-SIGN). Its sum is what the goods cost."""
        asked = await self._case.desk.signature(f"signed/{form}", form, rule)
        return asked.verdict is Verdict.APPROVED

    # --- at the repairer ---

    async def ordered(self, kind: RepairKind, fee: Money | None = None, step: str = "repair") -> bool:
        """Order the work; from then on its two limits run (X11). False when the repairer finally refuses."""
        case = self._case

        async def ordering() -> bool:
            try:
                await case.partner(
                    f"{step}/placed",
                    RepairActivities.order_repair,
                    lambda key: RepairAsk(
                        key=key,
                        case=case.key,
                        kind=kind,
                        rma=case.state.goods.rma,
                        lines=tuple(Line(sku=one.sku, quantity=one.quantity) for one in case.request.concerned),
                        fee=fee,
                        address_ref=case.state.address_ref,
                        customer_ref=case.order.customer_ref,
                        at=case.now,
                    ),
                    kind=_KIND,
                    summary="下维修单 · Order the repair",
                    result=Receipt,
                )
            except PartnerSaidNo as no:
                case.note("repair_refused", "R-WARR", code=no.code)
                return False
            await case.clock("S-REPAIR")
            await case.clock("D-REP")
            case.state.repair = RepairState.ORDERED  # how an order before it ended is told no longer
            case.note("repair_ordered", "W-11", how=kind, fee=str(fee or ""))
            self._record(step, RepairState.ORDERED, kind=kind, fee=fee)
            return True

        return await case.once(f"{step}/ordered", ordering, bool)

    async def followed(self, within: str, step: str = "repair") -> RepairState | None:
        """Follow the work to its end and tell the customer of each change (R-REPAIR-NEWS).

        None when the clock `within` ran out before: that escalated (R-WARR-TIME), and the work goes on.
        """
        case = self._case

        async def following() -> str:
            self._in_time_again("S-REPAIR")  # he knows, and waits on
            state, turn = case.state.repair or RepairState.ORDERED, 0
            while True:
                turn += 1
                name = f"{step}/{within}/{turn}"
                heard = await case.once(name, lambda: self._heard(state, within, step), str)  # noqa: B023
                if heard == _LATE:
                    return heard
                if heard == _UNCONFIRMED:
                    await self._press(step, name)
                    continue
                state = RepairState(heard)
                await case.contact.tell("repair_news", "R-REPAIR-NEWS", step=name, stage=f"repair_{state}")
                if state in ENDS:
                    self._in_time_again("S-REPAIR", "D-REP")
                    return state

        ended = await case.once(f"{step}/followed/{within}", following, str)
        return None if ended == _LATE else RepairState(ended)

    async def named_fee(self) -> Money | None:
        """What the repairer asks, if he has said so by now. What he says later does not change what was quoted."""
        case = self._case

        async def looking() -> list[Money]:
            return [case.state.repair_fee] if case.state.repair_fee is not None else []

        return next(iter(await case.once("repair/named_fee", looking, list[Money])), None)

    async def _heard(self, state: RepairState, within: str, step: str) -> str:
        """The next that is heard of it, or which limit ran out."""
        case = self._case
        clock = await self._limit(state, within)

        def news() -> RepairStatus | str | None:
            said = case.take(RepairStatus, where=lambda one, _: one.request in ("", self._key(step)))
            # The limits run on from one change to the next: that one ran out is a duty's to see, and to escalate.
            return said or (clock.id if clock.state is ClockState.BREACHED else None)

        said: RepairStatus | str | None = await case.until(
            news, code=f"repair_{state}", ball=Party.SERVICE_CENTER, stage=Stage.WAITING_SUPPLIER
        )
        assert said is not None, "nothing else ends this rest"
        if isinstance(said, str):
            return _UNCONFIRMED if said == "D-REPCONF" else _LATE
        if said.state not in BEFORE_CONFIRMED:
            case.met("D-REPCONF")
            self._in_time_again("D-REPCONF")
        case.state.repair = said.state
        expected = said.expected_at.isoformat() if said.expected_at else None
        self._record(step, said.state, fee=said.fee, expected_at=expected)
        if case.state.repair_fee is None:  # what he was quoted stands, whatever is said later
            case.state.repair_fee = said.fee
        return said.state

    def _in_time_again(self, *limits: str) -> None:
        """What a person was told is overdue is so no longer."""
        if self._case.state.needs_human in {f"overdue:{limit}" for limit in limits}:
            self._case.state.needs_human = ""

    async def _limit(self, state: RepairState, within: str) -> Clock:
        """Once it is there it is to be confirmed (D-REPCONF); after that the limit of the whole work counts."""
        if state is RepairState.RECEIVED:
            confirming = await self._case.clock("D-REPCONF")
            if confirming.live:
                return confirming
        return await self._case.clock(within)

    async def _press(self, step: str, name: str) -> None:
        """Nothing was confirmed in time: the customer hears so, and the repairer is asked (D-REPCONF)."""
        case = self._case
        await case.contact.tell("repair_news", "R-REPAIR-NEWS", step=name, stage="repair_unconfirmed")
        asking = case.partner(
            f"{name}/asked",
            RepairActivities.ask_repairer,
            lambda key: RepairQuestion(key=key, case=case.key, order=self._key(step), at=case.now),
            kind="Q",
            summary="询问维修进度 · Ask the repairer how it stands",
            result=Receipt,
        )
        await case.desk.even_if_refused(asking, Party.SERVICE_CENTER)

    async def paid_for(self, fee: Money | None) -> bool:
        """Have him pay what he agreed to, if there is anything. False when it did not come."""
        return not fee or await self._case.collection.collect(fee, purpose="repair", rule="M-MAINT")

    @property
    def at_an_end(self) -> bool:
        """Whether the repairer came to an end with what was last ordered of him."""
        return self._case.state.repair in ENDS

    async def called_off(self, step: str = "repair") -> None:
        """The work is wanted no more. Where it is done already, the goods come back repaired."""
        case = self._case

        async def calling_off() -> bool:
            try:
                await case.partner(
                    f"{step}/called_off/asked",
                    RepairActivities.cancel_repair,
                    lambda key: RepairCancellation(key=key, case=case.key, order=self._key(step), at=case.now),
                    kind=_KIND,
                    summary="取消维修 · Take the repair back",
                    result=Receipt,
                )
            except PartnerSaidNo as no:
                case.note("partner_refused", "R-ESC", partner=Party.SERVICE_CENTER, code=no.code)
            for limit in ("S-REPAIR", "D-REP", "D-REPCONF"):
                case.no_longer_due(limit)
            case.note("repair_called_off", "R-ALT")
            self._record(step, RepairState.CANCELLED)
            return True

        if case.done(f"{step}/ordered"):
            await case.once(f"{step}/called_off", calling_off, bool)

    def over(self) -> None:
        """The work has its end: its limits run no longer."""
        for limit in ("S-REPAIR", "D-REP"):
            self._case.met(limit)

    async def unless_taken_back(
        self, work: Callable[[], Awaitable[Outcome]], otherwise: Callable[[], Awaitable[Outcome]]
    ) -> Outcome:
        """Do the work. Where he takes his request back meanwhile it is `otherwise`, however often he says so.

        Under earlier customs he could take back even that his goods come back to him.
        """
        case, turn = self._case, 0

        async def taken_back() -> bool:
            case.state.withdrawn = False
            if case.start.customs >= OWED:
                case.state.needs_human = ""  # what a person was asked is idle
            case.note("request_withdrawn", "R-CONSENT", actor=Party.CUSTOMER)
            return True

        while True:
            turn += 1
            step = "wanted_back" if turn == 1 else f"wanted_back/{turn}"
            if case.done(step):
                continue
            try:
                return await (work if turn == 1 else otherwise)()
            except Withdrawn:
                if turn > 1 and case.start.customs < OWED:
                    raise
                await case.once(step, taken_back, bool)

    def _key(self, step: str) -> str:
        return self._case.partner_key(f"{step}/placed", _KIND)

    def _record(self, step: str, state: RepairState, *, fee: Money | None = None, **known: str | None) -> None:
        """The repair order as it stands now (section 9)."""
        told = {name: value for name, value in known.items() if value}
        cost = {"fee": fee.model_dump(mode="json")} if fee is not None else {}
        rma = self._case.state.goods.rma
        self._case.record("repair_order", self._key(step), "R-REPAIR-NEWS", state=state, rma=rma, **told, **cost)


_KIND = "S"  # of the repairer's keys
_LATE, _UNCONFIRMED = "late", "unconfirmed"
