"""What every port to a partner shares: how a partner fails, and how he knows our case.

Every call to a partner carries an idempotency key made in the workflow, and `at`: the case's own time, since no rule
may see the wall clock of a worker. A gateway answers with a value for every *business* answer, and raises only:

    PartnerUnavailable   nothing happened or it is safe to send again; retried with back-off
    OutcomeUnknown       it was sent and no answer came; must be asked for (`find_*`) before anything is sent again
    PartnerRefused       a final no: retrying cannot help
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(max_length=64)]
"""A partner's code or reference. Gateways pass nothing longer on: what they answer stays in a case's history."""


class PartnerError(Exception):
    """A partner did not do what was asked. The text holds codes, never personal data."""


class PartnerUnavailable(PartnerError):
    """Not reached, overloaded, or 5xx before anything was done. Safe to repeat with the same key."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after  # seconds, as the partner asked


class OutcomeUnknown(PartnerError):
    """Sent, but no answer. Ask before sending again."""


class PartnerRefused(PartnerError):
    """A final refusal with the partner's code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class KeyReused(Exception):
    """The same idempotency key with another content: a defect of ours, never sent on."""


class Wire(BaseModel):
    """A value that crosses the border: nobody changes it on the way, and no error repeats what it holds."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class CaseKey(Wire):
    """Which case a partner call belongs to."""

    shop: str
    case_no: str
    order_no: str


class Receipt(Wire):
    """A partner's acknowledgement. `duplicate` says that it knew the key already."""

    partner_ref: Code
    duplicate: bool = False
