"""The executable part of a rulebook version: what a case is pinned to and carries with it.

`domain.rulebook` holds the full text (labels, both languages) and yields a `Rules` by `Rulebook.rules()`.
A case holds its `Rules` by value, so that a new version binds new cases only and a replay needs no look-up.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.money import Money
from domain.vocabulary import FreightPayer, Party


class Unit(StrEnum):
    """How a clock's length is counted."""

    SECONDS = "seconds"  # elapsed time
    WORKING_DAYS = "working_days"  # days of the shop's calendar; due at the end of the last one
    WORKING_SECONDS = "working_seconds"  # elapsed time that runs only inside the shop's opening hours
    CALENDAR_MONTHS = "calendar_months"
    CALENDAR_YEARS = "calendar_years"


def _unless(usual: Any) -> Any:
    """A field that is written out only where it is not as usual: each case carries its rules in its first event."""
    return Field(default=usual, exclude_if=lambda value: value == usual)


class ClockRule(BaseModel):
    """One row of the rulebook's section 5. `length` counts `unit`s from the instant of `anchor`."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(exclude=True)  # the key under which `Rules` has it
    rule: str  # the rule it enforces, for example R-UNREACH-3D
    anchor: str
    length: int = Field(ge=0)
    unit: Unit = _unless(Unit.SECONDS)
    warn_percent: tuple[int, ...] = _unless((50, 80))
    source: str  # line of the handbook, for example S0:18


class AuthorityRung(BaseModel):
    """What one role may decide alone, per case (A-CAP). `None` means without limit."""

    model_config = ConfigDict(frozen=True)

    role: Party
    compensation: Money | None
    refund: Money | None  # of goods that came back and passed inspection, or of a refund-only decision


class ContactLimits(BaseModel):
    """P-HOURS and P-CALLCAP. Hours are the customer's local ones."""

    model_config = ConfigDict(frozen=True)

    call_from_hour: int = 10
    call_until_hour: int = 18
    calls_per_day: int = 3
    calls_per_week: int = 6  # rolling seven days


class FreightRule(BaseModel):
    """Who bears each leg under one rule of section 6."""

    model_config = ConfigDict(frozen=True)

    outbound: FreightPayer  # our parcel to the customer
    inbound: FreightPayer  # his parcel to us
    back: FreightPayer  # his own goods sent back to him, or new ones in exchange


class CompensationSize(BaseModel):
    """A customary size of a goodwill gesture (M-COMP-SIZE)."""

    model_config = ConfigDict(frozen=True)

    occasion: str  # flaw, our_mess, worn_defect
    least: Money
    most: Money


_since = _unless
"""A number that versions did not hold at first: without it a case goes by the usual one, as it did then."""


class Numbers(BaseModel):
    """Counts and sums of the rulebook that are neither clocks nor limits of authority."""

    model_config = ConfigDict(frozen=True)

    unreachable_attempts: int = 3  # X7: a recall needs at least so many logged attempts
    evidence_photos: int = 2  # R-DMG-EVID, R-QUAL-VERIFY
    our_mess_contacts: int = 3  # R-OURMESS
    our_mess_agents: int | None = None  # versions before these two do not judge by them
    our_mess_days: int | None = None
    closing_notices: int = 2  # notices before silence counts as agreement to close
    compensation_ladder: tuple[str, ...] = ("coupon", "member_price", "cash", "red_packet", "gift")  # M-COMP-LADDER
    free_reopen_days: int = 15  # X8
    next_attempt_hours: float = _since(23)  # X7: after a failed attempt, to the first slot of the next day
    courier_plan_percent: int = _since(50)  # of D-COURIER, when the customer hears the plan
    tracking_asked_percent: int = _since(50)  # of S-TRACKING, when he is asked for the number
    first_refund_look_hours: int = _since(1)  # R-REF-PATH: the net under a provider's notice that never comes;
    last_refund_look_hours: int = _since(12)  # twice as long each time, up to this
    receipt_photos: int = _since(1)  # R-EVID: of a receipt for freight that the customer laid out
    postage_cap: Money = _since(Money(minor=2000))  # freight above it is paid back by a person's decision only
    damage_minor_percent: int = _since(20)  # M-PARTIAL: share of the value for damaged goods that he keeps
    damage_serious_percent: int = _since(50)
    substitute_discount_percent: int = _since(10)  # R-OOS-OFFER: off another product in place of missing goods
    phone_again_hours: int = _since(4)  # R-OOS-24H: between two calls to one who must be phoned
    dispute_after: int = _since(2)  # R-DISPUTE-LOG: solutions of a complaint that he refused
    invoice_days: int = _since(3)  # R-INV-RET: within which finance sees to an invoice
    important_sum: Money = _since(Money(minor=50_000))  # R-CLASSIFY: from that sum on a case is important


class Rules(BaseModel):
    """A pinned rulebook version. `name` and `digest` identify it; the full text lies in PostgreSQL under the digest."""

    model_config = ConfigDict(frozen=True)

    name: str
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    clocks: dict[str, ClockRule]
    authority: tuple[AuthorityRung, ...]
    contact: ContactLimits
    compensation: tuple[CompensationSize, ...]
    numbers: Numbers
    freight: dict[str, FreightRule] = {}  # by rule id, M-QUAL and so on
    no_reason_excluded: tuple[str, ...] = ()  # categories of goods, R-NR-CAT
    important_types: tuple[str, ...] = _since(  # R-CLASSIFY
        ("complaint", "dispute", "platform_rights", "bad_review", "parcel_lost")
    )
    urgent_types: tuple[str, ...] = _since(
        ("platform_rights", "address_change", "cancel_before_receipt", "customer_unreachable", "late_shipment")
    )
    priorities: tuple[str, ...] = _since(("important_urgent", "important", "urgent", "rest"))
    switches: dict[str, str] = {}  # the defaults of section 10 that a shop may choose otherwise, X1..X17

    @field_validator("clocks", mode="before")
    @classmethod
    def _named(cls, clocks: Any) -> Any:
        if not isinstance(clocks, dict):
            return clocks
        return {id: {"id": id, **row} if isinstance(row, dict) else row for id, row in clocks.items()}
