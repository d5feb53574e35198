"""A parcel whose number a case names after it came: what the warehouse said of it is the case's too (W-3, R-N1)."""

from __future__ import annotations

from collections.abc import Sequence

from domain.events import PREFIX, CloudEvent
from domain.messages.facts import Inspected, ReturnReceived
from domain.messages.payload import Payload
from starter.door import OF_A_CASE
from starter.envelope import check, message_id, read_message
from store.inbox import Inbox
from store.openings import FoundCase
from store.parcel_shares import ParcelShares


class NamedLater:
    """Looks up what other cases were told of a parcel before."""

    def __init__(self, inbox: Inbox, shares: ParcelShares) -> None:
        self._inbox = inbox
        self._shares = shares

    async def of(
        self, case: FoundCase, others: Sequence[FoundCase], waybill: str
    ) -> list[tuple[CloudEvent, Payload, str]] | None:
        """What the case is to hear, in the order in which it came: the event, its part of it, the message's id.

        None while the warehouse's word on the parcel is being handed over, perhaps to the others alone: look again.

        Verdicts that were given on the whole parcel count for its part as well; with no goods in it there are none.
        """
        if not others:
            return []
        types = [PREFIX + kind for kind in (ReturnReceived.kind, Inspected.kind)]
        if await self._inbox.in_hand(types[0], waybill):
            return None
        heard: list[tuple[CloudEvent, Payload, str]] = []
        nothing: list[tuple[CloudEvent, Payload, str]] = []
        for row in await self._inbox.told(case.shop, [one.case_no for one in others], types):
            (event,) = read_message(row.headers, row.raw)
            assert isinstance(event, CloudEvent)  # a row is never a batch
            if event.data.get("waybill") != waybill:
                continue
            of_case, id = row.door == OF_A_CASE, message_id(row.source, row.id)
            said = check(event, of_case=of_case)
            if isinstance(said, ReturnReceived):
                numbers = [one.case_no for one in others]
                part = await self._shares.of_newcomer(case.shop, case.case_no, numbers, said, id)
                if part is not None:
                    (nothing if part.beyond else heard).append((event, part, id))
            elif isinstance(said, Inspected) and heard and (of_case or not _of_one_case(event)):
                heard.append((event, said, id))
        return heard or nothing[-1:]


def _of_one_case(event: CloudEvent) -> bool:
    return bool(event.subject or event.data.get("case_no") or event.data.get("rma"))
