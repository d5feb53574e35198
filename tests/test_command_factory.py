"""`aftersales factory` where no partner is set and time has passed: how long defects lie, and what a desk is told."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from store.journal import PostgresJournal
from store.pool import open_pool
from tests.store.pages import page, record
from tests.test_command_case import told

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest_asyncio.fixture(scope="module")
async def environment(module_database: str) -> AsyncIterator[dict[str, str]]:
    """A shop with a defect of sixty days ago and one of an hour ago."""
    async with await open_pool(module_database) as pool:
        for case_no, ago in (("OLD", timedelta(days=60)), ("NEW", timedelta(hours=1))):
            log = record("return_log", f"RMA-{case_no}", disposition="quarantine", received={"CUP": 1})
            made = page(1, range(1, 1), log.model_copy(update={"at": NOW - ago}), case_no=case_no)
            await PostgresJournal(pool).write(made)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    yield own | {"AFTERSALES_DATABASE_DSN": module_database}


async def test_defects_are_listed_with_the_days_beyond_their_time(environment: dict[str, str]) -> None:
    """D-R2F: seven working days; what lies longer comes first with the days over, in both languages."""
    listed = await told(environment, "factory", "waiting", "--json", language="en")
    old, new = listed.json
    assert (old["case"], new["case"]) == ("demo/OLD", "demo/NEW")
    assert old["days_over"] > 30
    assert new["days_over"] == 0
    chinese = await told(environment, "factory", "waiting", "--sku", "CUP", language="zh")
    assert "超期天数" in chinese.out
    assert "RMA-OLD" in chinese.out


async def test_nothing_is_sent_while_nobody_knows_the_warehouse(environment: dict[str, str]) -> None:
    """Without the warehouse's address the note stays open: what could not be told must not look sent."""
    drawn_up = await told(
        environment,
        "factory",
        "note",
        "OLD",
        "--shop",
        "demo",
        "--by",
        "purchasing:4",
        "--yes",
        "--json",
        language="en",
    )
    assert drawn_up.code == 0, drawn_up.err
    note = drawn_up.json["note"]
    sent = await told(environment, "factory", "send", note, "--by", "warehouse:2", "--yes", language="en")
    assert (sent.code, "AFTERSALES_WAREHOUSE_URL" in sent.err) == (1, True)
    (open_note,) = (await told(environment, "factory", "list", "--json", language="en")).json
    assert (open_note["note"], open_note["state"], open_note["sent_at"]) == (note, "open", None)
    waits = (await told(environment, "factory", "waiting", "--json", language="en")).json
    assert [one["case"] for one in waits] == ["demo/NEW"]
    shown = await told(environment, "case", "show", "demo/OLD", language="en")
    assert note in shown.out
