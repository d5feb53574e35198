"""`aftersales money invoices` and `invoice-done`: what finance has to do to invoices, and that it did (R-INV-RET)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from domain import rulebook_file
from domain.agenda import orders
from domain.invoice import InvoiceAction
from domain.journal import Record
from domain.money import Money
from store.agenda import PostgresAgenda
from store.invoices import InvoiceNotDone, Invoices
from store.journal import PostgresJournal
from store.pool import open_pool
from tests.store.pages import START, page, record
from tests.test_command_case import Told, told

LATER = START + timedelta(days=9)
ITEM = next(order for _, order in orders(rulebook_file.default()) if order.name == "invoices")


@dataclass
class Desk:
    """Finance's desk: the books and the way to run verbs on them."""

    pool: asyncpg.Pool
    environment: Mapping[str, str]

    async def run(self, *words: str, language: str = "en") -> Told:
        """`aftersales money ...`."""
        return await told(self.environment, "money", *words, language=language)

    async def case(self, case_no: str, *works: Record, revision: int = 1) -> None:
        """A closed case with these tasks for its invoice."""
        made = page(revision, range(1, 1), *works, case_no=case_no, stage="closed", closed_at=START)
        await PostgresJournal(self.pool).write(made)

    async def open(self) -> dict[tuple[str, str], str]:
        """What is still to be done, and the sum."""
        return {(one.case_no, one.action.value): str(one.left or "") for one in await Invoices(self.pool).tasks("demo")}


def work(action: str, minor: int | None = None) -> Record:
    """A task as a case records it."""
    amount = {} if minor is None else {"amount": {"minor": minor, "currency": "CNY"}}
    due = (START + timedelta(days=3)).isoformat()
    return record("invoice_action", action, action=action, invoice="INV-1", order_no="O1", due_at=due, **amount)


@pytest_asyncio.fixture
async def desk(database: str, tmp_path: Any) -> AsyncIterator[Desk]:
    """A desk with a refund to reverse, an exchange to endorse, and an old record of a case without an invoice."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    own |= {"AFTERSALES_DATABASE_DSN": database, "AFTERSALES_HOME": str(tmp_path)}
    async with await open_pool(database) as pool:
        desk = Desk(pool, own)
        await desk.case("C1", work("red_letter", 1000))
        await desk.case("C2", work("endorsement"))
        await desk.case("C3", record("invoice_action", "repair", action="original_back", order_no="O3"))
        yield desk


async def test_finance_lists_and_notes_what_it_did(desk: Desk) -> None:
    """Each task with invoice, sum and due instant; done by whom and under which number stays on the whole list."""
    listed = await desk.run("invoices", "--json")
    assert [(one["case_no"], one["action"], one["invoice"], one["open"]) for one in listed.json] == [
        ("C1", "red_letter", "INV-1", True), ("C2", "endorsement", "INV-1", True),
    ]  # fmt: skip
    unsure = await desk.run("invoice-done", "C1", "red_letter", "--by", "finance:3")
    assert (unsure.code, "--yes" in unsure.err, len(await desk.open())) == (1, True, 2)
    noted = await desk.run("invoice-done", "C1", "red_letter", "--by", "finance:3", "--number", "RED-7", "--yes")
    assert (noted.code, "10.00 CNY" in noted.out) == (0, True)
    again = await desk.run("invoice-done", "C1", "red_letter", "--by", "finance:3", "--yes")
    assert (again.code, "done already" in again.err) == (1, True)
    assert await desk.open() == {("C2", "endorsement"): ""}
    (first, *_) = (await desk.run("invoices", "--all", "--json")).json
    assert (first["done_by"], first["reference"], first["open"]) == ("finance:3", "RED-7", False)
    assert "发票背书" in (await desk.run("invoices", language="zh")).out


async def test_only_finance_may_note_it(desk: Desk) -> None:
    """An agent is sent to finance; what is no task of the case is said to be none."""
    refused = await desk.run("invoice-done", "C1", "red_letter", "--by", "agent:7", "--yes", language="zh")
    assert (refused.code, "财务" in refused.err) == (1, True)
    none = await desk.run("invoice-done", "C2", "red_letter", "--by", "finance:3", "--yes")
    assert (none.code, "no such task" in none.err) == (1, True)
    assert len(await desk.open()) == 2


async def test_a_second_part_opens_the_task_again_for_the_rest(desk: Desk) -> None:
    """10.00 was reversed; the case pays back 5.00 more, and so much is left: the same task, never twice the first."""
    invoices = Invoices(desk.pool)
    assert await invoices.done("demo", "C1", InvoiceAction.RED_LETTER, by="finance:3", at=LATER) == Money(minor=1000)
    await desk.case("C1", work("red_letter", 1500), revision=2)
    assert (await desk.open())["C1", "red_letter"] == "5.00 CNY"
    assert await invoices.done("demo", "C1", InvoiceAction.RED_LETTER, by="finance:4", at=LATER) == Money(minor=500)
    await desk.case("C1", work("red_letter", 1700), revision=3)
    noted = await desk.run("invoice-done", "demo/C1", "red_letter", "--by", "finance:4", "--yes", "--json")
    assert noted.json == {
        "shop": "demo", "case_no": "C1", "action": "red_letter", "reversed": {"minor": 200, "currency": "CNY"},
    }  # fmt: skip
    assert ("C1", "red_letter") not in await desk.open()


async def test_of_twenty_at_once_one_notes_it(desk: Desk) -> None:
    """Who comes later is told that it is done; nothing is counted twice."""
    given = [
        Invoices(desk.pool).done("demo", "C1", InvoiceAction.RED_LETTER, by=f"finance:{n}", at=LATER) for n in range(20)
    ]
    answers = await asyncio.gather(*given, return_exceptions=True)
    assert len([one for one in answers if isinstance(one, Money)]) == 1
    assert {one.refusal.code for one in answers if isinstance(one, InvoiceNotDone)} == {"done"}
    assert await desk.pool.fetchval("SELECT sum(reversed_minor) FROM invoice_works") == 1000


async def test_the_agenda_reminds_finance_of_what_is_open(desk: Desk) -> None:
    """However old it is; what is done, and what has no invoice, is no reminder."""
    item = await PostgresAgenda(desk.pool).draw_up(ITEM, LATER)
    assert [(line.case_no, line.what) for line in item.lines] == [("C1", "red_letter"), ("C2", "endorsement")]
    await Invoices(desk.pool).done("demo", "C2", InvoiceAction.ENDORSEMENT, by="finance:3", at=LATER)
    item = await PostgresAgenda(desk.pool).draw_up(ITEM, LATER + timedelta(days=1))
    assert [line.case_no for line in item.lines] == ["C1"]


async def test_it_is_a_matter_of_days_and_of_one_desk() -> None:
    """The item is finance's, daily."""
    assert (ITEM.desk, ITEM.rule) == ("finance", "R-INV-RET")
    with pytest.raises(InvoiceNotDone) as refused:
        await Invoices(None).done("demo", "C1", InvoiceAction.RED_LETTER, by="warehouse:1", at=LATER)  # type: ignore[arg-type]
    assert refused.value.refusal.rule == "R-INV-RET"
