"""A parcel that nobody announced (无头件): logged, matched with a case, or disposed of (T-INBOUND, W-3, W-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.case import ReturnStatus
from domain.events import PREFIX
from domain.messages.commands import Decide, MatchParcel
from domain.messages.facts import Inspected, ParcelAnnounced, ReturnReceived
from domain.unidentified_parcel import BY_HAND, ENDS, QUESTION, Whose
from domain.vocabulary import InboundKind, Party, Stage
from workflows.duties import escalate

if TYPE_CHECKING:
    from workflows.course import Case

OWNER = "parcel_owner"


class Unidentified:
    """The words for such parcels."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def logged(self) -> None:
        """Enter it in the Inbound Parcel Log, with what was counted (W-3)."""
        case = self._case

        async def logging() -> bool:
            goods = case.state.goods
            goods.inbound, goods.rma = InboundKind.UNIDENTIFIED, case.request.case_no
            goods.waybill = next((one.waybill for one in self._receipts()), "")
            goods.received = {line.sku: line.quantity for line in case.order.lines}
            goods.received_at = case.now
            self._enter("W-3")
            case.note("parcel_logged", "T-INBOUND", inbound=InboundKind.UNIDENTIFIED)
            return True

        await case.once("unidentified/logged", logging, bool)

    def _receipts(self) -> list[ReturnReceived]:
        mailbox = self._case.state.mailbox
        return [ReturnReceived.model_validate(f.payload) for f in mailbox if f.kind == ReturnReceived.kind]

    def _enter(self, rule: str, **more: str) -> None:
        goods = self._case.state.goods
        self._case.record(
            "inbound_parcel_log", "unidentified", rule, inbound=goods.inbound, waybill=goods.waybill,
            received=dict(goods.received), **more,
        )  # fmt: skip

    async def claimed(self) -> Whose:
        """Whose it is: an agent says so, or a customer's number. After S-UNCLAIMED a supervisor may decide as well."""
        case = self._case

        async def waiting() -> Whose:
            clock = await case.clock("S-UNCLAIMED")
            case.state.needs_human = OWNER
            whose = await case.until(self._whose, code=OWNER, ball=Party.AGENT, stage=Stage.VERIFY, clock=clock)
            turn = 0
            while whose is None:
                turn += 1
                case.note("decision_asked", "W-3", question=QUESTION)
                escalate(case, f"decide:{QUESTION}" if turn == 1 else "overdue:S-DECIDE", "W-3")
                clock = await case.clock("S-DECIDE", name=f"S-DECIDE/{QUESTION}#{turn}")
                whose = await case.until(
                    lambda: self._whose() or self._decided(),
                    code=f"decision_{QUESTION}",
                    ball=Party.SUPERVISOR,
                    stage=Stage.ESCALATED,
                    clock=clock,
                )
            case.no_longer_due("S-UNCLAIMED")
            case.state.needs_human = ""
            return whose

        return await case.once("unidentified/claimed", waiting, Whose)

    def _whose(self) -> Whose | None:
        """An agent's word, or the number under which a customer says that he sent something."""
        for fact in self._case.state.mailbox:
            if fact.kind in (MatchParcel.kind, ParcelAnnounced.kind):
                self._case.state.mailbox.remove(fact)
                return Whose(case_no=fact.payload["case"], by=fact.by)
        return None

    def _decided(self) -> Whose | None:
        for fact in self._case.state.mailbox:
            if fact.kind == Decide.kind:
                self._case.state.mailbox.remove(fact)
                return Whose(resolution=Decide.model_validate(fact.payload).resolution, by=fact.by)
        return None

    async def handed_on(self, whose: Whose) -> None:
        """Tell the case all that the warehouse said of the parcel, each thing once (W-3)."""
        case = self._case

        async def telling() -> bool:
            case.note("parcel_matched", "W-3", actor=whose.by, case=whose.case_no)
            self._enter("W-3", matched=whose.case_no, by=whose.by)
            waybill = {"waybill": case.state.goods.waybill} if case.state.goods.waybill else {}
            for number, fact in enumerate(list(case.state.mailbox)):
                if fact.kind in (ReturnReceived.kind, Inspected.kind):
                    case.state.mailbox.remove(fact)
                    said = {**waybill, **fact.payload, "by": fact.by}
                    case.post(f"unidentified/{number}", PREFIX + fact.kind, whose.case_no, said)
            return True

        await case.once("unidentified/handed_on", telling, bool)

    async def disposed_of(self, whose: Whose) -> None:
        """Nobody's: it goes where the supervisor said, which stands in the log (W-3).

        Where the warehouse's system will not have it, a person sees to it, and a supervisor says what became of it.
        """
        case, goods = self._case, self._case.state.goods
        assert whose.resolution is not None, "either a case or a decision"
        self._enter("W-3", decided=whose.resolution, by=whose.by)
        await case.returns.dispose(ENDS[whose.resolution])
        if goods.status is ReturnStatus.DISPOSED:
            return
        seen_to = await case.desk.decide(BY_HAND, "W-3", ball=Party.SUPERVISOR)
        assert seen_to.resolution in ENDS, "nothing else is taken for such a parcel"
        self._enter("W-3", decided=seen_to.resolution, by=seen_to.by)
        goods.disposition, goods.status = ENDS[seen_to.resolution], ReturnStatus.DISPOSED
        case.record(
            "return_log", goods.rma, "W-2", rma=goods.rma, disposition=goods.disposition, received=dict(goods.received)
        )
