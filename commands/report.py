"""`aftersales report`: the indicators of a month, with their definitions beside the numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import settings
from commands.case_named import with_pool
from commands.failure import Failure
from commands.language import language, say
from commands.output import AsJson, Column, show_json, show_table, tell
from domain.wall_clock import CHINA

if TYPE_CHECKING:
    import asyncpg

    from domain.cost import Rates
    from domain.indicators import Indicator, Month
    from domain.rulebook import Rulebook

app = typer.Typer()

ROW = (
    Column("label", "指标", "Indicator"),
    Column("of", "其中", "Of which"),
    Column("value", "数值", "Value", "right"),
    Column("count", "基数", "Counted", "right"),
    Column("means", "含义", "What it means"),
)
CLAIM_STATES = {
    "raised": ("已提出", "raised"),
    "accepted": ("已受理", "accepted"),
    "paid": ("已赔付", "paid"),
    "rejected": ("被拒绝", "rejected"),
    "written_off": ("已核销", "written off"),
}
COSTS = {
    "refunds": ("退款（没有换回可再售商品）", "refunds, no goods back to sell"),
    "freight": ("退的运费", "freight paid back"),
    "goods": ("重新寄出的商品", "goods sent again"),
    "goodwill": ("补偿", "goodwill"),
    "parcels": ("寄出的包裹", "parcels sent"),
    "repairs": ("维修", "repairs"),
    "people": ("人工操作", "acts of staff"),
    "reimbursed": ("减：快递赔付", "less: couriers' reimbursements"),
    "collected": ("减：顾客付的运费和维修费", "less: paid by customers"),
    "spent": ("合计花费", "spent in all"),
    "recovered": ("合计收回", "recovered in all"),
    "net": ("净成本", "net cost"),
    "per_case": ("每结案一单", "for each case closed"),
}
INCIDENTS = {
    "lost": ("丢失", "lost"),
    "damage": ("破损", "damaged"),
    "transit_damage": ("退回途中破损", "damaged on its way back"),
    "stuck": ("滞留", "stuck"),
}


@app.command(
    help=say(
        "一个月的售后指标，数字旁边写明含义。--xlsx 同时写成表格文件（也可用 .csv）。",
        "A month's indicators, each with what it means. --xlsx also writes a spreadsheet (.csv works too).",
    )
)
def report(
    month: Annotated[
        datetime | None,
        typer.Option("--month", formats=["%Y-%m"], help=say("哪个月；默认本月。", "Which month; this one by default.")),
    ] = None,
    shop: Annotated[str, typer.Option("--shop", help=say("店铺；默认全部。", "The shop; all by default."))] = "",
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", dir_okay=False, help=say("写入的文件。", "The file to write."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the indicators of a month."""
    first, following = bounds(month or datetime.now(CHINA))
    found = with_pool(lambda pool: _counted(pool, shop, first, following))
    if xlsx is not None:
        from commands import spreadsheet

        rows = [[row[column.key] for column in ROW] for row in _spoken(found)]
        spreadsheet.write(xlsx, [say(c.zh, c.en) for c in ROW], rows, sheet=f"{first.astimezone(CHINA):%Y-%m}")
    if as_json:
        show_json(
            {
                "month": f"{first.astimezone(CHINA):%Y-%m}",
                "shop": shop,
                "indicators": [
                    {**one.model_dump(mode="json", exclude_none=True), "means": _meaning(one).means} for one in found
                ],
            }
        )
        return
    title = f"{first.astimezone(CHINA):%Y-%m} {shop}".strip()
    show_table(_spoken(found), ROW, as_json=False, title=title, lines=True)
    if xlsx is not None:
        tell(f"已写入 {xlsx}。", f"Written to {xlsx}.")


