"""Money that a courier pays after his claim was written off is booked on it, once (M-COURIER)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.messages.commands import RecordReimbursement
from domain.messages.facts import Reimbursed
from domain.money import Money
from store import report
from store.case_register import CaseRegister
from store.journal import PostgresJournal
from store.late_reimbursements import LateReimbursements, NotBooked
from tests.store.pages import START, page, record

LATER = START + timedelta(days=40)
LOST = {"state": "written_off", "amount": {"minor": 4500, "currency": "CNY"}}
SHORT = {"state": "paid", "amount": {"minor": 3000, "currency": "CNY"}, "written_off": "15.00 CNY", "receipts": ["r1"]}
PAID = {"state": "paid", "amount": {"minor": 4500, "currency": "CNY"}}
UNKNOWN = {"state": "written_off", "amount": None}


@pytest.fixture
async def claims(pool: Any) -> LateReimbursements:
    """Four claims that are over: lost, paid in part, paid, and lost without a sum; and a case of a customer."""
    journal = PostgresJournal(pool)
    for number, data in (("lost", LOST), ("short", SHORT), ("paid", PAID), ("unknown", UNKNOWN), ("his", LOST)):
        said = record("courier_claim", number, courier="yto", waybill="YT1", parent="C1", **data)
        over: dict[str, Any] = {"stage": "closed", "closed_at": START, "outcome": "written_off"}
        await journal.write(page(1, range(1, 3), said, case_no=number, **over))
    await pool.execute("UPDATE cases SET parent_case_no = 'C1' WHERE case_no <> 'his'")
    return LateReimbursements(pool)


async def book(claims: LateReimbursements, case_no: str, minor: int, receipt: str = "", id: str = "m1") -> bool:
    """The courier's notice."""
    paid = Reimbursed(amount=Money(minor=minor), receipt_ref=receipt)
    return await claims.book("demo", case_no, paid, by="courier", at=LATER, id=id)


async def test_what_comes_late_is_a_record_of_its_own_and_the_outcome_is_put_right(
    claims: LateReimbursements, pool: Any
) -> None:
    """The loss stays in its month, the money counts in the month in which it came, and the journal says so."""
    assert await book(claims, "lost", 4500, "r9")

    register = CaseRegister(pool)
    written_off, paid = await register.records("demo", "lost")
    assert (written_off.data["state"], written_off.at) == ("written_off", START)
    assert (paid.data["state"], paid.data["amount_minor"], paid.at) == ("paid", 4500, LATER)
    assert paid.data["more"] == {"late": True, "parent": "C1", "receipt_ref": "r9"}
    row = await register.get("demo", "lost")
    assert row is not None
    assert (row.outcome, row.stage) == ("reimbursed", "closed")
    last = (await register.timeline("demo", "lost"))[-1]
    assert (last.number, last.entry.actor, last.entry.event, last.entry.rule) == (
        3,
        "courier",
        "reimbursed",
        "M-COURIER",
    )
    month = await report.month(pool, "demo", LATER, LATER + timedelta(days=1), recurring=90)
    assert [(one.what, one.count, one.amount.minor) for one in month.claims] == [("paid", 1, 4500)]
    assert [(one.what, one.amount) for one in month.costs] == [("reimbursed", Money(minor=4500))]


async def test_the_same_payment_told_again_is_booked_once(claims: LateReimbursements, pool: Any) -> None:
    """His notice handed over twice, another notice of the same receipt, two at once: one record."""
    booked = await asyncio.gather(*(book(claims, "lost", 2000, "r9", id=f"at-once-{n}") for n in range(4)))
    assert sorted(booked) == [False, False, False, True]
    assert not await book(claims, "lost", 2000, "r9", id="m2")
    assert await book(claims, "lost", 2500, id="m3")
    assert not await book(claims, "lost", 2500, id="m3")
    assert len(await CaseRegister(pool).records("demo", "lost")) == 3


async def test_no_more_than_was_lost_is_booked(claims: LateReimbursements) -> None:
    """30 of 45 came while it was open: 15 are missing, the receipt of then is known, and more than 15 is looked at."""
    assert not await book(claims, "short", 1500, "r1")
    for wrong in (1501, 0):
        with pytest.raises(NotBooked):
            await book(claims, "short", wrong)
    assert await book(claims, "short", 1000)
    with pytest.raises(NotBooked, match=r"5\.00 CNY"):
        await book(claims, "short", 1000, id="m2")
    dollars = RecordReimbursement(amount=Money(minor=100, currency="USD"))
    with pytest.raises(NotBooked):
        await claims.book("demo", "short", dollars, by="finance:1", at=LATER, id="m4")


async def test_a_claim_without_a_sum_takes_what_comes(claims: LateReimbursements) -> None:
    """A freight of which the courier alone knows the bill."""
    assert await book(claims, "unknown", 700)


@pytest.mark.parametrize("case_no", ["paid", "his", "none"])
async def test_nothing_is_booked_where_nothing_was_lost(claims: LateReimbursements, case_no: str) -> None:
    """A claim that was paid, a case of a customer, a number that nobody has."""
    assert not await book(claims, case_no, 100)
