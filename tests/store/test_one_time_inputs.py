"""A secret that a person typed serves one step and is gone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from store.one_time_inputs import PostgresOneTimeInputs


async def test_an_input_serves_one_step_and_its_retries(pool):
    """The step that took an SMS code first can read it again; another step finds nothing."""
    inputs = PostgresOneTimeInputs(pool)
    ref = await inputs.put("123456")
    assert await inputs.take(ref, "refund-1") == "123456"
    assert await inputs.take(ref, "refund-2") is None
    assert await inputs.take(ref, "refund-1") == "123456"
    assert "123456" not in ref


async def test_only_one_of_many_steps_gets_an_input(pool):
    """Of fifty steps that reach for one code at once, one gets it."""
    inputs = PostgresOneTimeInputs(pool)
    ref = await inputs.put("123456")
    taken = await asyncio.gather(*(inputs.take(ref, f"refund-{n}") for n in range(50)))
    assert taken.count("123456") == 1


async def test_an_old_input_is_worthless_and_swept(pool):
    """A code that is out of date is not given out, and the next one to come in clears it away."""
    inputs = PostgresOneTimeInputs(pool)
    ref = await inputs.put("123456", life=timedelta(0))
    assert await inputs.take(ref, "refund-1") is None
    await inputs.put("654321")
    assert await pool.fetchval("SELECT count(*) FROM one_time_inputs") == 1


async def test_an_unknown_reference_is_nothing(pool):
    """A reference that nobody gave out leads to nothing."""
    assert await PostgresOneTimeInputs(pool).take("in-none", "refund-1") is None
