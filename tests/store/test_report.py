"""What a month cost is counted from the books: which refunds, goods and payments are part of it, and which are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.journal import JournalEntry
from store import report
from store.journal import PostgresJournal
from tests.store.pages import START, page, record

MONTH = START - timedelta(days=1), START + timedelta(days=29)
ADD_REFUND = """INSERT INTO refunds (key, shop, case_no, order_no, amount_minor, currency, purpose, rule, channel,
    status, requested_by, approved_by, intended_at, settled_at)
VALUES ($1, 'demo', $2, $2, $3, 'CNY', $4, 'R-REF-72H', 'provider', 'done', 'system', 'system', $5, $5)"""
ADD_PAYMENT = """INSERT INTO collections (key, shop, case_no, order_no, amount_minor, currency, purpose, rule, channel,
    status, intended_at, settled_at)
VALUES ($1, 'demo', $2, $2, $3, 'CNY', $4, 'M-NODEFECT', 'provider', 'paid', $5, $5)"""


class Ledger:
    """Books to fill: each case has an order of its own number, of two cups for 20.00 together."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def case(self, case_no: str, *records: Any, sent: str = "", shipped: bool = True, lines: int = 1) -> None:
        """A closed case, with one cup sent on that leg; its order names the cups on so many lines."""
        cups = {"sku": "CUP", "quantity": 2 // lines, "price": {"minor": 2000 // lines, "currency": "CNY"}}
        known: dict[str, Any] = {"lines": [cups] * lines}
        known |= {"shipped_at": START.isoformat()} if shipped else {}
        await self.pool.execute(
            "INSERT INTO orders (shop, order_no, paid_minor, currency) VALUES ('demo', $1, 2000, 'CNY')", case_no
        )
        await self.pool.execute(
            "INSERT INTO known_orders (shop, order_no, waybill, content) VALUES ('demo', $1, '', $2)", case_no, known
        )
        goods = {"leg": sent, "goods": [{"sku": "CUP", "quantity": 1}]}
        entry = JournalEntry(at=START, actor="system", event="shipment_ordered", rule="R-EX-24H", data=goods)
        made = page(1, range(1, 1), *records, case_no=case_no, order_no=case_no, stage="closed", closed_at=START)
        await PostgresJournal(self.pool).write(made.model_copy(update={"entries": (entry,) if sent else ()}))

    async def refund(self, case_no: str, minor: int, purpose: str = "goods") -> None:
        """Money that went back."""
        await self.pool.execute(ADD_REFUND, f"{case_no}-{purpose}", case_no, minor, purpose, START)

    async def costs(self) -> dict[str, tuple[int, int | None]]:
        """Each part: how many, and how much."""
        month = await report.month(self.pool, "", *MONTH, recurring=90)
        return {one.what: (one.count, one.amount.minor if one.amount else None) for one in month.costs}


@pytest.fixture
async def ledger(pool: Any) -> Ledger:
    """Empty books."""
    return Ledger(pool)


async def test_a_refund_costs_what_does_not_come_back_to_be_sold(ledger: Ledger) -> None:
    """Kept or defective goods cost; restocked ones and those that never left do not; freight stands for itself."""
    await ledger.case("KEPT")
    await ledger.case("BACK", record("return_log", "rma", disposition="restock"))
    await ledger.case("BROKEN", record("return_log", "rma", disposition="quarantine"))
    await ledger.case("UNSHIPPED", shipped=False)
    for case_no in ("KEPT", "BACK", "BROKEN", "UNSHIPPED"):
        await ledger.refund(case_no, 1000)
    await ledger.refund("BACK", 300, "freight")
    await ledger.refund("BACK", 200, "price_difference")
    await ledger.refund("KEPT", 100, "compensation")
    assert await ledger.costs() == {"refunds": (3, 2200), "freight": (1, 300)}


async def test_goods_sent_again_count_at_what_was_paid_for_them(ledger: Ledger) -> None:
    """A cup sent again costs 10.00; one in exchange for a good one nothing, for a broken one as much; a parcel each."""
    await ledger.case("AGAIN", sent="reship")
    await ledger.case("SWAPPED", record("return_log", "rma", disposition="restock"), sent="exchange_out")
    await ledger.case("BROKEN", record("return_log", "rma", disposition="quarantine"), sent="exchange_out")
    await ledger.case("HIS", sent="send_back")
    assert await ledger.costs() == {"goods": (2, 2000), "parcels": (4, None)}


async def test_goods_on_two_lines_of_an_order_count_once(ledger: Ledger) -> None:
    """Two cups of one kind, a line each: the one that is sent again costs 10.00, not 10.00 for each line."""
    await ledger.case("LINES", sent="reship", lines=2)
    assert await ledger.costs() == {"goods": (1, 1000), "parcels": (1, None)}


async def test_repairs_goodwill_and_what_was_recovered(ledger: Ledger, pool: Any) -> None:
    """Repairs that were done, gestures that were given, what courier and customers paid; not what goods cost more."""
    gesture = {"form": "coupon", "amount": {"minor": 500, "currency": "CNY"}, "by": "agent:7"}
    claim = {"courier": "yto", "amount": {"minor": 900, "currency": "CNY"}}
    await ledger.case(
        "C1",
        record("repair_order", "r1", state="done"),
        record("repair_order", "r2", state="unrepairable"),
        record("compensation", "G1", state="given", **gesture),
        record("compensation", "G2", state="declined", **gesture),
        record("courier_claim", "K1", state="paid", **claim),
        record("courier_claim", "K2", state="rejected", **claim),
    )
    for purpose, minor in (("return_freight", 600), ("price_difference", 700)):
        await pool.execute(ADD_PAYMENT, purpose, "C1", minor, purpose, START)
    assert await ledger.costs() == {
        "repairs": (1, None), "goodwill": (1, 500), "reimbursed": (1, 900), "collected": (1, 600),
    }  # fmt: skip


async def test_a_loss_is_a_couriers_by_his_fault_alone(pool: Any) -> None:
    """M-COURIER: what he lost or broke counts by his name; what we never handed over, or packed badly, does not."""
    for number, (incident, liability) in enumerate(
        [("lost", "courier"), ("damage", "courier"), ("damage", "supplier"), ("not_shipped", "merchant")]
    ):
        found = record("parcel_incident", "YT1", incident=incident, courier="yto", liability=liability)
        await PostgresJournal(pool).write(page(1, range(1, 2), found, case_no=f"L{number}"))

    month = await report.month(pool, "", *MONTH, recurring=90)
    assert {(one.incident, one.courier, one.count) for one in month.losses} == {
        ("lost", "yto", 1),
        ("damage", "yto", 1),
    }


async def test_a_claim_counts_by_how_it_stands_and_is_no_case_of_a_customer(pool: Any) -> None:
    """X5: what couriers paid and refused stands apart; the cases of the month are those that customers asked for."""
    await PostgresJournal(pool).write(page(1, range(1, 2), case_no="P1"))
    for state, minor in (("paid", 3000), ("written_off", 4500), ("paid", 1000)):
        case_no = f"P1.claim{minor}"
        made = record("courier_claim", case_no, amount={"minor": minor, "currency": "CNY"}, state=state)
        await PostgresJournal(pool).write(page(1, range(1, 2), made, case_no=case_no, case_type="courier_claim"))
        await pool.execute("UPDATE cases SET parent_case_no = 'P1' WHERE case_no = $1", case_no)

    month = await report.month(pool, "", *MONTH, recurring=90)
    assert {(one.what, one.count, one.amount.minor) for one in month.claims} == {
        ("paid", 2, 4000), ("written_off", 1, 4500),
    }  # fmt: skip
    assert [case.case_type for case in month.cases] == ["refund_only"]


async def test_what_is_of_the_house_counts_among_no_customers_cases(pool: Any) -> None:
    """W-3, X5: neither a claim nor a parcel of nobody is a case that a customer asked for, nor is its cause tagged."""
    tag = record("case_tag", "tag", cause="transport", liability="courier", products=["CUP"])
    closed = {"stage": "closed", "closed_at": START}
    for case_no, kind in (("P1", "refund_only"), ("P1.claim", "courier_claim"), ("NOBODY", "unidentified_parcel")):
        await PostgresJournal(pool).write(page(1, range(1, 2), tag, case_no=case_no, case_type=kind, **closed))
    await pool.execute("UPDATE cases SET parent_case_no = 'P1' WHERE case_no = 'P1.claim'")

    month = await report.month(pool, "", *MONTH, recurring=90)
    assert [case.case_no for case in month.cases] == ["P1"]
    assert [(one.cause, one.again) for one in month.tags] == [("transport", False)]
