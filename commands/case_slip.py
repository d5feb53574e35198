"""`aftersales case slip`: the return slip of a case as PDF, for the parcel that comes back (R-RET-SLIP, R-HOWTO)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import settings
from commands.case_named import CaseName, NamedCase, with_case
from commands.failure import Failure
from commands.language import say
from commands.output import AsJson, show_json, tell
from commands.paper import Out, tell_missing, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.events import CaseStart
    from domain.return_slip import ReturnSlip
    from store.case_register import TimelineEntry

HELP = say(
    "把退货单打印成 PDF：售后单号条形码、退货编号、寄到哪里、原因、商品，以及怎么一步步寄回。姓名和电话只露一部分。",
    "Print the return slip as PDF: the case's number as a barcode, return number, where to send it, reason, goods, and "
    "what the customer does step by step. Name and telephone are masked.",
)
CLOCK = "S-TRACKING"


def slip(case: CaseName, out: Out = None, as_json: AsJson = False) -> None:
    """Print the return slip."""
    from papers.return_slip import return_slip

    found = with_case(case, _slip)
    file = out or Path(f"{found.case_no}-slip.pdf")
    missing = write(return_slip(found), file)
    if as_json:
        show_json({"file": str(file), "missing": missing, **found.model_dump(mode="json")})
        return
    tell(f"退货单 {found.rma} 已写入 {file}。", f"The return slip of {found.rma} is in {file}.")
    tell_missing(missing)


async def _slip(named: NamedCase) -> ReturnSlip:
    """What stands on it.

    Raises:
        Failure: nothing may come back in this case, nobody said where to, or Temporal does not know the case any more.
    """
    from domain.return_slip import ReturnSlip, goods_to_send, masked_contact, masked_name
    from domain.vocabulary import CaseType
    from store.case_register import LONGEST_JOURNAL, CaseRegister

    row, send_to = named.row, settings.load().return_address
    entries = await CaseRegister(named.pool).timeline(row.shop, row.case_no, limit=LONGEST_JOURNAL)
    rma = _last(entries, "return_authorized", "rma")
    if not rma or row.closed_at is not None:
        raise _nothing_comes(row.case_no, closed=row.closed_at is not None)
    if not send_to:
        raise Failure(
            say("没有设置退货地址，退货单上不知道寄到哪里", "No return address is set: the slip cannot say where to"),
            say(
                "把 AFTERSALES_RETURN_ADDRESS 设为仓库地址、联系人和电话，再打印。",
                "Set AFTERSALES_RETURN_ADDRESS to address, contact and telephone of the warehouse, then print it.",
            ),
        )
    request = (await _start(named)).request
    name, phone = await _person(named)
    return ReturnSlip(
        shop=row.shop, case_no=row.case_no, order_no=row.order_no, case_type=row.case_type, rma=rma,
        reason=request.reason, buyer=row.customer_ref, name=masked_name(name), contact=masked_contact(phone),
        goods=goods_to_send(request, CaseType(row.case_type)), send_to=send_to,
        freight=_last(entries, "freight_decided", "inbound"),
        due_at=row.due_at if row.due_rule == CLOCK else None, utc_offset_minutes=request.order.utc_offset_minutes,
    )  # fmt: skip


def _last(entries: Sequence[TimelineEntry], event: str, name: str) -> str:
    """What the last entry of that kind says there."""
    found = [one.entry.data.get(name) for one in entries if one.entry.event == event]
    return str(found[-1] or "") if found else ""


async def _start(named: NamedCase) -> CaseStart:
    """What the case's workflow was started with: the goods that the request is about stand nowhere else."""
    from temporalio.contrib.pydantic import pydantic_data_converter
    from temporalio.service import RPCError, RPCStatusCode

    from domain.events import CaseStart

    handle = await named.handle()
    try:
        async for event in handle.fetch_history_events(page_size=1):
            given = event.workflow_execution_started_event_attributes.input.payloads
            start: CaseStart = (await pydantic_data_converter.decode(given, [CaseStart]))[0]
            return start
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    raise Failure(
        say("这个售后单的工作流已不在 Temporal 里", "Temporal no longer has this case's workflow"),
        say("退货编号和订单见 aftersales case show。", "`aftersales case show` has its return number and order."),
    )


async def _person(named: NamedCase) -> tuple[str, str]:
    """Name and telephone; nothing of a customer whom nobody knows, or who was erased."""
    from domain.ports.customer import PersonUnknown
    from store.address_book import PostgresAddressBook

    with suppress(PersonUnknown):
        person = await PostgresAddressBook(named.pool).recipient(named.row.shop, named.row.customer_ref)
        return person.name, person.phone
    return "", ""


def _nothing_comes(case_no: str, *, closed: bool) -> Failure:
    if closed:
        return Failure(
            say("售后单已结案，没有要寄回的商品", "The case is closed: nothing is to come back"),
            say("要继续请先 reopen_case。", "To go on, reopen_case first."),
        )
    return Failure(
        say("还没有同意退回任何商品，没有退货单可打印", "Nothing was authorised to come back yet: there is no slip"),
        say(
            f"同意退货后才有退货编号；现在在等什么：aftersales case explain {case_no}",
            f"The return number comes with our consent. What the case waits for: aftersales case explain {case_no}",
        ),
    )
