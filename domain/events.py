"""Events from outside: CloudEvents 1.0 as the outer form, and what an after-sales request must say.

Families of `type`:

    aftersales.request        a customer, a platform or an agent asks: starts a case, or finds the one it belongs to
    aftersales.order          an order as the shop ships it: opens nothing, but lets a courier's push find it
    aftersales.<fact>         a fact for an open case, `<fact>` one of `domain.messages.facts`: `return_shipped`, ...
    aftersales.parcel_update  also starts a case when nobody opened one and the state is trouble (ecosystem 1.1)

A fact finds its case by `subject` (`<shop>/<case number>`) or by `case_no`, `rma` or `waybill` in its data.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.case import CaseState
from domain.identity import case_number, is_business_id, workflow_id
from domain.instant import Instant
from domain.messages.payload import LONGEST_TEXT
from domain.money import Money
from domain.order import Order
from domain.rules import Rules
from domain.vocabulary import CaseType, Liability, ParcelState, ReasonCode

PREFIX = "aftersales."
REQUEST = "aftersales.request"
ORDER = "aftersales.order"

Reference = Annotated[str, Field(max_length=LONGEST_TEXT)]


class CloudEvent(BaseModel):
    """The outer form. `source` + `id` is the de-duplication key; unknown extension attributes are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=128)
    source: str = Field(min_length=1, max_length=256)
    type: str = Field(min_length=1, max_length=128)
    subject: str = Field(default="", max_length=256)
    time: Instant | None = None
    datacontenttype: str = "application/json"
    data: dict[str, Any] = {}


class Person(BaseModel):
    """Who the customer is. Goes to the address book and nowhere else."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str = Field(default="", repr=False, max_length=100)
    phone: str = Field(default="", repr=False, max_length=40)
    address: str = Field(default="", repr=False, max_length=500)


class Request(BaseModel):
    """An after-sales request (售后申请)."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    shop: str
    case_type: CaseType
    request_id: str | None = None  # the platform's own number of the request, where it has one
    order: Order
    reason: ReasonCode
    platform_reason: str = Field(default="", max_length=200)  # kept apart, never asked to be changed (X16)
    amount: Money | None = None  # what is asked for; the whole order when absent
    evidence: tuple[Reference, ...] = Field(default=(), max_length=50)  # of photos already there
    fault: Liability = Liability.UNDETERMINED
    parcel_state: ParcelState | None = None
    requested_at: Instant
    deadline: Instant | None = None  # the platform's own deadline: ours is never later
    person: Person | None = None

    @model_validator(mode="after")
    def _ids_are_ids(self) -> Request:
        for label, value in (("shop", self.shop), ("order_no", self.order.order_no), ("request_id", self.request_id)):
            if value is not None and not is_business_id(value):
                raise ValueError(f"{label} may hold letters, digits, '.', '_' and '-' only, at most 64 characters")
        if self.amount is not None and self.amount.currency != self.order.paid.currency:
            raise ValueError(f"amount must be in the order's currency {self.order.paid.currency}")
        return self

    @property
    def case_no(self) -> str:
        """The case's number."""
        return case_number(self.order.order_no, self.case_type, self.request_id)

    @property
    def workflow_id(self) -> str:
        """The case's workflow id."""
        return workflow_id(self.shop, self.case_no)


class OrderNotice(BaseModel):
    """An order without a request: what a shop exports when it ships (发货)."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    shop: str
    order: Order
    person: Person | None = None

    @model_validator(mode="after")
    def _ids_are_ids(self) -> OrderNotice:
        if not (is_business_id(self.shop) and is_business_id(self.order.order_no)):
            raise ValueError("shop and order_no may hold letters, digits, '.', '_' and '-' only, at most 64 characters")
        return self


CUSTOMS = 2
"""Those of a case that begins now. Under 1, search attributes followed each stage (docs/decisions/0014)."""


class CaseStart(BaseModel):
    """What a case workflow is started with: the request without its person, and the rules that bind the case."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    request: Request
    rules: Rules
    opened_at: datetime
    carried: CaseState | None = None  # what an earlier run handed over (continue-as-new)
    continue_after_events: int = Field(default=2000, ge=1)  # a run this long goes on in a new one when the case rests
    customs: int = 1  # a case keeps to its end what workflow code did when it began, where that changed since
