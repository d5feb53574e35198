"""A fact finds its cases and is told to each of them once; trouble with a parcel that nobody reported opens a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

from domain.events import CloudEvent, Request
from domain.identity import workflow_id
from domain.messages.facts import (
    CustomerConfirmed,
    CustomerLooked,
    Inspected,
    OrderTold,
    ParcelAnnounced,
    ParcelUpdate,
    Reimbursed,
    ReturnReceived,
    ReturnShipped,
    Shipped,
)
from domain.messages.payload import Payload
from domain.refusals import STAFF_ROLES
from domain.vocabulary import CaseType, ParcelState, Party, ReasonCode
from starter.case_opening import PATIENCE, CaseOpening
from starter.envelope import NUMBERS
from starter.handing_over import Done, Handed, Pace, Refuse, Wait, about_the_case, asking_temporal
from starter.named_later import NamedLater
from starter.pace import Paces
from starter.problem import Problem
from starter.unidentified import Unidentified
from store.late_reimbursements import LateReimbursements, NotBooked
from store.openings import FoundCase, Openings
from store.parcel_shares import ParcelShares

_PARTNERS = {
    Party.CUSTOMER, Party.WAREHOUSE, Party.QC, Party.LOGISTICS_CLERK, Party.COURIER, Party.SUPPLIER,
    Party.SERVICE_CENTER, Party.DEALER, Party.PLATFORM,
}  # fmt: skip
"""In whose name a fact may come. Nobody with authority (A-CAP): staff act at the console."""

_REASONS = {
    CaseType.PARCEL_LOST: ReasonCode.LOST,
    CaseType.PARCEL_DAMAGED: ReasonCode.DAMAGED,
    CaseType.CANCEL_BEFORE_RECEIPT: ReasonCode.NO_REASON,
}
"""What such a case is about; all others about a parcel that was not received."""


class FactDelivery:
    """Delivers facts. `trouble` says which parcel states open which type of case.

    `second_look`: seconds that such news waits before it opens one, so that a request that comes with it is first,
    however the two were sorted.
    """

    def __init__(
        self,
        client: Client,
        openings: Openings,
        opening: CaseOpening,
        paces: Paces,
        trouble: dict[ParcelState, CaseType],
        *,
        shares: ParcelShares,
        unidentified: Unidentified,
        late: LateReimbursements,
        named_later: NamedLater,
        second_look: float,
    ) -> None:
        self._client = client
        self._openings = openings
        self._opening = opening
        self._paces = paces
        self._trouble = trouble
        self._shares = shares
        self._unidentified = unidentified
        self._late = late
        self._named_later = named_later
        self._second_look = second_look

    async def deliver(
        self, event: CloudEvent, fact: Payload, *, at: datetime, id: str, retried: bool, of_case: bool = False
    ) -> Handed:
        """Tell the fact to its cases. `of_case`: a case put it into the inbox.

        Raises:
            TemporalAway: Temporal did not answer; try again.
        """
        found = await self._cases(event)
        if of_case and isinstance(fact, ReturnReceived | Inspected):
            if not _home(found):
                return Refuse((Problem(code="no_home", where="subject"),))
            found = await self._with_sharers(found, event)
        cases = _its_own([case for case in found if _concerns(case, event, fact)])
        if len({case.shop for case in cases}) > 1:
            return Refuse((Problem(code="ambiguous_case"),))
        open_ones = [case for case in cases if not case.closed]
        opened = await self._opened(event, fact, cases, at=at, id=id, retried=retried)
        if opened is not None:
            return opened
        targets = open_ones or cases
        if not targets:
            return Wait(Problem(code="no_case"), ordinary=isinstance(fact, ParcelUpdate) and not event.subject)
        if isinstance(fact, Reimbursed) and targets[0].beside and targets[0].closed:
            return await self._book(targets[0], event, fact, at=at, id=id)
        for case in targets:
            pause = self._paces.pause(f"{case.shop}/{case.case_no}")
            if pause > 0:
                return Pace(pause)
        if (failed := await self._tell(event, fact, cases, targets, at=at, id=id)) is not None:
            return failed
        return await self._known_now(event, fact, targets, at=at, id=id)

    async def _known_now(
        self, event: CloudEvent, fact: Payload, targets: list[FoundCase], *, at: datetime, id: str
    ) -> Handed:
        """They were told: from now on they go by the number that it names, and hear what is known of that parcel."""
        appeared: tuple[str, ...] = ()
        if waybill := _number_to_know(event, fact):
            for case in targets:
                await self._openings.know_parcel(case.shop, case.case_no, waybill)
            appeared = (f"waybill:{waybill}",)
        first = targets[0]
        if isinstance(fact, ReturnShipped) and not first.closed:
            await self._announce(first.shop, first.case_no, fact.waybill, at=at, id=id)
            if not await self._caught_up(first, fact.waybill, at=at):
                return Pace(self._second_look, "second_look")
        return Done("told", first.shop, first.case_no, appeared=appeared)

    async def _tell(
        self, event: CloudEvent, fact: Payload, cases: list[FoundCase], targets: list[FoundCase],
        *, at: datetime, id: str,
    ) -> Wait | Done | None:  # fmt: skip
        """Tell each of them, its own part where a parcel is shared; what stopped it, else None.

        A parcel is shared by all cases that know its number: what is one's that has closed is not another's.
        """
        parts = await self._parts(fact, cases, id)
        told = dict.fromkeys((case.case_no for case in targets), fact) if parts is None else parts
        gone: list[FoundCase] = []
        for case in (case for case in cases if case.case_no in told):
            message = _message(told[case.case_no], event, at=at, id=id)
            refusal = await self._signal(case, fact.kind, message)
            if refusal and not case.closed:
                return Wait(Problem(code="case_not_running", detail={"reason": refusal}))
            if refusal:
                gone.append(case)
        return Done("case_closed", gone[0].shop, gone[0].case_no) if gone and len(gone) == len(told) else None

    async def _book(self, claim: FoundCase, event: CloudEvent, paid: Reimbursed, *, at: datetime, id: str) -> Handed:
        """Money for a claim that is over: booked without it, where something of it was written off (M-COURIER)."""
        by = _signed(paid, event.data.get("by"))
        try:
            booked = await self._late.book(claim.shop, claim.case_no, paid, by=by, at=at, id=id)
        except NotBooked as error:
            return Refuse((Problem(code="not_booked", where="data.amount", detail={"why": str(error.refusal)}),))
        return Done("booked" if booked else "case_closed", claim.shop, claim.case_no)

    async def _opened(
        self, event: CloudEvent, fact: Payload, cases: list[FoundCase], *, at: datetime, id: str, retried: bool
    ) -> Handed | None:
        """What came of news that open a case of their own: a courier's trouble, a parcel of nobody. Else None."""
        dealt_with = any(not case.closed and not case.beside and not case.nobodys for case in cases)
        if (kind := self._opens(fact)) is not None and not dealt_with:
            opened = await self._open_for_trouble(event, fact, kind, at=at, id=id, retried=retried)
            if isinstance(opened, Done) and opened.case_is_there and isinstance(fact, ParcelUpdate):
                await self._announce(opened.shop, opened.case_no, fact.waybill, at=at, id=id)
            if opened is not None:
                return opened
        known = any(case.expects and not case.beside for case in cases)
        if known or not isinstance(fact, ReturnReceived) or _names_a_case(event):
            return None
        if not retried:
            return Pace(self._second_look, "second_look")
        message = _message(fact, event, at=at, id=id)
        return await self._unidentified.open(event, fact, message, at=at, retried=retried)

    async def _cases(self, event: CloudEvent) -> list[FoundCase]:
        if event.subject:
            shop, _, case_no = event.subject.partition("/")
            return await self._openings.find("case_no", case_no, shop)
        shop = event.data.get("shop") or ""
        for kind in NUMBERS:
            value = event.data.get(kind)
            if value and isinstance(value, str):
                found = await self._openings.find(kind, value, shop if isinstance(shop, str) else "")
                if found:
                    return found
        return []

    async def _with_sharers(self, found: list[FoundCase], event: CloudEvent) -> list[FoundCase]:
        """The case that a parcel of nobody was matched with, and those that know it by its number too (W-3, R-N1)."""
        (home, waybill) = (found[0], event.data.get("waybill"))
        if not isinstance(waybill, str) or not waybill:
            return found
        others = await self._openings.find("waybill", waybill, home.shop)
        return [home, *(one for one in others if one.case_no != home.case_no and one.expects and _home([one]))]

    async def _announce(self, shop: str, case_no: str, waybill: str, *, at: datetime, id: str) -> None:
        """The parcel may have come already, when nobody knew whose it was: now it is known (W-3)."""
        for one in await self._openings.find("waybill", waybill, shop):
            if one.nobodys and not one.closed:
                told = ParcelAnnounced(case=case_no).model_dump(mode="json")
                await self._signal(
                    one, ParcelAnnounced.kind, {**told, "id": f"{id}-announced", "by": "system", "at": at.isoformat()}
                )

    async def _caught_up(self, case: FoundCase, waybill: str, *, at: datetime) -> bool:
        """Tell the case what others that named the parcel before it were told of that (W-3). False: not yet."""
        known = await self._openings.find("waybill", waybill, case.shop)
        others = [one for one in known if one.case_no != case.case_no and not one.nobodys and not one.beside]
        heard = await self._named_later.of(case, others, waybill)
        for event, fact, id in heard or ():
            await self._signal(case, fact.kind, _message(fact, event, at=at, id=id))
        return heard is not None

    async def _parts(self, fact: Payload, cases: list[FoundCase], id: str) -> dict[str, ReturnReceived] | None:
        """What each case hears of a parcel in which goods of several came back; None where all hear the same."""
        if not isinstance(fact, ReturnReceived) or not fact.lines or len(cases) < 2:
            return None
        return await self._shares.split(cases[0].shop, [case.case_no for case in cases], fact, id)

    async def _signal(self, case: FoundCase, kind: str, message: dict[str, Any]) -> str:
        """Send it. The answer is empty, or the code of a refusal that is about this case."""
        handle = self._client.get_workflow_handle(workflow_id(case.shop, case.case_no))
        try:
            with asking_temporal():
                await handle.signal(kind, message, rpc_timeout=PATIENCE)
        except RPCError as error:
            return about_the_case(error)
        self._paces.count(f"{case.shop}/{case.case_no}")
        return ""

    def _opens(self, fact: Payload) -> CaseType | None:
        """The type of case that such news opens: a courier's trouble, or a customer who has not got what was signed."""
        match fact:
            case ParcelUpdate(state=state):
                return self._trouble.get(state)
            case CustomerLooked(found=False):
                return CaseType.SIGNED_NOT_RECEIVED
        return None

    async def _open_for_trouble(
        self, event: CloudEvent, fact: Payload, kind: CaseType, *, at: datetime, id: str, retried: bool
    ) -> Handed | None:
        shop = event.data.get("shop") or ""
        waybill = fact.waybill if isinstance(fact, ParcelUpdate) else event.data.get("waybill")
        if not isinstance(waybill, str) or not waybill:
            return None
        orders = await self._openings.orders_of_parcel(waybill, shop if isinstance(shop, str) else "")
        if not orders:
            return None
        if len(orders) > 1:
            return Refuse((Problem(code="ambiguous_case"),))
        if not retried:
            return Pace(self._second_look, "second_look")
        shop, order = orders[0]
        request = Request(
            shop=shop,
            case_type=kind,
            order=order,
            reason=_REASONS.get(kind, ReasonCode.NOT_RECEIVED),
            parcel_state=fact.state if isinstance(fact, ParcelUpdate) else None,
            requested_at=at,
        )
        message = _message(fact, event, at=at, id=id)
        return await self._opening.open(request, at=at, id=id, retried=retried, first=(fact.kind, message))


