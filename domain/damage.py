"""Damage on the way: what is told of it, and whose fault it was (R-DMG-EVID, R-DMG-CAUSE)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.decision import Decision
from domain.order import AskedLine
from domain.vocabulary import Liability, Packaging, Severity


class Damage(BaseModel):
    """What was found out about it: is the outer packaging intact, how bad is it, what and how many (R-DMG-EVID)."""

    model_config = ConfigDict(frozen=True)

    packaging: Packaging = Packaging.UNKNOWN
    severity: Severity = Severity.SERIOUS
    lines: tuple[AskedLine, ...] = Field(default=(), max_length=200)  # none: those of the request


class Shown(BaseModel):
    """What the customer showed of it; nothing when he sent no photos in time."""

    damage: Damage | None = None


class Cause(Decision):
    """Whose fault it was. `allowed` says that the courier is to be asked for reimbursement."""

    liability: Liability


def cause_of(packaging: Packaging) -> Cause:
    """Defect or transit wear: an intact outer packaging speaks for a defect, a broken one for the way (R-DMG-CAUSE)."""
    if packaging is Packaging.INTACT:
        return Cause(
            allowed=False,
            rule="R-DMG-CAUSE",
            reason="defect",
            zh="外包装完好，按质量问题处理，并反馈给责任部门。",
            en="The outer packaging is intact: a defect, which goes to the department that answers for it.",
            liability=Liability.SUPPLIER,
        )
    if packaging is Packaging.BROKEN:
        return Cause(
            allowed=True,
            rule="R-DMG-CAUSE",
            reason="transit_damage",
            zh="外包装破损，属运输损坏，向快递索赔。",
            en="The outer packaging is broken: damage on the way, for which we claim from the courier.",
            liability=Liability.COURIER,
        )
    return Cause(
        allowed=True,
        rule="R-DMG-CAUSE",
        reason="packaging_unknown",
        zh="外包装情况不明，先为顾客处理，同时向快递索赔。",
        en="Nobody knows about the packaging: the customer is made good all the same, and we claim.",
        liability=Liability.UNDETERMINED,
    )
