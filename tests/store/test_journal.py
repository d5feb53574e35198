"""A page of a case's journal is written whole, once, and under the rules that the tables hold."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta

import asyncpg
import pytest

from domain.journal import JournalPage
from domain.ports.case_file import JournalRefused
from store.case_register import CaseRegister, Handle
from store.journal import RECORD_KINDS, PostgresJournal
from store.queries import SQL
from tests.store.pages import START, entry, page, record

CNY = {"minor": 500, "currency": "CNY"}

EXAMPLES = {
    "promise": {"what": "refund", "amount": CNY, "by": "agent:1", "due_at": START.isoformat(), "state": "told"},
    "approval": {"what": "compensation", "amount": CNY, "requested_by": "agent:1", "needs": "supervisor"},
    "fee_quote": {"what": "freight", "amount": CNY, "by": "agent:1", "agreed": None},
    "consent": {"plan": "reship", "choice": "reship", "agreed": True, "by": "customer"},
    "compensation": {"form": "coupon", "amount": CNY, "occasion": "flaw", "by": "agent:1"},
    "evidence_item": {"ref": "file-1", "by": "customer"},
    "parcel_incident": {"incident": "lost", "courier": "yto", "waybill": "YT100"},
    "courier_claim": {"courier": "yto", "waybill": "YT100", "amount": CNY},
    "survey_response": {"score": 5},
    "case_remark": {"note_ref": "text-1", "by": "agent:1"},
    "task": {"what": "journal_gap", "desk": "supervisor"},
    "contact_note": {"result": "no_answer", "note_ref": "text-2", "channel": "call", "by": "agent:1"},
    "inbox_event": {"source": "aftersales/cases", "type": "aftersales.claim_told", "subject": "demo/C2", "id": "E-1"},
    "return_log": {"rma": "RMA-7", "lines": [{"sku": "S", "quantity": 1}]},
}


async def numbers(pool, case_no="C1"):
    return [line.number for line in await CaseRegister(pool).timeline("demo", case_no)]


async def test_a_page_is_written_once(pool):
    """The same page, written again after a lost answer, changes nothing."""
    journal = PostgresJournal(pool)
    for _ in range(3):
        await journal.write(page(1, range(1, 4), record("promise", "P1", **EXAMPLES["promise"])))
    assert await numbers(pool) == [1, 2, 3]
    assert await pool.fetchval("SELECT count(*) FROM promises") == 1
    assert (await CaseRegister(pool).get("demo", "C1")).revision == 1


async def test_an_older_page_changes_nothing(pool):
    """A page that arrives after a newer one leaves the row, the records and the entries as the newer one wrote them."""
    journal = PostgresJournal(pool)
    await journal.write(page(2, range(1, 5), record("survey_response", "s", score=5), stage="plan"))
    await journal.write(page(1, range(1, 3), record("survey_response", "s", score=1), stage="verify"))
    case = await CaseRegister(pool).get("demo", "C1")
    assert (case.stage, case.revision, await numbers(pool)) == ("plan", 2, [1, 2, 3, 4])
    assert await pool.fetchval("SELECT score FROM survey_responses") == 5


async def test_overlapping_pages_in_any_order_make_one_story(pool):
    """Pages that grew while the database was away, sent twice and shuffled, give each entry once and the newest row."""
    journal = PostgresJournal(pool)
    shuffle = random.Random(7)
    for case in range(20):
        pages = [page(n, range(1, n + 2), case_no=f"C{case}", refunded_minor=n) for n in range(1, 8)]
        for one in shuffle.sample(pages * 2, 14):
            await journal.write(one)
        assert await numbers(pool, f"C{case}") == list(range(1, 9))
        assert (await CaseRegister(pool).get("demo", f"C{case}")).refunded_minor == 7


async def test_entries_that_a_restored_database_lost_are_counted(pool):
    """After an old copy was restored a case writes on, and its row tells how many entries are missing."""
    journal = PostgresJournal(pool)
    await journal.write(page(1, range(1, 3)))
    await journal.write(page(4, range(6, 8)))
    case = await CaseRegister(pool).get("demo", "C1")
    assert (case.entries_missing, await numbers(pool)) == (3, [1, 2, 6, 7])


async def test_every_kind_of_record_has_its_place(pool):
    """Each kind of record lands in its own table, others in the general one, and all are read back in one form."""
    assert set(EXAMPLES) - {"return_log"} == set(RECORD_KINDS) <= set(SQL)
    await PostgresJournal(pool).write(page(1, range(1, 2), *(record(kind, "1", **EXAMPLES[kind]) for kind in EXAMPLES)))
    found = {one.kind: one.data for one in await CaseRegister(pool).records("demo", "C1")}
    assert found.keys() == (EXAMPLES.keys() - {"contact_note", "inbox_event"}) | {"contact_attempt"}
    assert found["promise"]["amount_minor"] == 500
    assert found["return_log"] == EXAMPLES["return_log"]
    assert found["contact_attempt"]["result"] == "no_answer"
    assert await pool.fetchval("SELECT counted FROM contact_attempts")


async def test_an_event_for_another_case_goes_into_the_inbox_once(pool):
    """A page written again puts no second event in; it waits there under the lane of the other case."""
    journal = PostgresJournal(pool)
    for revision in (1, 2):
        event = record("inbox_event", "E-1", **EXAMPLES["inbox_event"])
        await journal.write(page(revision, range(revision, revision + 1), event))
    (row,) = await pool.fetch("SELECT * FROM inbox")
    assert (row["lane"], row["door"], row["status"]) == ("case:demo/C2", "case", "new")
    assert json.loads(row["raw"]) == EXAMPLES["inbox_event"]


async def test_a_record_is_updated_by_its_key(pool):
    """An approval that is decided later replaces the open one, and fields beyond the columns are kept."""
    journal = PostgresJournal(pool)
    await journal.write(page(1, range(1, 2), record("approval", "A1", id="A1", **EXAMPLES["approval"])))
    decided = EXAMPLES["approval"] | {"verdict": "approved", "decided_by": "supervisor:2"}
    await journal.write(page(2, range(2, 3), record("approval", "A1", id="A1", **decided)))
    row = await pool.fetchrow("SELECT verdict, decided_by, more FROM approvals")
    assert tuple(row) == ("approved", "supervisor:2", {"id": "A1"})


async def test_a_case_is_found_by_what_its_journal_names(pool):
    """A waybill or an RMA that an entry or a record names leads to the case, and so does its order."""
    written = page(1, range(1, 2), record("return_log", "1", rma="RMA-7"))
    await PostgresJournal(pool).write(written.model_copy(update={"entries": (entry(1, waybill="YT100"),)}))
    register = CaseRegister(pool)
    assert set(await register.handles("demo", "C1")) == {
        (Handle.ORDER_NO, "order-C1"),
        (Handle.WAYBILL, "YT100"),
        (Handle.RMA, "RMA-7"),
    }
    for value in ("YT100", "RMA-7", "order-C1", "C1"):
        assert [case.case_no for case in await register.find("demo", value)] == ["C1"]
    assert await register.find("demo", "YT100", Handle.RMA) == []
    assert await register.find("demo", "YT100", Handle.CASE_NO) == []


async def test_a_case_cannot_close_over_an_open_promise(pool):
    """P-PROMISE: closing is refused while something is owed, overdue or not, and passes with the page that keeps it."""
    journal = PostgresJournal(pool)
    closing = {"stage": "closed", "closed_at": START}
    for state in ("open", "paid", "broken"):
        owed = record("promise", "P1", **EXAMPLES["promise"] | {"state": state})
        with pytest.raises(JournalRefused, match="case_closes_without_debts"):
            await journal.write(page(1, range(1, 3), owed, **closing))
    assert await numbers(pool) == [], "a refused page leaves nothing"
    await journal.write(page(1, range(1, 3), owed))
    with pytest.raises(JournalRefused, match="case_closes_without_debts"):
        await journal.write(page(2, range(3, 4), **closing))
    await journal.write(page(2, range(3, 4), record("promise", "P1", **EXAMPLES["promise"]), **closing))
    assert (await CaseRegister(pool).get("demo", "C1")).stage == "closed"


async def test_nobody_approves_his_own_request(pool):
    """A-SOD: an approval by the person who asked for it is refused by the table itself."""
    own = EXAMPLES["approval"] | {"verdict": "approved", "decided_by": "agent:1"}
    with pytest.raises(JournalRefused, match="approvals_requester_is_not_approver"):
        await PostgresJournal(pool).write(page(1, range(1, 2), record("approval", "A1", **own)))


@pytest.mark.parametrize("occasion", ["bad_review", "改评", "rating"])
async def test_goodwill_has_no_place_for_a_review(pool, occasion):
    """P-NOTRADE: a compensation whose occasion is a review is refused, and the table has no field to name one in."""
    given = record("compensation", "1", **EXAMPLES["compensation"] | {"occasion": occasion, "review_id": "R1"})
    with pytest.raises(JournalRefused, match="compensations"):
        await PostgresJournal(pool).write(page(1, range(1, 2), given))
    named = await pool.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'compensations'")
    assert not {name for (name,) in named} & {"more", "data", "review", "review_id"}
    await PostgresJournal(pool).write(page(1, range(1, 2)))
    smuggled = "INSERT INTO case_records VALUES ('demo', 'C1', 'compensation', '1', now(), '', $1)"
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(smuggled, {"review": "R1"})


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE journal_entries SET actor = 'x'",
        "UPDATE journal_entries SET data = '{\"a\": 1}'",
        "DELETE FROM journal_entries",
        "TRUNCATE journal_entries",
    ],
)
async def test_the_journal_is_append_only(pool, act):
    """What stands in the journal can be neither changed nor removed."""
    await PostgresJournal(pool).write(page(1, range(1, 4)))
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await pool.execute(act)
    assert await numbers(pool) == [1, 2, 3]


async def test_words_that_got_in_by_mistake_can_be_emptied(pool):
    """Erasing an entry's data leaves the entry: when, who, what and under which rule."""
    journal = PostgresJournal(pool)
    slipped = page(1, range(1, 2)).model_copy(update={"entries": (entry(1, said="private words"),)})
    await journal.write(slipped)
    assert await journal.empty("demo", "C1", 1)
    assert not await journal.empty("demo", "C1", 2)
    (line,) = await CaseRegister(pool).timeline("demo", "C1")
    assert (line.entry.event, line.entry.data) == ("event_1", {"erased": True})


