"""The contact guard counts all cases of a customer together and lets nobody slip past."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.events import Person
from domain.ports.customer import ContactAnswer, ContactAsk, PersonUnknown, Recipient
from domain.ports.partner import CaseKey, KeyReused
from domain.rules import ContactLimits
from domain.vocabulary import AttemptResult, Channel
from store.address_book import PostgresAddressBook
from store.contact_ledger import PostgresContactLedger
from store.journal import PostgresJournal
from tests.store.pages import START, page, record

LIMITS = ContactLimits()


def ask(key: str, case_no: str = "C1", **changes: Any) -> ContactAsk:
    fields: dict[str, Any] = {
        "key": key,
        "case": CaseKey(shop="demo", case_no=case_no, order_no=f"order-{case_no}"),
        "customer_ref": "cust-1",
        "channel": Channel.CALL,
        "template": "unreachable_call",
        "at": START,
        "limits": LIMITS,
    }
    return ContactAsk(**fields | changes)


@pytest.fixture
async def ledger(pool) -> PostgresContactLedger:
    """A guard that has seen no call yet, of customers whom the address book knows."""
    book = PostgresAddressBook(pool)
    for n in range(30):
        await book.put("demo", f"cust-{n}", Person(name="测试", phone=f"1000000{n:04}"))
    return PostgresContactLedger(pool)


async def test_fifty_callers_of_ten_cases_get_three_calls(ledger, pool):
    """P-CALLCAP: of fifty calls to one customer, wanted by ten cases at once, three are made, 47 told when to try."""
    answers = await asyncio.gather(*(ledger.reserve(ask(f"call-{n}", f"C{n % 10}")) for n in range(50)))
    blocked = [answer for answer in answers if not isinstance(answer, Recipient)]
    assert len(blocked) == 47
    assert {(one.result, one.rule, one.next_slot) for one in blocked} == {
        (AttemptResult.BLOCKED_BY_GUARD, "P-CALLCAP", START + timedelta(days=1))
    }
    assert await pool.fetchval("SELECT count(*) FROM contact_attempts WHERE counted") == 3
    assert await pool.fetchval("SELECT count(*) FROM contact_attempts WHERE NOT counted") == 47


async def test_customers_do_not_wait_for_each_other(ledger):
    """The guard of one customer takes nothing from another, even when all are asked at once."""
    answers = await asyncio.gather(*(ledger.reserve(ask(f"call-{n}", customer_ref=f"cust-{n}")) for n in range(30)))
    assert all(isinstance(answer, Recipient) for answer in answers)


async def test_six_calls_in_a_week(ledger):
    """P-CALLCAP: with three calls on each of two days, the next one waits until the first leaves the rolling week."""
    for n in range(6):
        assert isinstance(
            await ledger.reserve(ask(f"call-{n}", at=START + timedelta(days=n // 3, minutes=n))), Recipient
        )
    answer = await ledger.reserve(ask("call-6", at=START + timedelta(days=3)))
    assert (answer.reason, answer.next_slot) == ("calls_per_week", START + timedelta(days=7))


async def test_nobody_is_called_at_night(ledger):
    """P-HOURS: a call at 23:00 of the customer's time is put off to the next morning; a message may go."""
    night = START + timedelta(hours=13)
    answer = await ledger.reserve(ask("call-1", at=night))
    assert (answer.rule, answer.next_slot) == ("P-HOURS", START + timedelta(days=1))
    assert isinstance(await ledger.reserve(ask("message-1", channel=Channel.IM, at=night)), Recipient)


async def test_messages_are_recorded_and_never_counted(ledger):
    """X6: written messages go whenever they are due, and leave the calls of the day alone."""
    for n in range(10):
        assert isinstance(await ledger.reserve(ask(f"message-{n}", channel=Channel.SMS)), Recipient)
    assert isinstance(await ledger.reserve(ask("call-1")), Recipient)
    assert len(await ledger.attempts("demo", "cust-1", START - timedelta(days=1))) == 11


@pytest.mark.parametrize("channel", [Channel.CALL, Channel.SMS])
async def test_a_retry_gets_the_first_outcome(ledger, channel):
    """The same attempt, tried again, is `unknown` until its outcome is noted, and then has that outcome for good."""
    asked = ask("attempt-1", channel=channel)
    assert isinstance(await ledger.reserve(asked), Recipient)
    assert (await ledger.reserve(asked)).result is AttemptResult.UNKNOWN
    await ledger.settle("attempt-1", ContactAnswer(result=AttemptResult.UNKNOWN))
    await ledger.settle("attempt-1", ContactAnswer(result=AttemptResult.REACHED, partner_ref="P1"))
    await ledger.settle("attempt-1", ContactAnswer(result=AttemptResult.NO_ANSWER))
    assert await ledger.reserve(asked) == ContactAnswer(result=AttemptResult.REACHED, partner_ref="P1")


