"""`aftersales factory`: the defect zone, and the notes with which goods go back to their makers (W-9, W-10)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

import settings
from commands.case_named import with_pool
from commands.confirmation import Yes, confirm, for_good
from commands.failure import Failure
from commands.language import say, sentence_of
from commands.output import AsJson, Column, show_json, show_record, show_table, tell
from commands.paper import Out, tell_missing, write
from commands.signature import of_the_house

if TYPE_CHECKING:
    import asyncpg

    from domain.factory_note import FactoryNote, WaitingDefect

T = TypeVar("T")
app = typer.Typer(
    no_args_is_help=True,
    help=say(
        "不良区与退厂单：退给厂家的货。", "The defect zone, and the notes with which goods go back to their maker."
    ),
)
CLOCK = "D-R2F"

WAITING = (
    Column("sku", "商品", "Goods", whole=True),
    Column("quantity", "件数", "Pieces", "right"),
    Column("supplier", "上次退给", "Last went to", spare=2),
    Column("rma", "退货编号", "Return", whole=True),
    Column("case", "售后单", "Case", whole=True, spare=1),
    Column("booked_at", "入不良区", "Booked", spare=3),
    Column("due_at", "应退厂", "Due"),
    Column("days_over", "超期天数", "Days over", "right"),
)
NOTE = (
    Column("note", "退厂单", "Note", whole=True),
    Column("shop", "店铺", "Shop"),
    Column("supplier", "厂家", "Maker"),
    Column("state_label", "状态", "State"),
    Column("goods", "行数", "Lines", "right"),
    Column("pieces", "件数", "Pieces", "right"),
    Column("drawn_up_by", "开单人", "Drawn up by", spare=2),
    Column("drawn_up_at", "开单", "Drawn up", spare=1),
    Column("sent_at", "发出", "Sent"),
    Column("deducted", "扣款", "Deducted"),
)
STATES = {
    "open": ("待发出", "to be sent"),
    "sent": ("已发出", "sent"),
    "settled": ("已扣款", "deducted"),
    "taken_back": ("已撤销", "taken back"),
}
Shop = Annotated[str, typer.Option("--shop", help=say("店铺；默认全部。", "The shop; all by default."))]
Sku = Annotated[list[str] | None, typer.Option("--sku", help=say("只要这些商品，可多次。", "These goods only."))]
Number = Annotated[str, typer.Argument(metavar="RTF-N", help=say("退厂单号。", "The note's number."))]


def _by(zh: str, en: str) -> Any:
    return typer.Option("--by", metavar="ROLE:ID", help=say(zh, en))


@app.command(help=say("不良区里还没开退厂单的货，最久的在前。", "What lies in the defect zone without a note."))
def waiting(shop: Shop = "", sku: Sku = None, as_json: AsJson = False) -> None:
    """List the defect zone."""
    show_table([_spoken(one) for one in with_pool(lambda pool: _zone(pool, shop, None, sku))], WAITING, as_json=as_json)


@app.command(
    help=say(
        "开一张退厂单：列出的售后单（或一家店铺）在不良区的货。采购开单，验过这批货的人不能开。",
        "Draw up a note for what these cases, or a shop, have in the defect zone. Purchasing does, and nobody who "
        "inspected the goods.",
    )
)
def note(
    cases: Annotated[
        list[str] | None, typer.Argument(metavar="CASE...", help=say("售后单号；默认全部。", "Cases; all by default."))
    ] = None,
    *,
    shop: Shop = "",
    sku: Sku = None,
    supplier: Annotated[
        str, typer.Option("--supplier", metavar="NAME", help=say("退给哪家厂家。", "The maker it goes to."))
    ] = "",
    by: Annotated[str, _by("谁，例如 purchasing:4。", "Who, such as purchasing:4.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Draw up a note."""
    from domain.factory_note import LONGEST_SUPPLIER
    from store.factory_notes import FactoryNotes

    who, supplier = of_the_house(by), supplier.strip()
    if len(supplier) > LONGEST_SUPPLIER:
        raise typer.BadParameter(
            say(f"厂家名最多 {LONGEST_SUPPLIER} 个字。", f"A maker's name has at most {LONGEST_SUPPLIER} characters.")
        )
    goods = with_pool(lambda pool: _zone(pool, *_named(cases, shop), sku))
    if not goods:
        raise Failure(
            say("不良区里没有这样的货，没有开单", "No such goods lie in the defect zone: nothing was written"),
            say("aftersales factory waiting 列出不良区的货。", "`aftersales factory waiting` lists what lies there."),
        )
    if not yes:
        _confirm([_spoken(one) for one in goods])
    drawn_up = _asked(lambda pool: FactoryNotes(pool).draw_up([one for one, _ in goods], supplier, who, _now()))
    _show(
        drawn_up,
        f"已开 {drawn_up.name}：{len(drawn_up.lines)} 行。打印：aftersales factory print {drawn_up.name}",
        f"{drawn_up.name} drawn up, {len(drawn_up.lines)} lines. To print it: aftersales factory print {drawn_up.name}",
        as_json=as_json,
    )


