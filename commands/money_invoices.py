"""`aftersales money invoices`, `invoice-done`: what finance is to do to invoices, and that it did (R-INV-RET)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.case_named import CaseName, NamedCase, with_case, with_pool
from commands.confirmation import Yes, for_good
from commands.failure import Failure
from commands.language import language, say, sentence_of
from commands.output import AsJson, Column, show_json, show_table, tell
from commands.signature import checked
from domain.invoice import InvoiceAction

if TYPE_CHECKING:
    from domain.money import Money
    from store.case_register import RegisteredCase
    from store.invoices import InvoiceTask

LIST = say("列出要处理的发票：红冲、背书、原票寄回。", "List invoices to be reversed, endorsed or sent back.")
DONE = say("记下一项发票任务已办完。", "Note that finance has done it.")
LONGEST = 64  # characters of a red-letter invoice's number
COLUMNS = (
    Column("case_no", "售后单", "Case", whole=True),
    Column("action", "要做", "To do"),
    Column("invoice", "发票", "Invoice"),
    Column("order_no", "订单", "Order", spare=2),
    Column("left", "待红冲", "To be reversed", "right"),
    Column("due_at", "期限", "Due"),
    Column("rule", "规则", "Rule", spare=1),
)
NOTED = (
    Column("done_at", "完成时间", "Done"),
    Column("done_by", "完成人", "By"),
    Column("reference", "凭证号", "Number"),
)


def invoices(
    *,
    shop: Annotated[str, typer.Option("--shop", help=say("店铺；默认全部。", "The shop; all by default."))] = "",
    all_tasks: Annotated[bool, typer.Option("--all", help=say("包括已办完的。", "Also what is done."))] = False,
    as_json: AsJson = False,
) -> None:
    """List what is to be done to invoices."""
    from store.invoices import Invoices

    found = with_pool(lambda pool: Invoices(pool).tasks(shop, done_too=all_tasks))
    if as_json:
        show_json([{**one.model_dump(mode="json"), "open": one.open} for one in found])
        return
    show_table([_spoken(one) for one in found], (*COLUMNS, *NOTED) if all_tasks else COLUMNS, as_json=False)


def invoice_done(
    case: CaseName,
    action: Annotated[
        InvoiceAction,
        typer.Argument(help=say("红冲、背书或原票寄回。", "Reversed, endorsed, or the original sent back.")),
    ],
    *,
    by: Annotated[
        str, typer.Option("--by", metavar="ROLE:ID", help=say("谁，例如 finance:3。", "Who, such as finance:3."))
    ],
    number: Annotated[
        str, typer.Option("--number", help=say("红字发票等的号码。", "Number of the red-letter invoice or the like."))
    ] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Note that it is done."""
    from store.invoices import InvoiceNotDone, Invoices

    signed = checked(by, staff=True)
    if len(number) > LONGEST:
        raise typer.BadParameter(say(f"--number 最多 {LONGEST} 个字。", f"--number has at most {LONGEST} characters."))

    async def note(named: NamedCase) -> tuple[RegisteredCase, Money | None]:
        row, now = named.row, datetime.now(UTC)
        for_good(f"{row.shop}/{row.case_no}: {_named(action)} {number}".rstrip(), yes=yes)
        return row, await Invoices(named.pool).done(row.shop, row.case_no, action, by=signed, at=now, reference=number)

    try:
        row, reversed_now = with_case(case, note)
    except InvoiceNotDone as refused:
        raise Failure(sentence_of(str(refused))) from None
    if as_json:
        reversed_json = reversed_now and reversed_now.model_dump(mode="json")
        show_json({"shop": row.shop, "case_no": row.case_no, "action": action, "reversed": reversed_json})
    else:
        told = f" {reversed_now}" if reversed_now else ""
        tell(f"已记下：{_named(action)}{told}。", f"Noted: {_named(action)}{told}.")


def _named(action: str) -> str:
    from domain.texts import label

    return label("invoice", action, language())


def _spoken(task: InvoiceTask) -> dict[str, Any]:
    return {**task.model_dump(), "action": _named(task.action), "left": task.left or ""}
