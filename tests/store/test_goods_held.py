"""Goods of an order are disposed of by one case at a time, however many cases are opened beside each other (R-N1)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain import rulebook_file
from domain.events import CloudEvent, Request
from domain.goods_held import KEPT, PAID_ONCE
from domain.messages.facts import GoodsHeldElsewhere
from domain.money import Money
from domain.order import AskedLine, Order, OrderLine
from domain.vocabulary import CaseType, Outcome, ReasonCode
from starter.envelope import check
from store.goods_held import PostgresGoodsHeld
from store.journal import PostgresJournal
from store.openings import Opening, Openings, Registered
from tests.store.pages import START, page, record

RULES = rulebook_file.default().rules()
CUPS = Order(
    order_no="N1",
    customer_ref="c-1",
    paid=Money(minor=9000),
    lines=(
        OrderLine(sku="CUP", quantity=2, price=Money(minor=6000)),
        OrderLine(sku="LID", quantity=1, price=Money(minor=3000)),
    ),
)
CUP, LID = AskedLine(sku="CUP", quantity=1), AskedLine(sku="LID", quantity=1)


class Register:
    """Opens and closes cases of one order."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self._openings = Openings(pool)
        self._revision = 0

    async def open(
        self, number: str, *lines: AskedLine, type: CaseType = CaseType.RETURN_REFUND, order: Order = CUPS
    ) -> Registered:
        """Ask for these goods, for the whole order where none are named."""
        request = Request(
            shop="demo", case_type=type, request_id=number, order=order, reason=ReasonCode.NO_REASON, lines=lines,
            requested_at=START,
        )  # fmt: skip
        return await self._openings.open(request, RULES, rulebook_file.default_text(), START)

    async def write(self, number: str, *records: Any, stage: str = "verify", outcome: str = "", **changes: Any) -> None:
        """The case rests and writes its page."""
        self._revision += 1
        closed_at = START + timedelta(days=1) if stage == "closed" else None
        fields = {"order_no": "N1", "stage": stage, "outcome": outcome, "closed_at": closed_at, **changes}
        await PostgresJournal(self.pool).write(
            page(self._revision, range(self._revision, self._revision + 1), *records, case_no=number, **fields)
        )

    async def holding(self) -> set[str]:
        """The numbers of the cases that hold goods."""
        return {row["case_no"] for row in await self.pool.fetch("SELECT case_no FROM cases WHERE holds")}

    async def heard(self) -> list[tuple[str, list[str]]]:
        """Which case was told that others hold its goods, and which these are; each event is one that is let in."""
        events = [CloudEvent.model_validate_json(row["raw"]) for row in await self.pool.fetch(
            "SELECT raw FROM inbox WHERE door = 'case' ORDER BY number"
        )]  # fmt: skip
        said = [(event.subject, check(event, of_case=True)) for event in events]
        return [(subject, list(fact.cases)) for subject, fact in said if isinstance(fact, GoodsHeldElsewhere)]

    async def leaves(self, number: str, **pieces: int) -> tuple[str, ...]:
        """Goods are to leave for the case; whose they are instead."""
        return await PostgresGoodsHeld(self.pool).held_by_others("demo", number, pieces)


@pytest.fixture
def register(pool) -> Register:
    """An empty register."""
    return Register(pool)


async def test_of_fifty_cases_at_once_only_as_many_hold_goods_as_were_ordered(register):
    """Two cups were ordered and fifty returns of one cup come at the same moment: two hold, the others hear whose."""
    found = await asyncio.gather(*(register.open(f"R{n}", CUP) for n in range(50)))

    assert all(one.found is Opening.NEW for one in found), "a request that comes too late opens its case all the same"
    holding = await register.holding()
    assert len(holding) == 2
    late = [one for one in found if one.held_by]
    assert len(late) == 48
    assert all(one.case_no not in holding and set(one.held_by) <= holding for one in late)


async def test_goods_of_one_order_that_do_not_meet_are_held_side_by_side(register):
    """A return of the lid and one of both cups are no concern of each other; a third of the whole order is of both."""
    assert (await register.open("A", LID)).held_by == ()
    assert (await register.open("B", CUP, CUP)).held_by == ()
    assert (await register.open("C", type=CaseType.REFUND_ONLY)).held_by == ("A", "B")


async def test_the_same_goods_of_another_order_are_other_goods(register):
    """The same cup in another order of his, or in another shop's, is free."""
    await register.open("A")
    other = CUPS.model_copy(update={"order_no": "N2"})
    assert (await register.open("B", order=other)).held_by == ()


