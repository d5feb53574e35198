"""Speaking to a customer once, over the real guard and the real wire, whatever becomes of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.contact import ContactActivities
from domain.events import Person
from domain.ports.customer import ContactAnswer, ContactAsk
from domain.ports.partner import CaseKey
from domain.rules import ContactLimits
from domain.vocabulary import AttemptResult, Channel
from gateways.signed_json import partner_client
from store.address_book import PostgresAddressBook
from store.contact_ledger import PostgresContactLedger
from store.pool import open_pool
from tests.gateways.partners import DOOR_SECRET, SECRET, Door, Partners, start_simulator, stop_simulator

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)  # 12:00 for a customer in Shanghai
MIDNIGHT = NOON + timedelta(hours=12)


@pytest_asyncio.fixture
async def partners(tmp_path: Path) -> AsyncIterator[Partners]:
    """Partners of this test alone."""
    door = Door()
    process, url = await start_simulator(
        *("--ledger", str(tmp_path / "ledger.db"), "--door", door.address),
        *("--secret", SECRET, "--door-secret", DOOR_SECRET),
    )
    async with partner_client() as http, httpx2.AsyncClient(base_url=url, trust_env=False) as control:
        yield Partners(url, http, control, door)
    await stop_simulator(process)
    door.close()


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on this test's database, with a customer in it."""
    async with await open_pool(database) as pool:
        await PostgresAddressBook(pool).put("demo", "cust-1", Person(name="测试", phone="10000000001"))
        yield pool


async def told(pool: asyncpg.Pool, partners: Partners, **changes: Any) -> ContactAnswer:
    """One attempt of the activity."""
    fields: dict[str, Any] = {
        "key": "M-1",
        "case": CaseKey(shop="demo", case_no="C1", order_no="O1"),
        "customer_ref": "cust-1",
        "channel": Channel.CALL,
        "template": "unreachable_call",
        "variables": {"case_no": "C1", "order_no": "O1"},
        "at": NOON,
        "limits": ContactLimits(),
    }
    contact = ContactActivities(PostgresContactLedger(pool), partners.contact)
    return await ActivityEnvironment().run(contact.contact_customer, ContactAsk(**fields | changes))


async def test_a_call_that_never_left_is_not_made_at_night(pool: asyncpg.Pool, partners: Partners) -> None:
    """P-HOURS: the partner was away when a call was due and is back at midnight: it waits for the morning."""
    await partners.fault("reset_before", partner="contact", operation="deliver")
    with pytest.raises(ApplicationError):
        await told(pool, partners)
    late = await told(pool, partners, at=MIDNIGHT)
    assert (late.result, late.rule) == (AttemptResult.BLOCKED_BY_GUARD, "P-HOURS")
    case = CaseKey(shop="demo", case_no="C1", order_no="O1")
    assert await partners.effects(case, "call_made") == []


async def test_a_call_that_was_made_is_not_made_again(pool: asyncpg.Pool, partners: Partners) -> None:
    """A call whose answer was lost is asked for: it rang once and counts once, however late that is found out."""
    await partners.fault("reset", partner="contact", operation="deliver")
    with pytest.raises(ApplicationError):
        await told(pool, partners)
    late = await told(pool, partners, at=MIDNIGHT)
    assert late.result not in (AttemptResult.BLOCKED_BY_GUARD, AttemptResult.UNKNOWN)
    case = CaseKey(shop="demo", case_no="C1", order_no="O1")
    assert len(await partners.effects(case, "call_made")) == 1
    assert await pool.fetchval("SELECT count(*) FROM contact_attempts WHERE counted") == 1


async def test_a_message_that_never_left_goes_when_the_partner_is_back(pool: asyncpg.Pool, partners: Partners) -> None:
    """X6: a written message that was lost on its way is sent once the partner answers, at any hour."""
    await partners.fault("reset_before", partner="contact", operation="deliver")
    with pytest.raises(ApplicationError):
        await told(pool, partners, channel=Channel.IM, template="unreachable_notice")
    late = await told(pool, partners, channel=Channel.IM, template="unreachable_notice", at=MIDNIGHT)
    assert late.result is AttemptResult.SENT
    assert await pool.fetchval("SELECT count(*) FROM contact_attempts") == 1
