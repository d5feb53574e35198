"""What can go wrong with a partner, on demand: in the persona file or through `POST /control/faults`.

A fault waits for the calls or events that it matches, strikes `times` times, and is gone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.ports.refunds import HumanNeed


class FaultKind(StrEnum):
    """Calls first, then events."""

    TIMEOUT = "timeout"  # done, but never answered
    TIMEOUT_BEFORE = "timeout_before"  # neither done nor answered
    RESET = "reset"  # done, then the connection is reset
    RESET_BEFORE = "reset_before"
    UNAVAILABLE = "unavailable"  # signed 503: not done
    RATE_LIMIT = "rate_limit"  # 429 with Retry-After: not done
    SERVER_ERROR = "server_error"  # unsigned 500 as from a proxy: not done
    SERVER_ERROR_AFTER = "server_error_after"  # the same answer, but done
    REFUSE = "refuse"  # a final no
    NEEDS_HUMAN = "needs_human"  # refunds only
    MALFORMED = "malformed"  # done; a signed answer that is cut off
    WRONG_SIGNATURE = "wrong_signature"  # done; signed with a strange key
    OVERSIZED = "oversized"  # done; an answer of 50 MB
    SLOW = "slow"  # done; answered after `seconds`
    BOOKED_TWICE = "booked_twice"  # refunds only: one answer, and two payments in the books
    BOOKED_NEVER = "booked_never"  # refunds only: answered as paid, and no money moved
    BOOKED_OTHERWISE = "booked_otherwise"  # refunds only: another sum than was answered moved

    DUPLICATE = "duplicate"  # the event is posted twice
    REORDER = "reorder"  # the event is posted after the next one
    DELAY = "delay"  # the event comes `seconds` of case time later
    DROP = "drop"  # the event is never posted


EVENT_FAULTS = frozenset({FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.DELAY, FaultKind.DROP})
BOOKED_WRONG = frozenset({FaultKind.BOOKED_TWICE, FaultKind.BOOKED_NEVER, FaultKind.BOOKED_OTHERWISE})
OF_REFUNDS = BOOKED_WRONG | {FaultKind.NEEDS_HUMAN}
NOT_DONE = frozenset({
    FaultKind.TIMEOUT_BEFORE, FaultKind.RESET_BEFORE, FaultKind.UNAVAILABLE, FaultKind.RATE_LIMIT,
    FaultKind.SERVER_ERROR,
})  # fmt: skip


class Fault(BaseModel):
    """One fault and whom it strikes. An empty field matches everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    partner: str = ""  # contact, courier, warehouse, repair, refunds; for events also customer
    operation: str = ""  # deliver, find, track, request, ship, pay, ...; for events the fact: shipped, inspected, ...
    key: str = ""  # the call's idempotency key
    shop: str = ""
    case_no: str = ""
    order_no: str = ""
    times: int = Field(default=1, ge=0)  # 0: always
    seconds: float = Field(default=60.0, ge=0)  # how long a time-out is held, a slow answer takes, Retry-After, a delay
    need: HumanNeed = HumanNeed.SMS_CODE
    code: str = "refused_by_partner"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.kind in OF_REFUNDS and self.partner not in ("", "refunds"):
            raise ValueError(f"{self.kind} is something that only refunds do")
        return self


class Faults:
    """The faults that still wait, in the order in which they were set.

    The field `times` counts down; 0 stays for ever.
    """

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self.waiting = list(faults)

    def take(self, *, event: bool, **call: str) -> Fault | None:
        """The first fault that matches a call or an event, counted down."""
        for index, fault in enumerate(self.waiting):
            if (fault.kind in EVENT_FAULTS) is not event:
                continue
            if fault.kind in OF_REFUNDS and (call["partner"], call["operation"]) != ("refunds", "pay"):
                continue
            if any(getattr(fault, name) not in ("", value) for name, value in call.items()):
                continue
            if fault.times == 1:
                del self.waiting[index]
            elif fault.times > 1:
                self.waiting[index] = fault.model_copy(update={"times": fault.times - 1})
            return fault
        return None
