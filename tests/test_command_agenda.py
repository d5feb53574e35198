"""`aftersales agenda`: a desk sees what it has to look through, and says when it is done."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest_asyncio

from store.journal import PostgresJournal
from store.pool import open_pool
from tests.store.pages import page
from tests.test_command_case import told


@pytest_asyncio.fixture(scope="module")
async def environment(module_database: str) -> AsyncIterator[dict[str, str]]:
    """A shop with one refund to decide."""
    async with await open_pool(module_database) as pool:
        await PostgresJournal(pool).write(page(1, range(1, 1), needs_human="decide:refund_only"))
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    yield own | {"AFTERSALES_DATABASE_DSN": module_database}


async def test_an_item_is_drawn_up_listed_and_done_with(environment: dict[str, str]) -> None:
    """The refund sweep names the case in both languages; done by the supervisor it is off the list."""
    drawn = await told(environment, "agenda", "now", "refund_sweeps", language="zh")
    assert drawn.code == 0, drawn.err
    assert "清理退款申请" in drawn.out
    listed = await told(environment, "agenda", "list", language="en")
    assert "Clear the refund requests" in listed.out
    assert "demo/C1" in listed.out

    done = await told(environment, "agenda", "done", "refund_sweeps", "--by", "supervisor:2", language="en")
    assert done.out == "refund_sweeps: 1 done with.\n", done.err
    assert (await told(environment, "agenda", "list", "--json", language="en")).json == []


async def test_an_item_that_does_not_exist_is_refused_with_the_ones_that_do(environment: dict[str, str]) -> None:
    """A slip of the pen changes nothing and says what there is; who is done must be on the staff."""
    wrong = await told(environment, "agenda", "done", "sweep", "--by", "supervisor:2", language="en")
    assert (wrong.code, "refund_sweeps, night_sweep" in wrong.err) == (1, True)
    nobody = await told(environment, "agenda", "done", "refund_sweeps", "--by", "somebody", language="en")
    assert (nobody.code, "Write it as role:id" in nobody.err) == (1, True)


async def test_each_desk_is_done_with_its_own_list(environment: dict[str, str]) -> None:
    """Purchasing is done with the defects and the warehouse with the Return Log, though neither decides on sums."""
    for name, by in (("defects", "purchasing:4"), ("return_log", "warehouse:2")):
        await told(environment, "agenda", "now", name, language="en")
        done = await told(environment, "agenda", "done", name, "--by", by, language="en")
        assert done.out == f"{name}: 1 done with.\n", done.err