async def test_any_text_that_json_can_carry_can_be_stored(pool):
    """A message with a NUL character, as hostile senders make them, cannot stop a case's journal."""
    kept = record("undecodable_message", "1", raw="a\0b", note="\\u0000 is text")
    await PostgresJournal(pool).write(page(1, range(1, 2), kept))
    assert await pool.fetchval("SELECT data FROM case_records") == {"raw": "a\ufffdb", "note": "\\u0000 is text"}


async def test_no_reference_from_outside_can_stop_a_journal(pool):
    """Photos sent under an empty, a repeated or an endless reference are all kept, and the case writes on."""
    items = ["", "x" * 60_000, "x" * 60_000, "x" * 59_999 + "y", "好" * 30_000, "a\0b", "a\ufffdb"]
    await PostgresJournal(pool).write(
        page(1, range(1, 2), *(record("evidence_item", item, ref=item) for item in items))
    )
    kept = {row["ref"] for row in await pool.fetch("SELECT ref FROM evidence_items")}
    assert kept == {item.replace("\0", "\ufffd") for item in items}


async def test_a_record_that_fits_no_column_is_refused_with_its_place(pool):
    """A record that cannot be stored refuses its page, and the text names case, table and constraint."""
    with pytest.raises(JournalRefused, match=r"page 1 of case demo/C1 .*survey_responses"):
        await PostgresJournal(pool).write(page(1, range(1, 2), record("survey_response", "s", score=9)))
    with pytest.raises(JournalRefused, match="page 1 of case demo/C1"):
        await PostgresJournal(pool).write(page(1, range(1, 2), record("survey_response", "s", score="many")))