def bounds(within: datetime) -> tuple[datetime, datetime]:
    """The first instant of that month by China's wall clock, and of the next one."""
    first = datetime(within.year, within.month, 1, tzinfo=CHINA)
    following = datetime(within.year + within.month // 12, within.month % 12 + 1, 1, tzinfo=CHINA)
    return first.astimezone(UTC), following.astimezone(UTC)


async def _counted(pool: asyncpg.Pool, shop: str, first: datetime, following: datetime) -> list[Indicator]:
    from commands.rulebook import in_force
    from domain.calendar_file import CalendarError
    from domain.indicators import indicators
    from store import report as books
    from store.working_time import CalendarWorkingTime

    try:
        calendar = CalendarWorkingTime.from_folder(settings.load().calendar_folder)
    except CalendarError as error:
        raise Failure(error.text(language())) from None
    lately = in_force().numbers["recurrence_days"].value
    found: Month = await books.month(pool, shop, first, following, recurring=lately)
    return indicators(found.model_copy(update={"rates": _rates(in_force())}), calendar.worked)


def _rates(book: Rulebook) -> Rates:
    """What a parcel, a repair and an act of staff cost the shop (S3:23)."""
    from domain.cost import Rates

    parcel, repair, hour = (str(book.numbers[f"cost_{of}"].value) for of in ("parcel", "repair", "hour"))
    minutes = book.numbers["cost_act_minutes"].value
    return Rates.of(book.currency, parcel=parcel, repair=repair, hour=hour, act_minutes=minutes)


def _meaning(one: Indicator) -> Any:
    from domain.indicators import meanings

    return meanings(language())[one.id]


def _spoken(found: list[Indicator]) -> list[dict[str, Any]]:
    """Rows in words; an indicator's name and meaning stand in its first row only."""
    rows, before = [], ""
    for one in found:
        meaning = _meaning(one)
        first = one.id != before
        rows.append(
            {
                "label": meaning.label if first else "",
                "of": _of(one),
                "value": value(one),
                "count": one.count,
                "means": meaning.means if first else "",
            }
        )
        before = one.id
    return rows


def value(one: Indicator) -> str:
    """The number as a person reads it."""
    if one.id == "cost":
        return str(one.amount) if one.amount is not None else str(one.count)
    if one.amount is not None:
        return f"{one.count} × = {one.amount}" if one.count > 1 else str(one.amount)
    if one.seconds is not None and one.within is not None:
        return f"{_length(one.seconds)} / {_length(one.within)}"
    if one.value is None:
        return ""
    if one.id in ("staff_acts", "satisfaction"):
        return f"{one.value:.1f}"
    if one.id in ("on_time", "repair_share", "reopened", "promises_broken", "recurrence"):
        return f"{one.value:.0%}"
    return str(int(one.value))


def _length(seconds: float) -> str:
    if seconds < 3600:
        return say(f"{seconds / 60:.0f} 分钟", f"{seconds / 60:.0f} min")
    if seconds < 48 * 3600:
        return say(f"{seconds / 3600:.1f} 小时", f"{seconds / 3600:.1f} h")
    return say(f"{seconds / 86400:.1f} 天", f"{seconds / 86400:.1f} d")


def _tag(one: Indicator) -> str:
    """A cause by name; with whose fault it was, or with the product and who is to learn from it."""
    from domain.tag import causes, name_of
    from domain.texts import label

    cause, _, what = one.of.partition("/")
    named = name_of(cause, language())
    if one.id == "tags":
        return f"{named} · {label('liability', what, language())}"
    if one.id == "recurrence":
        return named
    feeds = [label("party", desk, language()) for desk in causes()[cause].feeds] if cause in causes() else []
    return f"{named} · {what}" + (say(f"（{'、'.join(feeds)}）", f" ({', '.join(feeds)})") if feeds else "")


def _of(one: Indicator) -> str:
    from domain.rulebook_file import default
    from domain.texts import label

    spoken = language()
    match one.id:
        case "on_time":
            clock = default().clocks.get(one.of)
            return f"{one.of} {clock.label.text(spoken)}" if clock else one.of
        case "refunds":
            return label("purpose", one.of, spoken)
        case "goodwill":
            return label("what", f"compensation_{one.of}", spoken)
        case "reasons":
            return label("reason", one.of, spoken)
        case "types":
            return label("case_type", one.of, spoken)
        case "tags" | "recurrence" | "recurring_products":
            return _tag(one)
        case "cost":
            return say(*COSTS[one.of])
        case "courier_losses":
            incident, _, courier = one.of.partition("/")
            return f"{say(*INCIDENTS.get(incident, (incident, incident)))} {label('courier', courier, spoken)}"
        case "reimbursements":
            return say(*CLAIM_STATES.get(one.of, (one.of, one.of)))
        case _:
            return one.of
