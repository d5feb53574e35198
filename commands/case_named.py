"""A case as a person names it: by its number, or by shop and number; and the way to PostgreSQL and Temporal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

import settings
from commands.failure import Failure
from commands.language import say

if TYPE_CHECKING:
    import asyncpg
    from temporalio.client import Client, WorkflowHandle

    from store.case_register import RegisteredCase

T = TypeVar("T")
PATIENCE = timedelta(seconds=20)  # of one question to a running case

CaseName = Annotated[
    str, typer.Argument(metavar="CASE", help=say("售后单号，或 店铺/售后单号。", "Case number, or shop/case number."))
]


@dataclass(frozen=True)
class NamedCase:
    """The case that was meant, and the pool it was found with."""

    row: RegisteredCase
    pool: asyncpg.Pool

    async def handle(self) -> WorkflowHandle[Any, Any]:
        """Its workflow. Raises Failure when Temporal is not there."""
        return (await connected()).get_workflow_handle(self.row.workflow_id)


async def connected() -> Client:
    """A client of Temporal. Raises Failure when it is not there."""
    from temporalio.client import Client
    from temporalio.contrib.pydantic import pydantic_data_converter

    connection = settings.temporal_connection()
    try:
        return await Client.connect(**connection, data_converter=pydantic_data_converter)
    except RuntimeError as error:
        raise Failure(
            say(f"连不上 Temporal（{connection['target_host']}）", f"Temporal is not there ({error})"),
            say("运行 aftersales doctor 检查。", "Run `aftersales doctor`."),
        ) from None


def with_pool(work: Callable[[asyncpg.Pool], Awaitable[T]]) -> T:
    """Do the work over a pool."""

    async def run() -> T:
        async with _pool() as pool:
            return await work(pool)

    return asyncio.run(run())


def with_case(name: str, work: Callable[[NamedCase], Awaitable[T]]) -> T:
    """Do the work on the case of that name. Raises Failure when there is none, or more than one."""

    async def found(pool: asyncpg.Pool) -> T:
        return await work(NamedCase(await _find(pool, name), pool))

    return with_pool(found)


@contextlib.asynccontextmanager
async def _pool() -> AsyncIterator[asyncpg.Pool]:
    from store.pool import open_pool

    async with await open_pool(settings.load().database(), application_name="aftersales-case", max_size=2) as pool:
        yield pool


async def _find(pool: asyncpg.Pool, name: str) -> RegisteredCase:
    from store.case_register import CaseRegister
    from store.openings import Openings

    shop, _, case_no = name.rpartition("/")
    found = await Openings(pool).find("case_no", case_no, shop)
    if not found:
        raise Failure(
            say(f"没有售后单 {name}", f"There is no case {name}"),
            say(
                "按订单号、运单号或退货编号查找：aftersales case list --find 号码",
                "To look by order, waybill or return number: `aftersales case list --find NUMBER`",
            ),
        )
    if len(found) > 1:
        names = ", ".join(f"{one.shop}/{one.case_no}" for one in found)
        raise Failure(
            say(f"{name} 在几家店铺都有：{names}", f"Several shops have a case {name}: {names}"),
            say("请写明店铺/售后单号。", "Name it as shop/case number."),
        )
    row = await CaseRegister(pool).get(found[0].shop, found[0].case_no)
    assert row is not None, "the register has the row that it found"
    return row


def no_worker() -> Failure:
    """A case that does not answer."""
    seconds = PATIENCE.total_seconds()
    return Failure(
        say(f"{seconds:.0f} 秒内没有应答", f"No answer within {seconds:.0f} seconds"),
        say(
            "多半没有工作进程在运行：运行 aftersales doctor 检查。",
            "Most likely no worker is running: see `aftersales doctor`.",
        ),
    )