@pytest.mark.parametrize("channel", [Channel.CALL, Channel.SMS])
async def test_fifty_retries_of_one_attempt_take_one_slot(ledger, pool, channel):
    """However often one attempt is retried at once, one caller goes ahead and one slot is taken."""
    answers = await asyncio.gather(*(ledger.reserve(ask("attempt-1", channel=channel)) for _ in range(50)))
    assert sum(isinstance(answer, Recipient) for answer in answers) == 1
    assert await pool.fetchval("SELECT count(*) FROM contact_attempts") == 1


@pytest.mark.parametrize(
    ("result", "free"),
    [
        (AttemptResult.CHANNEL_BLOCKED, True),
        (AttemptResult.BLOCKED_BY_GUARD, True),
        (AttemptResult.NO_ANSWER, False),
        (AttemptResult.REFUSED, False),
        (AttemptResult.WRONG_NUMBER, False),
        (AttemptResult.UNKNOWN, False),
    ],
)
async def test_a_slot_comes_back_only_if_nothing_rang(ledger, result, free):
    """A call that rang, or may have rung, counts; one that was stopped before the telephone does not."""
    for n in range(3):
        await ledger.reserve(ask(f"call-{n}"))
        await ledger.settle(f"call-{n}", ContactAnswer(result=result))
    assert isinstance(await ledger.reserve(ask("call-3")), Recipient) is free


async def test_a_released_attempt_can_be_made_again(ledger):
    """An attempt that never left the house gives its slot back and is free to go; one with an outcome is not."""
    await ledger.reserve(ask("call-1"))
    await ledger.release("call-1")
    assert isinstance(await ledger.reserve(ask("call-1")), Recipient)
    await ledger.settle("call-1", ContactAnswer(result=AttemptResult.UNKNOWN))
    await ledger.release("call-1")
    assert isinstance(await ledger.reserve(ask("call-1")), Recipient)
    await ledger.settle("call-1", ContactAnswer(result=AttemptResult.REACHED))
    await ledger.release("call-1")
    assert (await ledger.reserve(ask("call-1"))).result is AttemptResult.REACHED


async def test_a_persons_logged_calls_count_too(ledger, pool):
    """X7: calls that an agent made and logged take their place among the three of the day."""
    await pool.execute(
        "INSERT INTO cases (shop, case_no, workflow_id, order_no, customer_ref, case_type, stage, ball_with, rulebook, "
        "opened_at) VALUES ('demo', 'C1', 'case/demo/C1', 'O1', 'cust-1', 'refund_only', 'intake', 'agent', 'x', now())"
    )
    logged = [record("contact_note", f"call-{n}", result="no_answer", by="agent:1") for n in range(2)]
    await PostgresJournal(pool).write(page(1, range(1, 2), *logged))
    assert isinstance(await ledger.reserve(ask("call-1")), Recipient)
    assert (await ledger.reserve(ask("call-2"))).reason == "calls_per_day"
    assert not (await ledger.allowance("demo", "cust-1", START, 480, LIMITS)).allowed
    assert [one.made_by for one in await ledger.attempts("demo", "cust-1", START - timedelta(days=1))].count(
        "agent:1"
    ) == 2


async def test_whoever_goes_ahead_is_told_whom_to_speak_to(ledger, pool):
    """The slot and the person come together; for a customer who is unknown or erased nobody goes ahead (P-PRIV)."""
    taken = await ledger.reserve(ask("message-1", customer_ref="cust-7", channel=Channel.IM))
    assert taken == Recipient(customer_ref="cust-7", name="测试", phone="10000000007")
    await pool.execute("UPDATE customers SET erased_at = now() WHERE customer_ref = 'cust-7'")
    for gone in ("cust-7", "nobody"):
        with pytest.raises(PersonUnknown, match=gone):
            await ledger.reserve(ask(f"message-to-{gone}", customer_ref=gone, channel=Channel.IM))


async def test_a_key_stands_for_one_attempt(ledger):
    """The same key for another customer or channel is a defect and is refused."""
    await ledger.reserve(ask("attempt-1"))
    for other in ({"customer_ref": "cust-2"}, {"channel": Channel.SMS}):
        with pytest.raises(KeyReused):
            await ledger.reserve(ask("attempt-1", **other))
    with pytest.raises(KeyError, match="call reserve first"):
        await ledger.settle("attempt-9", ContactAnswer(result=AttemptResult.REACHED))
