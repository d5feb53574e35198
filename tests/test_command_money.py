"""`aftersales money`: finance compares, sees and settles differences, through the command line itself."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus

from commands import money
from commands.failure import Failure, ending_with
from commands.signature import checked
from domain.reconciliation import day_of
from gateways.signed_json import partner_client
from local.temporal_server import TemporalServer
from tests.test_command_case import Told, told
from tests.workflows.bookkeeping import KINDS, Bookkeeping, order_for
from tests.workflows.workshop import opened

AFTERSALES = str(Path(sys.executable).with_name("aftersales"))
SPACE = "money-verbs"


@dataclass
class Finance:
    """The books, and the way to run verbs on them."""

    books: Bookkeeping
    environment: Mapping[str, str]

    async def run(self, *words: str, language: str = "en") -> Told:
        """`aftersales money ...`."""
        return await told(self.environment, "money", *words, language=language)


@pytest_asyncio.fixture(scope="module")
async def finance(temporal: TemporalServer, module_database: str, tmp_path_factory: Any) -> AsyncIterator[Finance]:
    """Finance's desk in an installation of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    own |= {"AFTERSALES_DATABASE_DSN": module_database, "AFTERSALES_HOME": str(tmp_path_factory.mktemp("finance"))}
    own |= {"TEMPORAL_ADDRESS": temporal.address, "TEMPORAL_NAMESPACE": SPACE}
    async with opened(temporal, SPACE, module_database) as workshop, partner_client() as http:
        yield Finance(Bookkeeping(workshop, http), own)


async def test_finance_compares_sees_and_settles(finance: Finance) -> None:
    """A day that agrees is exit code 0; one that differs is 1, told in both languages; a settled one is done with."""
    books = finance.books
    books.day = day_of(datetime.now(UTC) - timedelta(days=1))
    await books.refund()
    agreed = await finance.run("reconcile")
    assert (agreed.code, agreed.out) == (0, "Days compared: 1. Differences: 0, of them new: 0; gone: 0.\n"), agreed.err

    await KINDS["not_paid"](books)
    differs, chinese = await asyncio.gather(
        finance.run("reconcile", "--day", str(books.day), "--json"), finance.run("reconcile", language="zh")
    )
    assert (differs.code, chinese.code) == (1, 1)
    (told,) = differs.json["differences"]
    assert (told["kind"], told["severity"], told["rule"], told["state"]) == ("not_paid", "urgent", "R-PROMISE", "open")
    assert told["ours"] == {"minor": 4200, "currency": "CNY"}
    assert "42.00 CNY" in told["zh"]
    assert {one["part"]["channel"] for one in differs.json["compared"]} == {"provider", "marketplace", "manual"}
    assert "账上已退，渠道未付" in chinese.out

    number = str(told["number"])
    listed, own, settled = (
        await finance.run("differences"),
        await finance.run("settle", number, "--by", "supervisor:2", "--reason", "mine", language="zh"),
        await finance.run("settle", number, "--by", "finance:3", "--reason", "paid by the bank's next file"),
    )
    assert "refunded here, not paid there" in listed.out
    assert own.code == 1
    assert own.err.startswith("申请或批准过该订单退款的人不能处理它的差异")
    assert (settled.code, settled.out) == (0, f"Difference {number} is settled.\n")

    left, all_of_them, again = await asyncio.gather(
        finance.run("differences", "--json"), finance.run("differences", "--all", "--json"), finance.run("reconcile")
    )
    assert (left.json, again.code) == ([], 0)
    assert [(one["state"], one["closed_by"], one["closed_for"]) for one in all_of_them.json] == [
        ("settled", "finance:3", "paid by the bank's next file")
    ]


async def test_wrong_words_are_told_in_a_sentence(finance: Finance) -> None:
    """A number that does not exist, a reason that says nothing, a day that is none, somebody who is nobody here."""
    unknown, silent, no_day, nobody = await asyncio.gather(
        finance.run("settle", "999", "--by", "finance:3", "--reason", "x", "--json"),
        finance.run("settle", "1", "--by", "finance:3", "--reason", " "),
        finance.run("reconcile", "--day", "yesterday"),
        finance.run("settle", "1", "--by", "alice", "--reason", "x"),
    )
    assert (unknown.code, silent.code, no_day.code, nobody.code) == (1, 2, 2, 1)
    assert "finance" in nobody.err
    assert "alice" not in nobody.err
    assert "There is no difference 999" in unknown.err
    assert "--reason must be given" in silent.err


async def test_what_could_not_be_compared_is_told(finance: Finance) -> None:
    """A provider who refuses his statement: exit code 2 and which days are missing, no false difference."""
    books = finance.books
    await books.fault("refuse", operation="statement", code="NOT_TODAY", times=0)
    day = "2025-01-06"
    shown, written = await asyncio.gather(
        finance.run("reconcile", "--day", day), finance.run("reconcile", "--day", day, "--json")
    )
    await books.no_more_faults()
    assert (shown.code, written.code) == (2, 2)
    assert f"{day} provider could not be compared (NOT_TODAY)" in shown.err
    assert {one["code"] for one in written.json["not_compared"]} == {"NOT_TODAY"}
    assert written.json["differences"] == []


@pytest.mark.parametrize(
    "signature", ["alice", "finance", "finance:", "courier:3", "finance:示例甲", "finance:19900000000"]
)
def test_who_settles_is_a_person_on_the_staff_and_signs_with_a_code(signature: str) -> None:
    """A-SOD looks at the id: left off, it would let anybody pass. A name or a telephone number is none (P-PRIV)."""
    assert checked(" finance:3 ", staff=True) == "finance:3"
    with pytest.raises(Failure, match=r"--by"):
        checked(signature, staff=True)


def test_what_keeps_it_from_comparing_is_no_difference(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever is expected to go wrong before the comparison ends with exit code 2; a fault of ours keeps its trace."""
    monkeypatch.setenv("AFTERSALES_RULEBOOK_FILE", str(tmp_path / "none.toml"))
    with pytest.raises(Failure) as unread:
        money.reconcile()
    assert unread.value.exit_code == 2
    for trouble in Failure("no worker"), ConnectionError("no database"):
        with pytest.raises(Failure) as told, ending_with(money.NOT_COMPARED):
            raise trouble
        assert told.value.exit_code == 2
    with pytest.raises(ZeroDivisionError), ending_with(money.NOT_COMPARED):
        raise ZeroDivisionError


async def test_without_a_worker_it_says_so(finance: Finance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes the run up: it is taken back, and what to do is told."""
    workshop = finance.books.workshop
    for name, value in finance.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(money, "TAKEN_UP_WITHIN", 0.5)
    day = date(2025, 1, 7)
    await workshop.stop_worker()
    try:
        with pytest.raises(Failure) as told:
            await money.reconciled(order_for(day))
    finally:
        workshop.start_worker()
    assert "aftersales doctor" in told.value.remedy
    described = await workshop.client.get_workflow_handle(f"reconciliation/{day}").describe()
    assert described.status is WorkflowExecutionStatus.TERMINATED
