"""Who behaves how: the persona file (TOML), documented in docs/simulator.md.

A table `default` holds for everybody of its kind; a table with a name changes single fields of it. Names are
references and business numbers: a customer reference, a waybill, an order number, a SKU. Delays count in case time:
`30m`, `6h`, `2d`, or `never`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domain.ports.refunds import HumanNeed
from domain.vocabulary import (
    AttemptResult,
    Inspection,
    Packaging,
    ParcelState,
    PlatformVerdict,
    Quality,
    RepairState,
    Resolution,
    Severity,
)
from gateways.simulator.faults import Fault

_DELAY = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
T = TypeVar("T")


def _delay(raw: Any) -> Any:
    if raw == "never":
        return None
    match = _DELAY.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise ValueError("write a delay as 30m, 6h, 2d or never")
    return timedelta(**{_UNITS[match[2]]: float(match[1])})


def _several(raw: Any) -> Any:
    return raw if isinstance(raw, list | tuple) else (raw,)


Delay = Annotated[timedelta | None, BeforeValidator(_delay)]
Series = Annotated[tuple[T, ...], BeforeValidator(_several), Field(min_length=1)]  # in order; the last one repeats


def nth(series: tuple[T, ...], number: int) -> T:
    """The answer to the `number`-th question (from 0): the last one goes on for ever."""
    return series[min(number, len(series) - 1)]


class _Persona(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Customer(_Persona):
    """By customer reference. A delay of `never` is silence."""

    calls: Series[AttemptResult] = (AttemptResult.REACHED,)  # how his telephone is answered, per case
    im: AttemptResult = AttemptResult.SENT  # or channel_blocked
    sms: AttemptResult = AttemptResult.SENT
    agrees: Series[bool] = (True,)  # to the first, second, ... proposal of a case
    agrees_after: Delay = timedelta(hours=6)
    choice: Series[Resolution] | None = None  # in his first, second, ... answer, where a choice is offered
    goodwill: bool | None = None  # wants what he is offered, or would rather not; says nothing
    photos: int = Field(default=2, ge=0, le=20)
    photos_after: Delay = timedelta(hours=4)
    packaging: Packaging | None = Packaging.BROKEN  # what he says of the outer packaging; nothing of the damage at all
    severity: Severity = Severity.SERIOUS
    orders_again_after: Delay = None  # once something is to go with his next order
    ships_after: Delay = timedelta(hours=20)
    pays_after: Delay = timedelta(hours=5)  # what he is asked to pay
    courier: str = "yto"
    tracking: Literal["at_once", "when_asked", "never"] = "at_once"  # does he tell the return's number
    tracking_after: Delay = timedelta(hours=3)  # once asked
    surfaces_after: Delay = None  # after the first message that looks for him
    withdraws_after: Delay = None  # takes his request back, so long after the first message that gets to him
    address_after: Delay = timedelta(hours=3)
    address_ref: str = ""  # empty: the address on file is right
    finds: Series[bool] = (False,)  # a parcel that shows as signed, when asked the first, second, ... time
    looks_after: Delay = timedelta(hours=5)
    collects_after: Delay = timedelta(days=1)  # a parcel that waits at the pickup point
    refuses_after: Delay = timedelta(days=1)  # when the courier comes to his door; never: he takes it
    solved: Series[bool] = (True,)
    confirms_after: Delay = timedelta(hours=12)
    score: int = Field(default=5, ge=1, le=5)
    survey_after: Delay = timedelta(days=1)
    verdicts: Series[PlatformVerdict] = (PlatformVerdict.FOR_SHOP,)  # of the platform that he went to, in order
    ruled_after: Delay = timedelta(days=3)  # each of them, from the one before
    guidance_helps: bool = False  # what he is told online solves it
    tries_after: Delay = timedelta(hours=5)


class Courier(_Persona):
    """By waybill, or by order number for the parcels that the simulated warehouse sends."""

    state: ParcelState = ParcelState.IN_TRANSIT  # what tracking shows while nothing was reported yet
    code: str = ""  # the same as a raw code, in the words of `vocabulary`; used instead of `state` when given
    vocabulary: str = "kuaidi100"
    trace: Series[Literal["found", "moving", "lost", "unknown"]] = (
        "moving",
    )  # the first, second, ... trace of a parcel
    trace_after: Delay = timedelta(hours=8)
    recall: Literal["accepted", "refused"] = "accepted"
    recall_after: Delay = timedelta(hours=2)
    back_after: Delay = timedelta(days=3)  # from the accepted recall to our door
    claim: Series[Literal["accepted", "refused"]] = ("accepted",)  # of one parcel, in order
    pays_after: Delay = timedelta(days=3)  # from an accepted claim; never: he owes it
    pays: int | None = Field(default=None, ge=0)  # minor units; all that was claimed when not given
    answers_after: Delay = timedelta(hours=4)  # claims, redelivery, another address, a relay
    reroute: Literal["accepted", "refused", "too_late"] = "accepted"  # to another address
    relay: Literal["accepted", "refused", "too_late"] = "accepted"  # to a courier who delivers there
    relay_to: str = "ems"
    fee: int = Field(default=0, ge=0)  # minor units that he wants before he does one of the two
    mediates: Literal["apologised", "refused"] = "apologised"  # what comes of a complaint about its conduct
    slot_after: Delay = timedelta(days=1)  # the slot that it names, from its answer; never: it names none
    keeps_slot: bool = True
    transit_after: Delay = timedelta(hours=12)  # from dispatch, or from a trace that found the parcel
    delivered_after: Delay = timedelta(days=2)
    arrives_after: Delay = None  # a parcel that he asked about, after he was told where it is
    delivered_as: ParcelState = ParcelState.DELIVERED  # or by proxy: to a neighbour, into a locker


class Warehouse(_Persona):
    """By order number, waybill or SKU."""

    handed_over: bool = True  # did the parcel really leave
    answers_after: Delay = timedelta(hours=4)
    packed_all: bool = False  # what packing list and weight say when something is missing
    stock_after: Delay = None  # missing goods arrive so long after the question
    stock_late: Delay = timedelta(0)  # and so much later than it says
    ships_after: Delay = timedelta(
        hours=10
    )  # from the order, or from the day that a parcel never handed over could leave
    courier: str = "yto"
    other_courier: str = "sf"  # where the first does not deliver
    holds: bool = True  # an order that has not left: held, or sent elsewhere; else it had left already
    receives_after: Delay = timedelta(hours=30)  # from the customer's dispatch
    books_recalled_after: Delay = timedelta(hours=4)  # from a recalled parcel's return
    short: int = Field(default=0, ge=0)  # pieces missing of every line
    quality: Quality = Quality.GOOD
    inspects_after: Delay = timedelta(hours=6)
    second_after: Delay = timedelta(hours=4)
    first: Inspection = Inspection.PASS
    second: Inspection = Inspection.PASS
    inspectors: tuple[str, str] = ("warehouse:1", "qc:1")  # two different persons (W-5, W-6)


class Repairer(_Persona):
    """By order number or SKU. Each delay counts from the step before."""

    receives_after: Delay = timedelta(hours=20)  # or names the technician
    confirms_after: Delay = timedelta(hours=8)
    begins_after: Delay = timedelta(hours=12)
    parts_after: Delay = None  # parts have to be waited for, so long
    done_after: Delay = timedelta(days=3)
    ends: Literal[RepairState.DONE, RepairState.UNREPAIRABLE, RepairState.NO_FAULT, RepairState.NOT_COVERED] = (
        RepairState.DONE
    )
    fee: int = Field(default=6000, ge=1)  # minor units, where it is not covered; then done when it is ordered with it


class Provider(_Persona):
    """Who pays refunds, by order number."""

    answer: Literal["done", "pending", "refused", "needs_human"] = "done"
    code: str = ""
    notice_after: Delay = timedelta(hours=2)  # a pending payment is settled then; with `never` it stays pending
    settles: Literal["done", "refused"] = "done"
    need: HumanNeed = HumanNeed.SMS_CODE
    expects: str = ""  # the right human input; any will do when empty
    needs_times: int = Field(default=1, ge=1)  # so many payments stop at a need that takes no input (balance, ...)


TEMPLATES: Mapping[str, str] = {
    "plan_proposed": "agrees",
    "parcel_lost_told": "agrees",
    "stuck_too_long": "agrees",
    "conduct_plan": "agrees",
    "slot_proposed": "agrees",
    "slot_missed_told": "agrees",
    "not_shipped_told": "agrees",
    "look_around_asked": "looks",
    "parcel_found_told": "looks",
    "no_fault_found": "agrees",
    "fee_quoted": "agrees",
    "misuse_repair_quoted": "agrees",
    "goodwill_offered": "answers_goodwill",
    "evidence_asked": "sends_photos",
    "proof_asked": "sends_photos",
    "remote_guidance": "tries",
    "repair_proposed": "agrees",
    "maintenance_quoted": "agrees",
    "substitute_offered": "agrees",
    "repair_authorized": "ships_return",
    "return_authorized": "ships_return",
    "exchange_proposed": "agrees",
    "exchange_cheaper": "agrees",
    "colour_explained": "agrees",
    "size_explained": "agrees",
    "no_fault_exchange": "agrees",
    "exchange_out_of_stock": "agrees",
    "exchange_authorized": "ships_return",
    "payment_asked": "pays",
    "damage_asked": "describes_damage",
    "damaged_at_door": "agrees",
    "damage_told": "agrees",
    "missing_told": "agrees",
    "wrong_item_told": "agrees",
    "wrong_goods_asked": "ships_return",
    "next_order_told": "orders_again",
    "out_of_stock_told": "surfaces",
    "oos_offer": "agrees",
    "tracking_asked": "tells_tracking",
    "unreachable_notice": "surfaces",
    "unreachable_call": "surfaces",
    "trouble_asked": "surfaces",
    "trouble_call": "surfaces",
    "platform_answered": "is_ruled_on",
    "address_asked": "confirms_address",
    "new_address_asked": "confirms_address",
    "address_too_late_told": "agrees",
    "out_of_area_told": "agrees",
    "pickup_told": "collects",
    "parcel_told": "awaits",
    "wait_proposed": "agrees",
    "promo_explained": "agrees",
    "refuse_at_door_told": "refuses_at_door",
    "closing": "confirms",
    "closing_reminder": "confirms",
    "survey": "answers_survey",
}

P = TypeVar("P", bound=_Persona)


class Personas(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customers: dict[str, dict[str, Any]] = {}
    couriers: dict[str, dict[str, Any]] = {}
    warehouses: dict[str, dict[str, Any]] = {}
    repairers: dict[str, dict[str, Any]] = {}
    refunds: dict[str, dict[str, Any]] = {}
    templates: dict[str, str] = {}  # more templates -> reactions, beside TEMPLATES
    faults: tuple[Fault, ...] = ()

    def customer(self, customer_ref: str) -> Customer:
        """The customer behind a reference."""
        return _person(Customer, self.customers, [customer_ref])

    def courier(self, waybill: str, order_no: str = "") -> Courier:
        """How a courier treats this parcel."""
        return _person(Courier, self.couriers, [waybill, order_no])

    def warehouse(self, *names: str) -> Warehouse:
        """How the warehouse treats this order, parcel or SKU: the first name that the file knows."""
        return _person(Warehouse, self.warehouses, names)

    def repairer(self, *names: str) -> Repairer:
        """How the repairer treats this order or SKU: the first name that the file knows."""
        return _person(Repairer, self.repairers, names)

    def provider(self, order_no: str) -> Provider:
        """How a refund of this order is answered."""
        return _person(Provider, self.refunds, [order_no])

    def beside(self, more: Personas) -> Personas:
        """These and some more; a table of the same name is replaced whole. Faults are not personas and stay out."""
        return Personas(
            customers=self.customers | more.customers,
            couriers=self.couriers | more.couriers,
            warehouses=self.warehouses | more.warehouses,
            repairers=self.repairers | more.repairers,
            refunds=self.refunds | more.refunds,
            templates=self.templates | more.templates,
        )

    def reaction(self, template: str) -> str:
        """What a message of this template makes a customer do; empty for nothing."""
        return self.templates.get(template) or TEMPLATES.get(template, "")


def _person(model: type[P], tables: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> P:
    own = next((tables[name] for name in names if name in tables), {})
    return model.model_validate({**tables.get("default", {}), **own})


def read_personas(path: Path | None) -> Personas:
    """Read a persona file; without one everybody behaves by default.

    Raises:
        ValueError: the file is not TOML, or a field is unknown or unreadable; says where.
    """
    if path is None:
        return Personas()
    try:
        return personas_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:  # of the TOML or of its content
        raise ValueError(f"{path.name}: {error}") from None


def personas_of(document: Mapping[str, Any]) -> Personas:
    """The personas of a document shaped as the file is.

    Raises:
        ValueError: a field is unknown or unreadable; says where.
    """
    personas = Personas.model_validate(document)
    for model, tables in (
        (Customer, personas.customers),
        (Courier, personas.couriers),
        (Warehouse, personas.warehouses),
        (Repairer, personas.repairers),
        (Provider, personas.refunds),
    ):
        for name in tables:
            _named(model, tables, name)
    unknown = set(personas.templates.values()) - set(TEMPLATES.values())
    if unknown:
        raise ValueError(f"templates: no such reaction {sorted(unknown)}; known: {sorted(set(TEMPLATES.values()))}")
    return personas


def _named(model: type[_Persona], tables: Mapping[str, Mapping[str, Any]], name: str) -> None:
    try:
        _person(model, tables, [name])
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ValueError(f"{model.__name__.lower()} {name}: {where}") from None
