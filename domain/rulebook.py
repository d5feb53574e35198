"""The whole rulebook of one version: every value with its rule, its source and its name in both languages.

    Rulebook (values with labels, for people) -- rules() --> domain.rules.Rules (what a case is pinned to)

It is read from TOML by `domain.rulebook_file`. A version is known by `digest`, which depends on the values alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from domain.length import Length
from domain.money import Money
from domain.rules import (
    AuthorityRung,
    ClockRule,
    CompensationSize,
    ContactLimits,
    FreightRule,
    Numbers,
    Rules,
    Unit,
)
from domain.vocabulary import Party

SECTIONS = ("clocks", "freight", "compensation", "authority", "numbers", "agenda", "categories", "switches")


class CalendarKind(StrEnum):
    """Which time a clock runs in."""

    ELAPSED = "elapsed"  # natural time
    WORKING = "working"  # the shop's working days or hours
    CALENDAR = "calendar"  # months and years
    CONTACT_HOURS = "contact_hours"  # natural time, but what it asks for happens inside contact hours only


_CALENDARS_OF_UNIT: Mapping[Unit, tuple[CalendarKind, ...]] = {
    Unit.SECONDS: (CalendarKind.ELAPSED, CalendarKind.CONTACT_HOURS),
    Unit.WORKING_DAYS: (CalendarKind.WORKING,),
    Unit.WORKING_SECONDS: (CalendarKind.WORKING,),
    Unit.CALENDAR_MONTHS: (CalendarKind.CALENDAR,),
    Unit.CALENDAR_YEARS: (CalendarKind.CALENDAR,),
}


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Row):
    """A name for people."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: str) -> str:
        """In Chinese, or in English for any other language."""
        return self.zh if language.startswith("zh") else self.en


def _length(value: Any) -> Any:
    return Length.parse(value) if isinstance(value, str) else value


LengthText = Annotated[Length, BeforeValidator(_length), PlainSerializer(str, return_type=str)]
Stricter = Literal["lower", "higher"]


class ClockRow(_Row):
    """One row of section 5, or a shop-default clock (`S-...`)."""

    rule: str
    anchor: str = Field(pattern=r"^[a-z_]+$")
    length: LengthText
    goal: LengthText | None = None  # what the shop aims at; `length` is what it may not pass
    calendar: CalendarKind
    warn_percent: tuple[Annotated[int, Field(ge=1, le=99)], ...] = (50, 80)
    source: str
    guard: str | None = None
    stricter: Stricter | None = None
    label: Label
    fires: Label

    @model_validator(mode="after")
    def _calendar_fits(self) -> ClockRow:
        allowed = _CALENDARS_OF_UNIT[self.length.unit]
        if self.calendar not in allowed:
            raise ValueError(f"a length of {self.length} needs calendar = {' or '.join(allowed)}, not {self.calendar}")
        return self


class FreightRow(FreightRule):
    """One freight rule of section 6."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    label: Label


class SizeRow(_Row):
    """A customary size of a goodwill gesture (M-COMP-SIZE)."""

    rule: str
    least: Money
    most: Money
    source: str
    label: Label

    @model_validator(mode="after")
    def _ordered(self) -> SizeRow:
        if self.most < self.least:
            raise ValueError("least is above most")
        return self


class CompensationRows(_Row):
    """Goodwill (M-COMP-LADDER, M-COMP-SIZE). Rule, source and label are the ladder's; each size has its own."""

    ladder: tuple[str, ...] = Field(min_length=1)
    sizes: dict[str, SizeRow]
    rule: str = ""  # empty in versions that were kept before the ladder named them
    source: str = ""
    label: Label | None = None


class RungRow(_Row):
    """What a role decides alone, per case (A-CAP). An absent sum is without limit."""

    compensation: Money | None = None
    refund: Money | None = None
    rule: str = ""  # empty in versions that were kept before it was named
    source: str
    label: Label


