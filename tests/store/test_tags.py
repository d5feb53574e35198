"""The tag of a case that is over for good is put right in the books, and the journal says by whom (R-TAG)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.messages.commands import TagCase
from domain.vocabulary import Liability
from store.case_register import CaseRegister
from store.journal import PostgresJournal
from store.tags import NotTagged, PostgresTags
from tests.store.pages import START, page, record

LATER = START + timedelta(days=40)


@pytest.fixture
async def register(pool: Any) -> CaseRegister:
    """A closed case that was tagged by itself, and one older than tags; both of one order of a cup."""
    await pool.execute(
        "INSERT INTO known_orders (shop, order_no, waybill, content) VALUES ('demo', 'O1', '', $1)",
        {"lines": [{"sku": "CUP"}]},
    )
    tagged = record("case_tag", "tag", cause="size", liability="none", products=["CUP"], by="system")
    closed: dict[str, Any] = {"stage": "closed", "closed_at": START, "order_no": "O1"}
    journal = PostgresJournal(pool)
    await journal.write(page(1, range(1, 3), tagged, case_no="C1", **closed))
    await journal.write(page(1, range(1, 3), case_no="C2", **closed))
    return CaseRegister(pool)


async def test_the_tag_and_who_changed_it_are_written_down(register: CaseRegister, pool: Any) -> None:
    """What is not said stays; the journal has one entry more, with what was said and by whom."""
    tag = await PostgresTags(pool).put_right("demo", "C1", TagCase(liability=Liability.SUPPLIER), "agent:7", LATER)
    assert (tag.cause, tag.liability, tag.products, tag.by) == ("size", Liability.SUPPLIER, ("CUP",), "agent:7")
    (kept,) = await register.records("demo", "C1")
    assert (kept.kind, kept.at, kept.data) == ("case_tag", LATER, tag.model_dump(mode="json"))
    last = (await register.timeline("demo", "C1"))[-1]
    assert (last.number, last.entry.actor, last.entry.event, last.entry.rule) == (3, "agent:7", "tag_case", "R-TAG")
    assert last.entry.data == {"liability": "supplier"}


async def test_a_case_that_was_never_tagged_gets_its_tag(register: CaseRegister, pool: Any) -> None:
    """Its cause is unknown until somebody says it."""
    tag = await PostgresTags(pool).put_right("demo", "C2", TagCase(product="CUP"), "agent:7", LATER)
    assert (tag.cause, tag.liability, tag.products) == ("unknown", Liability.UNDETERMINED, ("CUP",))


async def test_two_at_once_make_two_entries(register: CaseRegister, pool: Any) -> None:
    """Neither is lost: the journal has both, in the order in which they came."""
    tags = PostgresTags(pool)
    given = [tags.put_right("demo", "C1", TagCase(cause=cause), "agent:7", LATER) for cause in ("size", "service")]
    await asyncio.gather(*given)
    entries = (await register.timeline("demo", "C1"))[2:]
    assert [one.number for one in entries] == [3, 4]
    (kept,) = await register.records("demo", "C1")
    assert kept.data["cause"] == entries[-1].entry.data["cause"]


async def test_what_nobody_knows_leaves_nothing(register: CaseRegister, pool: Any) -> None:
    """A cause that is none, goods that were not ordered, a case that does not exist."""
    tags = PostgresTags(pool)
    for wrong in (TagCase(cause="sabotage"), TagCase(product="PLATE"), TagCase()):
        with pytest.raises(NotTagged):
            await tags.put_right("demo", "C1", wrong, "agent:7", LATER)
    with pytest.raises(LookupError, match="no case NONE"):
        await tags.put_right("demo", "NONE", TagCase(cause="size"), "agent:7", LATER)
    assert len(await register.timeline("demo", "C1")) == 2