@app.command("list", help=say("列出还没了结的退厂单。", "List the notes that are not settled."))
def list_notes(
    *,
    shop: Shop = "",
    all_notes: Annotated[bool, typer.Option("--all", help=say("包括已扣款、已撤销的。", "All of them."))] = False,
    as_json: AsJson = False,
) -> None:
    """List notes."""
    from store.factory_notes import FactoryNotes

    found = with_pool(lambda pool: FactoryNotes(pool).notes(shop, done_too=all_notes))
    show_table([_written(one) for one in found], NOTE, as_json=as_json)


@app.command(
    help=say(
        "货已发给厂家：登记，并通知仓库货从不良区发出。通知不到仓库时，再运行一次就补发。",
        "The goods go to the maker: note it, and tell the warehouse that they leave. Run it again for what the "
        "warehouse could not be told.",
    )
)
def send(
    number: Number,
    *,
    by: Annotated[str, _by("谁，例如 warehouse:2。", "Who, such as warehouse:2.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Send the goods of a note."""
    from commands.factory_sending import tell_warehouse
    from domain.factory_note import NoteState
    from store.factory_notes import FactoryNotes

    who, wanted = of_the_house(by), _number(number)
    partner = settings.load().partner("warehouse")

    found = _asked(lambda pool: FactoryNotes(pool).get(wanted))
    if found.state is NoteState.OPEN:
        for_good(
            say(f"{found.name}：货从不良区发给厂家", f"{found.name}: the goods leave the defect zone for their maker"),
            yes=yes,
            show=lambda: show_record(_written(found), NOTE, as_json=False, err=True),
        )

    async def sending(pool: asyncpg.Pool) -> tuple[FactoryNote, str]:
        sent = await FactoryNotes(pool).send(wanted, who, _now())
        return await tell_warehouse(pool, partner, sent)

    sent, failed = _asked(sending)
    _show(sent, f"{sent.name} 已发出。", f"{sent.name} is sent.", as_json=as_json)
    if failed:
        raise Failure(
            say(f"有 {len(sent.untold)} 行没能通知仓库（{failed}）", f"{len(sent.untold)} lines not told ({failed})"),
            say(
                f"稍后再运行：aftersales factory send {sent.name}", f"Later, again: aftersales factory send {sent.name}"
            ),
        )


@app.command("undo", help=say("撤销还没发出的退厂单：货回到不良区。", "Take back a note that was not sent."))
def undo(
    number: Number,
    *,
    by: Annotated[str, _by("谁，例如 purchasing:4。", "Who, such as purchasing:4.")],
    as_json: AsJson = False,
) -> None:
    """Take a note back."""
    from store.factory_notes import FactoryNotes

    who, wanted = of_the_house(by), _number(number)
    undone = _asked(lambda pool: FactoryNotes(pool).take_back(wanted, who, _now()))
    _show(undone, f"{undone.name} 已撤销，货回到不良区。", f"{undone.name} is taken back.", as_json=as_json)


@app.command(help=say("登记厂家扣款（供应商退回的钱）。财务登记。", "Enter what the maker took off his bill."))
def deducted(
    number: Number,
    *,
    amount: Annotated[str, typer.Option("--amount", metavar="12.50", help=say("金额。", "The sum."))],
    currency: Annotated[str, typer.Option("--currency", help=say("币种。", "Its currency."))] = "CNY",
    by: Annotated[str, _by("谁，例如 finance:3。", "Who, such as finance:3.")],
    instead: Annotated[
        bool, typer.Option("--instead", help=say("更正已登记的。", "Correct what was entered."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Enter the deduction."""
    from domain.money import Money
    from store.factory_notes import FactoryNotes

    who, wanted = of_the_house(by), _number(number)
    try:
        sum_ = Money.parse(amount, currency)
    except ValueError as error:
        raise typer.BadParameter(
            say(f"--amount 写成 12.50，--currency 写成 CNY。（{amount}）", f"--amount and --currency: {error}")
        ) from None
    noted = _asked(lambda pool: FactoryNotes(pool).deduct(wanted, sum_, who, _now(), instead=instead))
    _show(noted, f"{noted.name} 扣款 {sum_}。", f"{noted.name}: {sum_} deducted.", as_json=as_json)


@app.command("print", help=say("把退厂单打印成 PDF，随货交给厂家。", "Print a note as PDF; it goes with the goods."))
def print_note(number: Number, out: Out = None, as_json: AsJson = False) -> None:
    """Print a note."""
    from domain.wall_clock import CHINA
    from papers.factory_note import factory_note
    from store.factory_notes import FactoryNotes

    wanted = _number(number)
    found = _asked(lambda pool: FactoryNotes(pool).get(wanted))
    file = out or Path(f"{found.name}.pdf")
    missing = write(factory_note(found, CHINA), file)
    if as_json:
        show_json({"file": str(file), "missing": missing, **_written(found)})
        return
    tell(f"{found.name} 已写入 {file}。", f"{found.name} is in {file}.")
    tell_missing(missing)


Zone = list[tuple["WaitingDefect", datetime]]
"""Goods and when they must be on their way (D-R2F)."""


async def _zone(pool: asyncpg.Pool, shop: str, cases: Sequence[str] | None, skus: Sequence[str] | None) -> Zone:
    from commands.rulebook import in_force
    from store.factory_notes import FactoryNotes
    from store.working_time import CalendarWorkingTime

    length = in_force().clocks[CLOCK].length
    calendar = CalendarWorkingTime.from_folder(settings.load().calendar_folder)
    found = await FactoryNotes(pool).waiting(shop, cases, skus)
    return [(one, await calendar.due(one.shop, one.booked_at, length.count, length.unit)) for one in found]


def _named(cases: Sequence[str] | None, shop: str) -> tuple[str, list[str] | None]:
    """The shop and the numbers of the cases that were named, as `shop/number` or as numbers."""
    if not cases:
        return shop, None
    shops = {one.rpartition("/")[0] or shop for one in cases}
    if len(shops) > 1:
        raise Failure(
            say("一张退厂单只能是一家店铺的货", "A note holds goods of one shop"),
            say("按店铺分开开单。", "Draw up a note for each shop."),
        )
    return shops.pop(), [one.rpartition("/")[2] for one in cases]


def _number(text: str) -> int:
    """`RTF-12`, or 12."""
    digits = text.strip().upper().removeprefix("RTF-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 15:
        raise typer.BadParameter(say("退厂单号写成 RTF-12。", "A note's number is written like RTF-12."))
    return int(digits)


def _asked(work: Callable[[asyncpg.Pool], Awaitable[T]]) -> T:
    """What the notes answer. Raises Failure for their refusals and for a number that does not exist."""
    from store.factory_notes import NoSuchNote, NotNoted

    try:
        return with_pool(work)
    except NotNoted as refused:
        raise Failure(sentence_of(str(refused))) from None
    except NoSuchNote as unknown:
        raise Failure(
            say(f"没有退厂单 RTF-{unknown}", f"There is no note RTF-{unknown}"),
            say("aftersales factory list --all 列出全部。", "`aftersales factory list --all` lists them."),
        ) from None


def _confirm(rows: Sequence[dict[str, Any]]) -> None:
    confirm(
        say("开单吗？", "Draw up the note?"),
        unasked=Failure(
            say(f"这张退厂单有 {len(rows)} 行，需要确认", f"The note would have {len(rows)} lines: please confirm"),
            say(
                "先看 aftersales factory waiting；确定的话加上 --yes。", "See `aftersales factory waiting`; add --yes."
            ),
        ),
        declined=say("没有开单。", "Nothing was written."),
        show=lambda: show_table(rows, WAITING, as_json=False, err=True),
    )


def _spoken(found: tuple[WaitingDefect, datetime]) -> dict[str, Any]:
    one, due_at = found
    over = max(0, (_now() - due_at).days)
    return {**one.model_dump(), "case": f"{one.shop}/{one.case_no}", "due_at": due_at, "days_over": over}


def _written(one: FactoryNote) -> dict[str, Any]:
    state = one.state.value
    return {
        "note": one.name,
        **one.model_dump(),
        "state": state,
        "state_label": say(*STATES[state]),
        "goods": len(one.lines),
        "pieces": sum(line.quantity for line in one.lines),
        "deducted": one.deducted and str(one.deducted),
        "deducted_minor": one.deducted and one.deducted.minor,
        "untold": len(one.untold),
    }


def _show(one: FactoryNote, zh: str, en: str, *, as_json: bool) -> None:
    if as_json:
        show_json(_written(one))
        return
    tell(zh, en)
    show_record(_written(one), NOTE, as_json=False)


def _now() -> datetime:
    return datetime.now(UTC)
