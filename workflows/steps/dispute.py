"""What a complaint, a dispute or an arbiter needs on paper: the log read, the evidence packed, the report filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.order_file import OrderFileActivities
from domain import grievance
from domain.messages.commands import FileReport
from domain.order_file import OrderFile, OrderQuestion, evidence_pack
from domain.vocabulary import CaseType, Outcome, Party, Stage
from workflows.duties import escalate

if TYPE_CHECKING:
    from workflows.course import Case


class Dispute:
    """The words for what is put on paper."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @property
    def is_one(self) -> bool:
        """Whether the case is a dispute by now."""
        return grievance.is_dispute(self._case.start, self._case.state)

    async def heard(self, rule: str, within: str) -> None:
        """He is greeted, the log is read before he has to tell it again, and he hears our apology and by when we act.

        R-ABUSE, R-NOREPEAT. The clock `within` runs from the complaint itself, never past the platform's deadline.
        """
        case, request = self._case, self._case.request
        clock = await case.clock(within, at=request.requested_at, no_later_than=request.deadline)
        file = await self._read("log_read")
        others = [one.case_no for one in file.cases if one.case_no != request.case_no]
        case.note("order_log_read", "R-ABUSE", cases=others, about=rule)
        await case.contact.tell("complaint_heard", "R-ABUSE", due=clock.due_at.isoformat())

    async def _read(self, step: str) -> OrderFile:
        case = self._case
        return await case.partner(
            step,
            OrderFileActivities.read_order_file,
            lambda _: OrderQuestion(shop=case.request.shop, order_no=case.order.order_no),
            kind="F",
            summary="查阅订单的售后记录 · Read the order's file",
            result=OrderFile,
        )

    async def becomes_one(self) -> None:
        """It is a major one from here on: it is handled by a supervisor, with its evidence packed (A-SUPQ)."""
        self._case.becomes(CaseType.DISPUTE, "R-DISPUTE-LOG")
        await self.packed()

    async def packed(self, number: int = 1, rule: str = "R-DISPUTE-LOG") -> None:
        """Put together what there is: evidence, journals and records of this case and of the order's other cases."""
        case, step = self._case, f"pack/{number}"

        async def packing() -> bool:
            for ref in case.request.evidence:
                if ref not in case.state.evidence:
                    case.state.evidence.append(ref)
                    case.record("evidence_item", ref, "R-EVID", ref=ref, by=Party.CUSTOMER)
            file = await self._read(f"{step}/read")
            pack = evidence_pack(file, case.request.case_no, case.state.evidence, case.state.entry_count)
            case.record("evidence_pack", f"pack-{number}", rule, **pack)
            case.note("evidence_packed", rule, pack=f"pack-{number}", items=len(pack["evidence"]))
            return True

        await case.once(step, packing, bool)

    async def reported(self, outcome: Outcome) -> Outcome:
        """A dispute ends with a written report; without it the case is not closed (R-DISPUTE-LOG)."""
        case = self._case
        if not self.is_one:
            return outcome

        async def reporting() -> bool:
            await self.packed()
            case.state.needs_human = "report:dispute"
            turn = 0
            while True:
                turn += 1
                clock = await case.clock("S-REPORT", name=f"S-REPORT/{turn}")
                report = await case.until(
                    lambda: case.take(FileReport),
                    code="report",
                    ball=Party.SUPERVISOR,
                    stage=Stage.PLAN if turn == 1 else Stage.ESCALATED,
                    clock=clock,
                )
                if report is not None:
                    break
                escalate(case, "report:dispute", "R-DISPUTE-LOG")
            case.state.needs_human = ""
            case.record(
                "dispute_report", "report", "R-DISPUTE-LOG",
                note_ref=report.note_ref, outcome=outcome, reason=case.request.reason, pack="pack-1",
                refunded=case.state.refunded, opened_at=case.state.opened_at.isoformat(),
            )  # fmt: skip
            return True

        await case.once("dispute_report", reporting, bool)
        return outcome
