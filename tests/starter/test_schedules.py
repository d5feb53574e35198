"""The door sets the schedules as soon as Temporal lets it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from domain import rulebook_file
from local.temporal_server import TemporalServer
from starter import schedules


async def test_why_there_is_no_schedule_yet_is_told_once(
    temporal: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal refuses: one line in the log says why, and the door tries again, after a longer pause each time."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr(schedules, "asyncio", SimpleNamespace(sleep=pause))
    stranger = await Client.connect(
        temporal.address, namespace="nobody-made-it", data_converter=pydantic_data_converter
    )
    with capture_logs() as logs, pytest.raises(asyncio.CancelledError):
        await schedules.established(stranger, rulebook_file.default())
    assert [(one["event"], one["log_level"], one["why"]) for one in logs] == [("not_scheduled", "warning", "NOT_FOUND")]
    assert pauses == [1, 2, 4, 8]
