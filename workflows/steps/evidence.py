"""Photos before we accept fault (R-EVID, R-QUAL-VERIFY, R-DMG-EVID)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.damage import Damage, Shown
from domain.messages.facts import DamageDescribed
from domain.vocabulary import Party, Stage
from workflows.duties import escalate

if TYPE_CHECKING:
    from workflows.course import Case


class Evidence:
    """The words for asking for evidence."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def photos(self, rule: str, enough: int | None = None, template: str = "evidence_asked") -> bool:
        """Have enough photos, asking for them if need be. False when the customer sent none in time."""
        case = self._case
        enough = case.rules.numbers.evidence_photos if enough is None else enough

        async def asking() -> bool:
            self.keep_given(rule)
            if len(case.state.evidence) >= enough:
                return True
            clock = await case.clock("S-EVIDENCE")
            await case.contact.tell(template, rule, count=str(enough), due=clock.due_at.isoformat())
            came = await case.until(
                lambda: len(case.state.evidence) >= enough or None,
                code="photos",
                ball=Party.CUSTOMER,
                stage=Stage.EVIDENCE,
                clock=clock,
            )
            return bool(came)

        return await case.once("photos", asking, bool)

    def keep_given(self, rule: str) -> None:
        """Photos that came with the request."""
        case = self._case
        for ref in case.request.evidence:
            if ref not in case.state.evidence:
                case.state.evidence.append(ref)
                case.record("evidence_item", ref, rule, ref=ref, by=Party.CUSTOMER)

    async def damage(self, rule: str) -> Damage | None:
        """Have photos enough, and know what is broken, how badly, and how the packaging is. None without photos.

        Where photos come without a word, a person looks at them and says it (`damage_described`). When nobody does, the
        customer does not wait for it.
        """
        case = self._case

        async def asking() -> Shown:
            enough = case.rules.numbers.evidence_photos
            self.keep_given(rule)
            if len(case.state.evidence) < enough:
                clock = await case.clock("S-EVIDENCE")
                await case.contact.tell("damage_asked", rule, count=str(enough), due=clock.due_at.isoformat())
                came = await case.until(
                    lambda: len(case.state.evidence) >= enough or None,
                    code="photos",
                    ball=Party.CUSTOMER,
                    stage=Stage.EVIDENCE,
                    clock=clock,
                )
                if not came:
                    return Shown()
            told = await self._described(rule)
            unknown = bool(case.order.unordered(told.lines))  # goods that were never ordered: those of the request
            return Shown(damage=told.model_copy(update={"lines": ()}) if unknown else told)

        return (await case.once("damage", asking, Shown)).damage

    async def _described(self, rule: str) -> Damage:
        case = self._case
        told = case.take(DamageDescribed)
        if told is None and case.request.damage is not None:
            return case.request.damage
        if told is None:
            case.state.needs_human = "describe_damage"
            clock = await case.clock("S-DECIDE", name="S-DECIDE/damage")
            told = await case.until(
                lambda: case.take(DamageDescribed),
                code="damage_description",
                ball=Party.AGENT,
                stage=Stage.EVIDENCE,
                clock=clock,
            )
            if case.state.needs_human == "describe_damage":
                case.state.needs_human = ""
        if told is None:
            escalate(case, "overdue:S-DECIDE", rule)
            return Damage()
        return Damage(packaging=told.packaging, severity=told.severity, lines=told.lines)
