"""Events from outside: CloudEvents 1.0 as the outer form, and what an after-sales request must say.

Families of `type`:

    aftersales.request        a customer, a platform or an agent asks: starts a case, or finds the one it belongs to
    aftersales.order          an order as the shop ships it: opens nothing, but lets a courier's push find it
    aftersales.<fact>         a fact for an open case, `<fact>` one of `domain.messages.facts`: `return_shipped`, ...
    aftersales.parcel_update  also starts a case when nobody opened one and the state is trouble (ecosystem 1.1)
    aftersales.claim          a case opens a claim on a courier beside itself: comes from cases alone, through no door

A fact finds its case by `subject` (`<shop>/<case number>`) or by `case_no`, `rma` or `waybill` in its data.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.case import CaseState
from domain.damage import Damage
from domain.identity import case_number, is_business_id, workflow_id
from domain.instant import Instant
from domain.messages.payload import LONGEST_TEXT
from domain.money import Money
from domain.order import AskedLine, Order, OrderLine
from domain.parcel_candidates import Candidate
from domain.price_drop import PriceDrop
from domain.rules import Rules
from domain.vocabulary import CaseType, Liability, ParcelState, ReasonCode, Resolution

PREFIX = "aftersales."
REQUEST = "aftersales.request"
ORDER = "aftersales.order"
CLAIM = "aftersales.claim"

_ID_FORM = (
    "只能含字母、数字、“.”、“_”和“-”，最多 64 个字符",
    "may hold letters, digits, '.', '_' and '-' only, at most 64 characters",
)
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
    parent: str = Field(default="", max_length=128, exclude_if=lambda no: not no)  # of a claim: the customer's case
    order: Order
    reason: ReasonCode
    platform_reason: str = Field(default="", max_length=200)  # kept apart, never asked to be changed (X16)
    amount: Money | None = None  # what is asked for; the whole order when absent
    lines: tuple[AskedLine, ...] = Field(default=(), max_length=200, exclude_if=lambda lines: not lines)  # absent: all
    damage: Damage | None = Field(
        default=None, exclude_if=lambda damage: damage is None
    )  # T-DAMAGED, where it is known
    replacement: tuple[OrderLine, ...] = Field(  # what he wants instead; absent: the same goods
        default=(), max_length=200, exclude_if=lambda lines: not lines
    )
    evidence: tuple[Reference, ...] = Field(default=(), max_length=50)  # of photos already there
    fault: Liability = Liability.UNDETERMINED
    fee: Money | None = Field(default=None, exclude_if=lambda fee: fee is None)  # quoted to him: paid maintenance
    parcel_state: ParcelState | None = None
    wants: Resolution | None = Field(default=None, exclude_if=lambda wish: wish is None)  # what he asks for himself
    address_ref: Reference = Field(default="", exclude_if=lambda ref: not ref)  # of another address it shall go to
    drop: PriceDrop | None = Field(default=None, exclude_if=lambda drop: drop is None)  # T-PRICE
    worn: bool = Field(default=False, exclude_if=lambda worn: not worn)  # worn or washed (R-QUAL-WORN)
    requested_at: Instant
    deadline: Instant | None = None  # the platform's own deadline: ours is never later
    person: Person | None = None

    @model_validator(mode="after")
    def _ids_are_ids(self) -> Request:
        for label, value in (("shop", self.shop), ("order_no", self.order.order_no), ("request_id", self.request_id)):
            if value is not None and not is_business_id(value):
                raise ValueError(f"{label} {_ID_FORM[0]} / {label} {_ID_FORM[1]}")
        if self.amount is not None and not self.parent and self.amount.currency != self.order.paid.currency:
            own = self.order.paid.currency
            raise ValueError(f"amount 的币种必须是订单的 {own} / amount must be in the order's currency {own}")
        if self.fee is not None and (not self.fee or self.fee.currency != self.order.paid.currency):
            own = self.order.paid.currency
            raise ValueError(
                f"fee 必须是订单币种 {own} 的金额，免费时不填 / "
                f"fee must be a sum in the order's currency {own}; none where it is free"
            )
        if (self.case_type is CaseType.COURIER_CLAIM) != bool(self.parent):
            raise ValueError("a claim on a courier belongs to the case of a customer, and nothing else does")
        if self.case_type is CaseType.MISSING_ITEM and not self.lines:
            raise ValueError(
                "lines 必须写明涉及哪些商品、各几件（sku, quantity） / "
                "lines must say which goods it is about and how many (sku, quantity)"
            )
        if place := self.order.unordered(self.lines):
            raise ValueError(
                f"{place} 中的商品不在订单中，或没有那么多件 / "
                f"{place} names goods that the order does not hold, or not so many"
            )
        if any(line.price.currency != self.order.paid.currency for line in self.replacement):
            own = self.order.paid.currency
            raise ValueError(
                f"replacement：价格的币种必须是订单的 {own} / replacement: prices must be in the order's currency {own}"
            )
        self._drop_is_of_the_order()
        if self.case_type is CaseType.BAD_REVIEW and self.amount is not None:
            raise ValueError(
                "amount：评价单不含金额（P-NOTRADE），退款请另开单 / "
                "amount: a review asks for no sum (P-NOTRADE); a refund is a request of its own"
            )
        return self

    def _drop_is_of_the_order(self) -> None:
        if self.drop is None:
            return
        named, ordered = [one.sku for one in self.drop.prices], {line.sku for line in self.order.lines}
        if len(named) > len({*named}) or not ordered.issuperset(named):
            raise ValueError(
                "drop.prices 中每个 SKU 最多出现一次，且须在订单中 / "
                "drop.prices names each SKU of the order's lines once at most, and no other"
            )
        own = self.order.paid.currency
        sums = [one.price for one in self.drop.prices] + [gift.value for gift in self.drop.gifts]
        if any(one.currency != own for one in sums):
            raise ValueError(
                f"drop：价格与价值的币种必须是订单的 {own} / "
                f"drop: prices and values must be in the order's currency {own}"
            )

    @property
    def of_the_house(self) -> bool:
        """Whether no customer asked for it and none hears of it: a claim on a courier, a parcel of nobody."""
        return bool(self.parent) or self.case_type is CaseType.UNIDENTIFIED_PARCEL

    @property
    def concerned(self) -> tuple[AskedLine, ...]:
        """The goods that it is about."""
        return self.lines or self.order.whole()

    @property
    def came_instead(self) -> tuple[AskedLine, ...]:
        """What came in their place, where wrong goods were sent."""
        return tuple(AskedLine(sku=line.instead or line.sku, quantity=line.quantity) for line in self.concerned)

    @property
    def new_address_ref(self) -> str:
        """Under what its person's address is kept, where that is another than the one on file (R-ADDR)."""
        told = self.case_type is CaseType.ADDRESS_CHANGE and self.person is not None and self.person.address
        return f"address/{self.case_no}" if told else ""

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
            raise ValueError(f"shop, order_no {_ID_FORM[0]} / shop and order_no {_ID_FORM[1]}")
        return self


CUSTOMS = 3
"""Those of a case that begins now. Under 1, search attributes followed each stage (docs/decisions/0014); under 2, a
claim on a courier was a request of the customer's case (docs/decisions/0017). What else 3 changed stands where code
asks for it: whose goods bind, what is owed after a withdrawal, what is offered for a gift."""


class CaseStart(BaseModel):
    """What a case workflow is started with: the request without its person, and the rules that bind the case."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    request: Request
    rules: Rules
    opened_at: datetime
    # Cases that hold goods which this one asks for (R-N1).
    held_by: tuple[str, ...] = Field(default=(), exclude_if=lambda cases: not cases)
    # Cases that a parcel of nobody may belong to (W-3).
    candidates: tuple[Candidate, ...] = Field(default=(), exclude_if=lambda cases: not cases)
    carried: CaseState | None = None  # what an earlier run handed over (continue-as-new)
    continue_after_events: int = Field(default=2000, ge=1)  # a run this long goes on in a new one when the case rests
    customs: int = 1  # a case keeps to its end what workflow code did when it began, where that changed since
