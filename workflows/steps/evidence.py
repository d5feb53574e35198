"""Photos before we accept fault (R-EVID, R-QUAL-VERIFY, R-DMG-EVID)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.vocabulary import Party, Stage

if TYPE_CHECKING:
    from workflows.course import Case


class Evidence:
    """The words for asking for evidence."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def photos(self, rule: str) -> bool:
        """Have enough photos, asking for them if need be. False when the customer sent none in time."""
        case = self._case
        enough = case.rules.numbers.evidence_photos

        async def asking() -> bool:
            for ref in case.request.evidence:
                if ref not in case.state.evidence:
                    case.state.evidence.append(ref)
                    case.record("evidence_item", ref, rule, ref=ref, by=Party.CUSTOMER)
            if len(case.state.evidence) >= enough:
                return True
            clock = await case.clock("S-EVIDENCE")
            await case.contact.tell("evidence_asked", rule, count=str(enough), due=clock.due_at.isoformat())
            came = await case.until(
                lambda: len(case.state.evidence) >= enough or None,
                code="photos",
                ball=Party.CUSTOMER,
                stage=Stage.EVIDENCE,
                clock=clock,
            )
            return bool(came)

        return await case.once("photos", asking, bool)
