"""`aftersales agenda`: what is to be looked through now, for whom, and what is done with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.case_named import with_pool
from commands.failure import Failure
from commands.language import language, say
from commands.output import AsJson, Column, show_json, show_table, tell
from commands.signature import of_the_house

if TYPE_CHECKING:
    from domain.agenda import AgendaItem, AgendaOrder
    from domain.rulebook import AgendaRow

app = typer.Typer(
    no_args_is_help=True,
    help=say("备忘：到点该过一遍的事。", "The agenda: what is looked through at set times."),
)

ROW = (
    Column("name", "事项", "Item", whole=True),
    Column("label", "内容", "What"),
    Column("at", "时间", "When"),
    Column("desk", "岗位", "Desk"),
    Column("rule", "规则", "Rule", spare=1),
    Column("count", "单数", "Cases", "right"),
    Column("cases", "售后单", "Which"),
)
DONE = (Column("done_at", "完成时间", "Done"), Column("done_by", "完成人", "By"))
SHOWN = 10  # cases of an item that a table names
Name = Annotated[str, typer.Argument(metavar=say("事项", "ITEM"))]


@app.command("list", help=say("列出还没过完的事项，最新的在前。", "List what is still to be looked through."))
def list_items(
    *,
    all_items: Annotated[bool, typer.Option("--all", help=say("包括已完成的。", "Also what is done with."))] = False,
    as_json: AsJson = False,
) -> None:
    """List items."""
    from store.agenda import PostgresAgenda

    found = with_pool(lambda pool: PostgresAgenda(pool).items(done_too=all_items))
    if as_json:
        show_json([one.model_dump(mode="json") for one in found])
        return
    show_table([_spoken(one) for one in found], ROW + (DONE if all_items else ()), as_json=False)


@app.command(help=say("现在就过一遍某个事项。", "Draw an item up now."))
def now(name: Name, as_json: AsJson = False) -> None:
    """Draw up an item by hand."""
    from store.agenda import PostgresAgenda

    _, order = _known(name)
    at = datetime.now(UTC)
    item = with_pool(lambda pool: PostgresAgenda(pool).draw_up(order, at))
    if as_json:
        show_json(item.model_dump(mode="json"))
    else:
        show_table([_spoken(item)], ROW, as_json=False)


@app.command(help=say("标记事项已过完（到目前为止的全部）。", "Be done with an item, up to now."))
def done(
    name: Name,
    by: Annotated[
        str, typer.Option("--by", metavar="ROLE:ID", help=say("谁，例如 supervisor:2。", "Who, such as supervisor:2."))
    ],
    as_json: AsJson = False,
) -> None:
    """Note that the desk is done."""
    from store.agenda import PostgresAgenda

    _known(name)
    who = of_the_house(by)
    ended = with_pool(lambda pool: PostgresAgenda(pool).done(name, who, datetime.now(UTC)))
    if as_json:
        show_json({"name": name, "done": ended})
    elif ended:
        tell(f"{name}：{len(ended)} 次已完成。", f"{name}: {len(ended)} done with.")
    else:
        tell(f"{name}：没有未完成的。", f"{name}: nothing was open.")


def _known(name: str) -> tuple[AgendaRow, AgendaOrder]:
    found = _orders().get(name)
    if found is None:
        raise Failure(
            say(f"没有“{name}”这个事项。", f"There is no item {name!r}."),
            say(f"可选：{'、'.join(_orders())}。", f"Items: {', '.join(_orders())}."),
        )
    return found


def _orders() -> dict[str, tuple[AgendaRow, AgendaOrder]]:
    from commands.rulebook import in_force
    from domain.agenda import orders

    return {order.name: (row, order) for row, order in orders(in_force())}


def _spoken(item: AgendaItem) -> dict[str, Any]:
    from domain.texts import label

    row, order = _orders().get(item.name, (None, None))
    cases = [f"{line.shop}/{line.case_no}" for line in item.lines]
    more = [f"+{len(cases) - SHOWN}"] if len(cases) > SHOWN else []
    return {
        **item.model_dump(exclude={"lines"}),
        "label": row.label.text(language()) if row else "",
        "desk": label("party", order.desk, language()) if order else "",
        "count": len(cases),
        "cases": ", ".join(cases[:SHOWN] + more),
    }