class NumberRow(_Row):
    """A count."""

    value: int = Field(strict=True)
    unit: str
    least: int
    most: int
    rule: str
    source: str
    guard: str | None = None
    stricter: Stricter | None = None
    label: Label

    @model_validator(mode="after")
    def _in_range(self) -> NumberRow:
        if not self.least <= self.value <= self.most:
            raise ValueError(f"{self.value} is not allowed: {self.least} to {self.most} {self.unit}")
        return self


class AgendaRow(_Row):
    """Times of day at which something is looked through: reminders, not deadlines.

    `weekdays` (1 is Monday) or `days` of the month say on which days; without either it is every day. `back`: how far
    it looks back, in elapsed time; absent where another rule says it, and in versions that were kept before it stood
    here.
    """

    value: tuple[Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")], ...] = Field(min_length=1)
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(default=(), exclude_if=lambda days: not days)
    days: tuple[Annotated[int, Field(ge=1, le=28)], ...] = Field(default=(), exclude_if=lambda days: not days)
    back: LengthText | None = Field(default=None, exclude_if=lambda back: back is None)
    rule: str
    source: str
    label: Label

    @model_validator(mode="after")
    def _back_is_elapsed(self) -> AgendaRow:
        if self.back is not None and self.back.unit is not Unit.SECONDS:
            raise ValueError(f"back = {self.back}: write it in h or d")
        return self


class CategoryRow(_Row):
    """A list that a rule goes by: categories of goods in the order source's own words, types of case, classes."""

    value: tuple[str, ...]
    rule: str
    source: str
    label: Label


class SwitchRow(_Row):
    """A choice: a default of section 10, or a guard that is a yes or no. The first allowed value is the strictest."""

    value: str
    allowed: tuple[str, ...] = Field(min_length=1)
    source: str
    guard: str | None = None
    label: Label

    @model_validator(mode="after")
    def _is_allowed(self) -> SwitchRow:
        if self.value not in self.allowed:
            raise ValueError(f"{self.value!r} is not allowed: {', '.join(self.allowed)}")
        return self


class Loosened(_Row):
    """A guard that the shop's file made looser than the default, and acknowledged."""

    guard: str
    path: str
    default: str
    value: str


class Difference(_Row):
    """One value that two rulebooks do not share. An absent value is None."""

    path: str  # clocks.D-REFPAY.length
    before: str | None
    after: str | None


class Rulebook(_Row):
    """One version of the rulebook."""

    name: str = Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    clocks: dict[str, ClockRow]
    freight: dict[str, FreightRow]
    compensation: CompensationRows
    authority: dict[Party, RungRow]  # from the lowest rung to the highest
    numbers: dict[str, NumberRow]
    agenda: dict[str, AgendaRow]
    categories: dict[str, CategoryRow]
    switches: dict[str, SwitchRow]
    loosened: tuple[Loosened, ...] = ()

    @model_validator(mode="after")
    def _hours_ordered(self) -> Rulebook:
        if self._number("call_from_hour") >= self._number("call_until_hour"):
            raise ValueError("numbers.call_from_hour must be before numbers.call_until_hour (P-HOURS)")
        return self

    @model_validator(mode="after")
    def _ladder_rises(self) -> Rulebook:
        rungs = list(self.authority.values())
        for of in ("compensation", "refund"):
            limits: list[Money | None] = [getattr(rung, of) for rung in rungs]
            if not limits or limits[-1] is not None:
                raise ValueError(f"authority: the highest role needs {of} without limit, or some sum has no approver")
            for lower, higher in pairwise(limits):
                if higher is not None and (lower is None or higher < lower):
                    raise ValueError(f"authority: {of} must not fall from one role to the next higher one (A-CAP)")
        return self

    def _number(self, key: str) -> int:
        return self.numbers[key].value

    def values(self) -> dict[str, str]:
        """Every value by its path, without names and labels: what `digest` and `diff` see."""
        flat: dict[str, str] = {}
        # The rules of the ladder and of the rungs came later: they must not change the digests of kept versions.
        later: dict[str, Any] = {"compensation": {"rule", "source"}, "authority": {"__all__": {"rule"}}}
        _flatten("", self.model_dump(mode="json", exclude={"name": True, "loosened": True, **later}), flat)
        # The order of the rungs says who comes next: that is a value too.
        flat["authority.order"] = " ".join(self.authority)
        return flat

    @property
    def digest(self) -> str:
        """sha256 of the values in canonical form: comments, labels and the order of the file do not change it."""
        canonical = json.dumps(self.values(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return sha256(canonical.encode()).hexdigest()

    def rules(self) -> Rules:
        """The executable part, which a case carries with it."""
        return Rules(
            name=self.name,
            digest=self.digest,
            clocks={
                id: ClockRule(
                    id=id,
                    rule=row.rule,
                    anchor=row.anchor,
                    length=row.length.count,
                    unit=row.length.unit,
                    warn_percent=row.warn_percent,
                    source=row.source,
                )
                for id, row in self.clocks.items()
            },
            authority=tuple(
                AuthorityRung(role=role, compensation=row.compensation, refund=row.refund)
                for role, row in self.authority.items()
            ),
            contact=ContactLimits(
                call_from_hour=self._number("call_from_hour"),
                call_until_hour=self._number("call_until_hour"),
                calls_per_day=self._number("calls_per_day"),
                calls_per_week=self._number("calls_per_week"),
            ),
            compensation=tuple(
                CompensationSize(occasion=occasion, least=row.least, most=row.most)
                for occasion, row in self.compensation.sizes.items()
            ),
            numbers=Numbers(
                unreachable_attempts=self._number("unreachable_attempts"),
                evidence_photos=self._number("evidence_photos"),
                our_mess_contacts=self._number("our_mess_contacts"),
                our_mess_agents=self._number("our_mess_agents"),
                our_mess_days=self._number("our_mess_days"),
                closing_notices=self._number("closing_notices"),
                compensation_ladder=self.compensation.ladder,
                free_reopen_days=self.clocks["S-REOPEN"].length.count // 86_400,
                next_attempt_hours=self._number("next_attempt_hours"),
                courier_plan_percent=self._number("courier_plan_percent"),
                tracking_asked_percent=self._number("tracking_asked_percent"),
                first_refund_look_hours=self._number("first_refund_look_hours"),
                last_refund_look_hours=self._number("last_refund_look_hours"),
                dispute_after=self._number("dispute_after"),
                receipt_photos=self._number("receipt_photos"),
                postage_cap=Money.parse(str(self._number("postage_cap")), self.currency),
                damage_minor_percent=self._number("damage_minor_percent"),
                damage_serious_percent=self._number("damage_serious_percent"),
                substitute_discount_percent=self._number("substitute_discount_percent"),
                phone_again_hours=self._number("phone_again_hours"),
                invoice_days=self._number("invoice_days"),
                important_sum=Money.parse(str(self._number("important_sum")), self.currency),
            ),
            freight={
                id: FreightRule(outbound=row.outbound, inbound=row.inbound, back=row.back)
                for id, row in self.freight.items()
            },
            no_reason_excluded=self.categories["no_reason_excluded"].value,
            important_types=self.categories["important_types"].value,
            urgent_types=self.categories["urgent_types"].value,
            priorities=self.categories["priorities"].value,
            switches={id: row.value for id, row in self.switches.items()},
        )


def diff(before: Rulebook, after: Rulebook) -> tuple[Difference, ...]:
    """What changed in the values, sorted by path."""
    old, new = before.values(), after.values()
    return tuple(
        Difference(path=path, before=old.get(path), after=new.get(path))
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    )


def _flatten(path: str, value: Any, into: dict[str, str]) -> None:
    if isinstance(value, dict):
        if "minor" in value:
            into[path] = str(Money.model_validate(value))
            return
        for key, inner in value.items():
            if key not in ("label", "fires"):
                _flatten(f"{path}.{key}" if path else key, inner, into)
    elif isinstance(value, list):
        into[path] = ", ".join(map(str, value))
    elif value is not None:
        into[path] = str(value)