@pytest.mark.parametrize(
    "type", sorted(type for type in CaseType if not type.disposes and type is not CaseType.COURIER_CLAIM)
)
async def test_a_case_that_disposes_of_no_goods_holds_none_and_meets_none(register, type):
    """A query, a complaint, a price difference: it runs beside a return, and a return beside it."""
    assert (await register.open("A", type=type)).held_by == ()
    assert (await register.open("B")).held_by == ()
    assert (await register.open("C", type=type)).held_by == (("A",) if type in PAID_ONCE else ())
    assert await register.holding() == {"B"}


@pytest.mark.parametrize("type", sorted(PAID_ONCE))
@pytest.mark.parametrize(("refunded", "met"), [(0, ()), (500, ("A",))])
async def test_what_an_order_is_due_once_is_asked_about_where_it_was_paid(register, type, refunded, met):
    """A difference or a freight that another case paid is seen by a person; one that was refused may be asked again."""
    await register.open("A", type=type)
    await register.write("A", stage="closed", outcome="explained", refunded_minor=refunded)
    assert (await register.open("B", type=type)).held_by == met
    assert await register.holding() == set()


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_a_closed_case_keeps_the_goods_only_where_they_were_paid_back(register, outcome):
    """After a refund nobody returns the same cup again; after a repair, an exchange or a withdrawal he may."""
    await register.open("A", CUP, CUP)
    await register.write("A", stage="closed", outcome=outcome.value)
    assert await register.holding() == ({"A"} if outcome in KEPT else set())
    assert (await register.open("B", CUP)).held_by == (("A",) if outcome in KEPT else ())


async def test_a_case_taken_up_again_holds_its_goods_if_nobody_else_does(register):
    """It gave the cups free when it was closed; taken up again it has them, unless they are another case's by now."""
    for number in ("A", "B"):
        await register.open(number, CUP, CUP)
        await register.write(number, stage="closed", outcome="withdrawn")
    await register.write("A", stage="reopened")
    assert await register.holding() == {"A"}
    assert await register.heard() == []
    await register.write("B", stage="reopened")
    assert await register.holding() == {"A"}
    assert await register.heard() == [("demo/B", ["A"])]


async def test_a_supervisor_moves_the_goods_with_the_page_that_says_so(register):
    """The goods move from the cases that he was shown to this one, once: a page that comes again moves nothing."""
    await register.open("A", CUP, CUP)
    await register.open("L", LID)
    assert (await register.open("B", CUP)).held_by == ("A",)
    moved = record("goods_taken_over", "1", **{"from": ["A"], "by": "supervisor:2"})

    await register.write("B", moved)

    assert await register.holding() == {"B", "L"}
    assert await register.heard() == [("demo/A", ["B"])], "whose goods they were learns whose they are now"
    await register.write("B", stage="closed", outcome="withdrawn")
    assert (await register.open("D", CUP)).held_by == ()
    await register.write("B", moved, stage="closed", outcome="withdrawn")
    assert await register.holding() == {"D", "L"}


async def test_a_request_that_comes_again_is_told_the_same(register):
    """The dispatcher died before the case began: tried again, it learns again whose the goods are."""
    await register.open("A")
    first = await register.open("B", CUP)
    again = await register.open("B", CUP)
    assert (first.held_by, again.found, again.held_by) == (("A",), Opening.OPEN, ("A",))


async def test_goods_move_from_whoever_holds_them_by_then(register, pool):
    """B waits because of A; A lets go and C holds the cups: the supervisor's word for B takes them from C."""
    await register.open("A", CUP, CUP)
    await register.open("B", CUP)
    await register.write("A", stage="closed", outcome="withdrawn")
    await register.open("C", CUP, CUP)
    await register.open("L", LID)
    moved = record("goods_taken_over", "1", **{"from": ["A"], "by": "supervisor:2"})

    for _ in range(2):
        await register.write("B", moved)
        assert await register.holding() == {"B", "L"}
        data = await pool.fetchval("SELECT data FROM case_records WHERE kind = 'goods_taken_over'")
        assert data == {"from": ["C"], "by": "supervisor:2"}


async def test_goods_that_are_free_by_then_are_taken_from_nobody(register, pool):
    """A let go of both cups, C holds one of them: one is left for B, and C keeps its own."""
    await register.open("A", CUP, CUP)
    await register.open("B", CUP)
    await register.write("A", stage="closed", outcome="withdrawn")
    await register.open("C", CUP)
    await register.write("B", record("goods_taken_over", "1", **{"from": ["A"], "by": "supervisor:2"}))
    assert await register.holding() == {"B", "C"}


async def test_a_case_that_never_started_holds_what_has_become_free(register):
    """The dispatcher died between row and start, and the holder closed meanwhile: tried again, it holds its own."""
    await register.open("A", CUP, CUP)
    assert (await register.open("B", CUP)).held_by == ("A",)
    await register.write("A", stage="closed", outcome="withdrawn")
    assert (await register.open("B", CUP)).held_by == ()
    assert await register.holding() == {"B"}