def _home(found: list[FoundCase]) -> bool:
    """Whether goods can be told to what was found: the open case of a customer."""
    return any(not case.closed and not case.beside and not case.nobodys for case in found)


def _number_to_know(event: CloudEvent, fact: Payload) -> str:
    """The parcel's number that its case may not know yet: told for the first time, or mistyped before (T-INBOUND)."""
    match fact:
        case ReturnShipped(waybill=waybill) | Shipped(waybill=waybill) | OrderTold(waybill=waybill):
            return waybill
        case ReturnReceived(waybill=waybill) if _names_a_case(event) or event.data.get("rma"):
            return waybill
    return ""


def _names_a_case(event: CloudEvent) -> bool:
    return bool(event.subject or event.data.get("case_no"))


def _its_own(cases: list[FoundCase]) -> list[FoundCase]:
    """Without the case of a parcel that was nobody's, where it is known now whose it is."""
    own = [case for case in cases if not case.nobodys]
    return own if any(not case.beside for case in own) else cases


def _concerns(case: FoundCase, event: CloudEvent, fact: Payload) -> bool:
    """Whether a case that was found hears of it. A claim on a courier that was not named hears how its parcel is."""
    return _names_a_case(event) or not case.beside or isinstance(fact, ParcelUpdate)


def _message(fact: Payload, event: CloudEvent, *, at: datetime, id: str) -> dict[str, Any]:
    """The signal's argument: known fields only, so that nothing a partner adds gets into a history (P-PRIV)."""
    if isinstance(fact, ParcelUpdate) and fact.scanned_at is None and event.time is not None:
        fact = fact.model_copy(update={"scanned_at": event.time})
    signed = _signed(fact, event.data.get("by"))
    return fact.model_dump(mode="json", exclude_unset=True) | {"id": id, "by": signed, "at": at.isoformat()}


def _signed(fact: Payload, by: object) -> str:
    """In whose name the fact comes: who is named, else who says such things.

    That it is solved only the customer says: whoever else is named stays named, and the case refuses it (P-CLOSE).
    """
    role = by.split(":", 1)[0] if isinstance(by, str) and len(by) <= 80 else ""
    if role in _PARTNERS or (isinstance(fact, CustomerConfirmed) and role in STAFF_ROLES):
        return str(by)
    return fact.sender.value
