"""One file per procedure, readable aloud. A procedure is an async function over the case that returns its outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from domain.vocabulary import CaseType, Outcome
from workflows.course import Case
from workflows.procedures.customer_unreachable import customer_unreachable
from workflows.procedures.no_tracking_info import no_tracking_info
from workflows.procedures.parcel_lost import parcel_lost
from workflows.procedures.refund_only import refund_only
from workflows.procedures.return_refund import return_refund

PROCEDURES: dict[CaseType, Callable[[Case], Awaitable[Outcome]]] = {
    CaseType.RETURN_REFUND: return_refund,
    CaseType.REFUND_ONLY: refund_only,
    CaseType.CUSTOMER_UNREACHABLE: customer_unreachable,
    CaseType.NO_TRACKING_INFO: no_tracking_info,
    CaseType.PARCEL_LOST: parcel_lost,
}