async def test_nobody_sets_the_hold_against_the_order(register, pool):
    """The database judges by itself: a hand that writes `holds` gets what is free, and no more."""
    await register.open("A")
    await register.open("B", CUP)
    await pool.execute("UPDATE cases SET holds = true WHERE case_no = 'B'")
    assert await register.holding() == {"A"}


async def test_the_database_and_the_domain_agree_on_what_keeps_goods(pool):
    """The list stands in domain/goods_held.py, and in a function of the database: they are the same."""
    kept = {one for one in Outcome if await pool.fetchval("SELECT outcome_keeps_goods($1)", one.value)}
    assert kept == KEPT


async def test_a_query_whose_parcel_is_lost_holds_its_goods_from_then_on(register):
    """R-LOST: it disposed of nothing until then; a return of the same cups that comes later meets it."""
    await register.open("Q", type=CaseType.TRACKING_QUERY)
    assert await register.holding() == set()
    for _ in range(2):
        await register.write("Q", case_type="parcel_lost", goods={"CUP": 2, "LID": 1})
    await register.write("Q", case_type="parcel_lost")

    assert await register.holding() == {"Q"}
    assert (await register.open("R", CUP)).held_by == ("Q",)
    assert await register.heard() == []
    await register.write("Q", case_type="parcel_lost", stage="closed", outcome="refunded")
    assert await register.holding() == {"Q"}, "what was paid back is nobody else's"


async def test_a_query_whose_goods_are_another_case_s_when_they_are_lost_is_told_so_once(register):
    """A return of the cups runs: the query becomes a lost parcel, holds nothing, and learns which case does."""
    await register.open("R", CUP)
    await register.open("Q", type=CaseType.TRACKING_QUERY)
    for _ in range(3):
        await register.write("Q", case_type="parcel_lost", goods={"CUP": 2, "LID": 1})

    assert await register.holding() == {"R"}
    assert await register.heard() == [("demo/Q", ["R"])]


async def test_who_has_closed_hears_nothing_of_his_goods(register):
    """Paid back and closed: that a supervisor lets another case go on is no news for it."""
    await register.open("A", CUP, CUP)
    await register.write("A", stage="closed", outcome="refunded")
    await register.open("B", CUP)
    await register.write("B", record("goods_taken_over", "1", **{"from": ["A"], "by": "supervisor:2"}))
    assert await register.holding() == {"B"}
    assert await register.heard() == []


async def test_nothing_leaves_that_another_case_holds(register):
    """Asked before goods leave: its own leave, free ones are its own from then on, another's stay."""
    await register.open("A", CUP, CUP)
    assert await register.leaves("A") == ()
    await register.open("B", CUP)
    assert await register.leaves("B") == ("A",)
    await register.write("A", stage="closed", outcome="withdrawn")
    assert await register.leaves("B") == ()
    assert await register.holding() == {"B"}


async def test_of_fifty_complaints_at_once_only_as_many_send_a_cup_as_were_ordered(register):
    """Complaints hold no goods; fifty agents have a cup sent again at one moment: two leave, for the others is a no."""
    for n in range(50):
        await register.open(f"C{n}", type=CaseType.COMPLAINT)
    answers = await asyncio.gather(*(register.leaves(f"C{n}", CUP=1) for n in range(50)))
    holding = await register.holding()
    assert len(holding) == 2
    assert [n for n, others in enumerate(answers) if not others] == sorted(int(number[1:]) for number in holding)
    assert all(set(others) <= holding for others in answers)


async def test_goods_that_no_case_holds_leave(register):
    """A part that the order does not name, a piece more than was ordered: nobody else disposes of them."""
    await register.open("A", LID)
    await register.open("C", type=CaseType.COMPLAINT)
    assert await register.leaves("C", SCREW=1) == ()
    await register.open("D", type=CaseType.COMPLAINT)
    assert await register.leaves("D", CUP=3) == ()


async def test_supervisors_who_move_the_same_goods_at_once_leave_them_with_one_case(register):
    """Twenty cases take the cups from each other at one moment, and one opens: one holds them, the others were told."""
    await register.open("S0", CUP, CUP)
    numbers = [f"S{n}" for n in range(1, 21)]
    for number in numbers:
        await register.open(number, CUP, CUP)

    async def moves(number: str) -> None:
        moved = record("goods_taken_over", "1", **{"from": ["S0"], "by": "supervisor:2"})
        while True:
            try:
                await register.write(number, moved)
                return
            except asyncpg.DeadlockDetectedError:  # the page is written again, as the workflow has it
                continue

    await asyncio.gather(*(moves(number) for number in numbers), register.open("LATE", CUP))

    (holder,) = await register.holding()
    told = await register.heard()
    assert {subject for subject, _ in told} == {f"demo/{number}" for number in ["S0", *numbers] if number != holder}
    assert all(len(others) == 1 for _, others in told)
