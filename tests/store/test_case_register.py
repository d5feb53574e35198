"""The register answers who must do what by when, and what happened, from PostgreSQL alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from store.case_register import CaseRegister, Cursor, Worklist
from store.journal import PostgresJournal
from store.queries import SQL
from tests.store.pages import START, page


@pytest.fixture
async def register(pool) -> CaseRegister:
    """A register of forty cases: every fourth without a due instant, every fifth closed, some due at once."""
    journal = PostgresJournal(pool)
    for n in range(40):
        await journal.write(
            page(
                1,
                range(1, 3),
                case_no=f"C{n:02}",
                due_at=None if n % 4 == 0 else START + timedelta(hours=(n * 7) % 10),
                stage="closed" if n % 5 == 0 else "verify",
                closed_at=START + timedelta(minutes=n // 10) if n % 5 == 0 else None,
                ball_with="supervisor" if n % 3 == 0 else "agent",
                needs_human="approve:A1" if n % 6 == 0 else "",
                priority=1 + n % 3,
            )
        )
    return CaseRegister(pool)


async def walk(register: CaseRegister, wanted: Worklist, limit: int) -> list:
    cases, after = [], None
    while True:
        part = await register.worklist(wanted, after, limit)
        cases += part.cases
        if part.next is None:
            return cases
        after = Cursor.model_validate_json(part.next.model_dump_json())


@pytest.mark.parametrize("limit", [1, 7, 32, 100])
async def test_a_worklist_shows_each_open_case_once_by_priority_and_due_instant(register, limit):
    """Page by page, every open case comes once: by priority, then by due instant, those without one last."""
    cases = await walk(register, Worklist(shop="demo"), limit)
    assert len(cases) == len({case.case_no for case in cases}) == 32
    far = START + timedelta(days=1000)
    keys = [(case.priority, case.due_at or far, case.case_no) for case in cases]
    assert keys == sorted(keys)
    assert {case.priority for case in cases} == {1, 2, 3}


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"ball_with": ["supervisor"]}, lambda n: n % 3 == 0),
        ({"needs_human": True}, lambda n: n % 6 == 0),
        ({"needs_human": False, "stages": ["verify"]}, lambda n: n % 6 != 0),
        ({"case_types": ["parcel_lost"]}, lambda n: False),
        ({"due_until": START + timedelta(hours=3)}, lambda n: n % 4 != 0 and (n * 7) % 10 <= 3),
    ],
)
async def test_a_worklist_can_be_narrowed(register, wanted, fits):
    """Filters by desk, need of a person, stage, type and due instant keep exactly the cases that fit."""
    found = {case.case_no for case in await walk(register, Worklist(shop="demo", **wanted), 5)}
    assert found == {f"C{n:02}" for n in range(40) if n % 5 and fits(n)}
    assert await walk(register, Worklist(shop="other", **wanted), 5) == []


async def test_closed_cases_come_newest_first(register):
    """The list of closed cases is complete over its pages and starts with the last one closed."""
    first = await register.closed("demo", limit=5)
    second = await register.closed("demo", first.next, limit=5)
    cases = [*first.cases, *second.cases]
    assert [case.case_no for case in cases] == ["C30", "C35", "C20", "C25", "C10", "C15", "C00", "C05"]
    assert second.next is None


async def test_each_desk_sees_its_load(register):
    """The counts per desk add up to the open cases and tell how many are late."""
    counts = {one.ball_with: one for one in await register.counts("demo", START + timedelta(hours=5))}
    assert sum(one.open for one in counts.values()) == 32
    overdue = [n for n in range(40) if n % 5 and n % 4 and (n * 7) % 10 < 5]
    assert sum(one.overdue for one in counts.values()) == len(overdue)
    assert await register.shops() == ["demo"]


async def test_the_timeline_is_read_in_parts(register):
    """A long story is read from any entry on."""
    assert [line.number for line in await register.timeline("demo", "C01", after=1)] == [2]
    assert [line.number for line in await register.timeline("demo", "C01", limit=1)] == [1]


async def test_a_worklist_is_one_index_scan(register, pool):
    """Among many thousand cases a page of the worklist reads one stretch of one index, sorting nothing."""
    await pool.execute(
        "INSERT INTO cases (shop, case_no, workflow_id, order_no, case_type, stage, ball_with, due_at, rulebook, "
        "opened_at) SELECT 'demo', 'L' || n, '', '', 'refund_only', 'verify', 'agent', $1::timestamptz + n * "
        "interval '1 minute', 'x', $1 FROM generate_series(1, 20000) n",
        START,
    )
    await pool.execute("ANALYZE cases")
    infinity = "'infinity'::timestamptz"
    values = ["'demo'", "50", f"'{START}'", "''", infinity, "NULL", "NULL", "NULL", "NULL", "0"]
    sql = SQL["register_worklist"]
    for number, value in reversed(list(enumerate(values, 1))):
        sql = sql.replace(f"${number}", value)
    (plan,) = await pool.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
    assert plan["Plan"]["Node Type"] == "Limit"
    (scan,) = plan["Plan"]["Plans"]
    assert (scan["Node Type"], scan["Index Name"]) == ("Index Scan", "cases_open_by_priority"), json.dumps(plan)
    assert scan["Actual Rows"] == 50


async def test_a_case_and_its_claims_are_found_from_both_sides(register, pool):
    """A claim on a courier runs beside the case of a customer: either number leads to both."""
    for case_no in ("C900", "C900.claim", "C900.claim2"):
        await PostgresJournal(pool).write(page(1, range(1, 2), case_no=case_no))
    await pool.execute("UPDATE cases SET parent_case_no = 'C900' WHERE case_no LIKE 'C900.claim%'")

    assert [one.case_no for one in await register.claims("demo", "C900")] == ["C900.claim", "C900.claim2"]
    assert await register.claims("demo", "C900.claim") == []
    assert (await register.get("demo", "C900.claim")).parent_case_no == "C900"
    assert {one.case_no for one in await register.find("demo", "C900")} == {"C900", "C900.claim", "C900.claim2"}