async def test_a_page_is_one_commit(pool):
    """One transaction per page, whatever it holds: every case pays this price at each of its rests."""
    journal = PostgresJournal(pool)
    await journal.write(page(1, range(1, 2)))
    before = await pool.fetchval("SELECT pg_current_xact_id()::text::bigint")
    kinds = [record(kind, "1", **EXAMPLES[kind]) for kind in EXAMPLES]
    for revision in range(2, 12):
        await journal.write(page(revision, range(revision, revision + 1), *kinds))
    after = await pool.fetchval("SELECT pg_current_xact_id()::text::bigint")
    assert after - before == 11  # ten pages and the question itself


LATER = {"at": START + timedelta(days=1)}


def executed_again(revision: int, numbers: range, said: str, **made: datetime) -> JournalPage:
    """The page of a task that was lost and executed again, a day later unless said otherwise."""
    again = page(revision, numbers, stage=said)
    entries = tuple(one.model_copy(update={"data": {"said": said}}) for one in again.entries)
    return again.model_copy(update={"entries": entries} | LATER | made)


async def said(pool, case_no="C1"):
    lines = await CaseRegister(pool).timeline("demo", case_no)
    return [(line.number, line.entry.data.get("said", "first")) for line in lines]


async def test_a_task_executed_again_puts_its_page_in_the_place_of_the_lost_one(pool):
    """A page that comes again with other content replaces what its revision wrote; what stood before it stays."""
    journal = PostgresJournal(pool)
    await journal.write(page(1, range(1, 3)))
    await journal.write(page(2, range(3, 6)))
    again = executed_again(2, range(3, 5), "again")
    for _ in range(2):
        await journal.write(again)
        assert await said(pool) == [(1, "first"), (2, "first"), (3, "again"), (4, "again")]
    case = await CaseRegister(pool).get("demo", "C1")
    assert (case.stage, case.revision, case.entries_missing) == ("again", 2, 0)
    await journal.write(page(2, range(3, 6)))
    assert (await said(pool))[2:] == [(3, "again"), (4, "again")], "the lost task's page, late, changes nothing"
    await journal.write(page(3, range(5, 7)).model_copy(update={"at": START + timedelta(days=2)}))
    assert await numbers(pool) == [1, 2, 3, 4, 5, 6]
    assert (await CaseRegister(pool).get("demo", "C1")).entries_missing == 0


