"""What a case costs: events, bytes, state transitions, commits, WAL, and inputs of staff. These may only go down."""

from __future__ import annotations

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from bench.cost import Cost, HistoryCost, Plays
from bench.cost_page import PAGE, commands, page
from bench.plain_path import PATHS
from bench.record import known, measure_all, risen
from bench.twins import Opener
from bench.worker_process import bare_worker
from domain.vocabulary import CaseType
from local.temporal_server import TemporalServer

LOWER = "If it must be so, say why in the commit and record it: python -m bench --record"
MOST_INPUTS = 3  # of staff, on a plain path
BESIDE_BARE = 1.15  # events of ours for one of a bare workflow, for a plain return


@pytest_asyncio.fixture(scope="module")
async def costs() -> dict[CaseType, Cost]:
    """Every plain path, on servers of its own: PostgreSQL's WAL must hold nothing of others."""
    return await measure_all(known())


@pytest_asyncio.fixture(scope="module")
async def bare_return(temporal: TemporalServer) -> HistoryCost:
    """A plain return as a bare workflow, on the same path."""
    client, plays = await Client.connect(temporal.address, data_converter=pydantic_data_converter), Plays()
    async with bare_worker(client, plays.asked, "bare"):
        return await plays.play(Opener("bare", client), CaseType.RETURN_REFUND, "bare")


@pytest.mark.parametrize("kind", PATHS)
async def test_a_case_costs_no_more_than_recorded(costs: dict[CaseType, Cost], kind: CaseType) -> None:
    """No change makes a case write more history or more rows than it did when its cost was last recorded."""
    rose = risen(kind, costs[kind], known()[kind])
    assert not rose, "\n".join([*rose, LOWER])


async def test_a_plain_return_costs_little_more_than_a_bare_workflow(
    costs: dict[CaseType, Cost], bare_return: HistoryCost
) -> None:
    """Journal, clocks and guards cost a plain return at most 15 % more events than the same steps written bare."""
    assert costs[CaseType.RETURN_REFUND].events <= BESIDE_BARE * bare_return.events


@pytest.mark.parametrize("kind", PATHS)
async def test_a_plain_path_takes_few_inputs_of_staff(costs: dict[CaseType, Cost], kind: CaseType) -> None:
    """Where nothing goes wrong, staff are asked three times at most, and the case took what its path says."""
    assert costs[kind].staff_inputs == len(commands(kind)) <= MOST_INPUTS


def test_every_type_has_its_plain_path_and_its_cost() -> None:
    """Whoever adds a type says how it goes when nothing goes wrong, and records what that costs."""
    assert set(PATHS) == set(known()) == set(CaseType)


def test_the_page_shows_what_is_recorded() -> None:
    """docs/costs.md is as `python -m bench --record` wrote it."""
    assert PAGE.read_text("utf-8") == page(known())
