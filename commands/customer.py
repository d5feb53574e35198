"""`aftersales customer`: what the law lets a customer ask for: that his data be erased (P-PRIV)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.case_named import with_pool
from commands.confirmation import Yes, confirm
from commands.failure import Failure
from commands.language import say
from commands.output import AsJson, Column, show_json, show_record, tell

if TYPE_CHECKING:
    from store.erasure import Erased

app = typer.Typer(
    no_args_is_help=True, help=say("按客户要求删除其个人资料。", "Erase a customer's personal data at his request.")
)


@app.callback()
def customer() -> None:
    """A group, so that further verbs can stand beside."""


@app.command(
    help=say(
        "删除客户的个人资料：姓名、电话、地址、留言、照片、通话备注、事件原文。金额、流水与编号保留。"
        "不能撤回；--dry-run 只显示会删除什么。客户编号见 aftersales case show。",
        "Erase who a customer is: name, telephone, addresses, words, photos, notes of calls, raw events. Sums, journal "
        "and references stay. Cannot be taken back; --dry-run only shows what would go. "
        "`aftersales case show` tells a customer's reference.",
    )
)
def erase(
    shop: Annotated[str, typer.Argument(metavar="SHOP", help=say("店铺代码。", "The shop."))],
    customer_ref: Annotated[
        str, typer.Argument(metavar="CUSTOMER_REF", help=say("客户编号。", "The customer's reference."))
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("只显示，不删除。", "Show only; erase nothing."))
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Erase a customer."""
    found = _erase(shop, customer_ref, dry_run=True)
    if not found.known:
        raise Failure(
            say(f"店铺 {shop} 没有客户 {customer_ref}", f"Shop {shop} knows no customer {customer_ref}"),
            say(
                "客户编号见 aftersales case show 售后单号 --json。",
                "`aftersales case show CASE --json` tells a customer's reference.",
            ),
        )
    if dry_run:
        _show(shop, customer_ref, found, erased=False, as_json=as_json)
        return
    if not yes:
        _confirm(shop, customer_ref, found)
    _show(shop, customer_ref, _erase(shop, customer_ref, dry_run=False), erased=True, as_json=as_json)


def _erase(shop: str, customer_ref: str, *, dry_run: bool) -> Erased:
    from store.erasure import Erasure

    return with_pool(lambda pool: Erasure(pool).erase(shop, customer_ref, datetime.now(UTC), dry_run=dry_run))


def _confirm(shop: str, customer_ref: str, found: Erased) -> None:
    def show() -> None:
        show_record(_told(shop, customer_ref, found, erased=False), _LABELS, as_json=False, err=True)
        if found.open_cases:
            tell(_open_cases_zh(found), _open_cases_en(found), err=True)

    confirm(
        say("不能撤回。删除吗？", "This cannot be taken back. Erase?"),
        unasked=Failure(
            say("删除不能撤回，需要确认", "Erasing cannot be taken back and must be confirmed"),
            say("先用 --dry-run 查看；确定的话加上 --yes。", "Look with --dry-run first; add --yes if you are sure."),
        ),
        declined=say("没有删除。", "Nothing was erased."),
        show=show,
    )


def _show(shop: str, customer_ref: str, found: Erased, *, erased: bool, as_json: bool) -> None:
    told = _told(shop, customer_ref, found, erased=erased)
    if as_json:
        show_json(told)
        return
    show_record(told, _LABELS, as_json=False)
    if found.open_cases:
        tell(_open_cases_zh(found), _open_cases_en(found))
    if found.shared:
        tell(
            f"另有 {found.shared} 条读不懂的原文同时涉及其他客户，保留期满后清空（aftersales db purge）。",
            f"{found.shared} refused bodies hold other customers' data too; they are emptied when their time is over "
            "(aftersales db purge).",
        )
    if found.under_way:
        tell(
            f"另有 {found.under_way} 条事件尚未交给售后单，交给后即清空。",
            f"{found.under_way} events are still on their way to a case; they are emptied when it has them.",
        )
    if erased:
        tell("已删除。金额、流水与编号保留。", "Erased. Sums, journal and references stay.")
    elif not found.anything:
        tell("没有可删除的。", "There is nothing to erase.")


def _told(shop: str, customer_ref: str, found: Erased, *, erased: bool) -> Mapping[str, Any]:
    return {"shop": shop, "customer_ref": customer_ref, "erased": erased, **asdict(found)}


def _open_cases_zh(found: Erased) -> str:
    return f"其中 {found.open_cases} 个售后单未结：此后无法再联系该客户，由人工处理。"


def _open_cases_en(found: Erased) -> str:
    return f"{found.open_cases} of the cases are open: they can reach the customer no more, a person must go on."


_LABELS = (
    Column("customer_ref", "客户", "Customer"),
    Column("cases", "售后单（保留）", "Cases (stay)"),
    Column("open_cases", "其中未结", "of them open"),
    Column("person", "姓名、电话、地址", "Name, telephone, address"),
    Column("addresses", "其他地址", "Other addresses"),
    Column("texts", "留言与备注", "Words and notes"),
    Column("photos", "照片", "Photos"),
    Column("unread_messages", "读不懂的消息", "Messages nobody could read"),
    Column("events", "事件原文", "Bodies of events"),
    Column("quarantined", "隔离区原文", "Bodies in quarantine"),
)