async def test_a_task_that_wrote_several_pages_is_replaced_from_its_first_one_on(pool):
    """The lost task came to two rests: the first page of the second execution takes the place of both."""
    journal = PostgresJournal(pool)
    for lost in (page(1, range(1, 2)), page(2, range(2, 4)), page(3, range(4, 6))):
        await journal.write(lost)
    await journal.write(executed_again(2, range(2, 5), "again"))
    assert await said(pool) == [(1, "first"), (2, "again"), (3, "again"), (4, "again")]
    case = await CaseRegister(pool).get("demo", "C1")
    assert (case.revision, case.entries_missing) == (2, 0)


async def test_entries_of_an_earlier_revision_outlive_every_later_page(pool):
    """A page that overlaps an earlier revision's entries and comes again changes its own entries only."""
    journal = PostgresJournal(pool)
    await journal.write(page(1, range(1, 3)))
    await journal.write(page(2, range(1, 5)))
    await journal.write(executed_again(2, range(1, 4), "again"))
    assert await said(pool) == [(1, "first"), (2, "first"), (3, "again")]


async def test_only_a_page_can_replace_and_only_its_own(pool):
    """The licence to replace ends with the page's own transaction: afterwards the journal is as shut as before."""
    journal = PostgresJournal(pool)
    await journal.write(page(1, range(1, 3)))
    async with pool.acquire() as connection:
        await PostgresJournal(connection).write(executed_again(1, range(1, 3), "again"))
        for act in ("UPDATE journal_entries SET actor = 'x'", "DELETE FROM journal_entries"):
            with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
                await connection.execute(act)
