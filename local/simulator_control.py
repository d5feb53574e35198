"""The partner simulator's own doors (docs/simulator.md), for whoever drives it: what comes next, and let it come."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

PATIENCE = 60  # seconds for one call: a release ends when the door has taken every event


class DoorFailed(Exception):
    """Our door did not take an event that the simulator posted. It stays planned: release again."""


class SimulatorControl:
    """A running simulator at its address. Raises OSError when it does not answer, or not with success."""

    def __init__(self, address: str) -> None:
        if not address.startswith("http://"):
            raise ValueError("the simulator's address begins with http://")
        self._address = address.rstrip("/")

    async def following(self, shop: str, case_no: str) -> datetime | None:
        """When the next planned event of a case comes, in the case's time."""
        query = urllib.parse.urlencode({"shop": shop, "case_no": case_no})
        answer = await self._call(f"/control/next?{query}")
        return datetime.fromisoformat(answer["next"]) if answer["next"] else None

    async def release(self, shop: str, case_no: str, until: datetime) -> list[dict[str, Any]]:
        """Have the case's events up to an instant posted to our door; the events that were.

        Raises:
            DoorFailed: one was not taken; those before it were.
        """
        wanted = {"shop": shop, "case_no": case_no, "until": until.isoformat()}
        try:
            posted: list[dict[str, Any]] = (await self._call("/control/release", wanted))["posted"]
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.BAD_GATEWAY:
                raise
            raise DoorFailed(json.load(error)["detail"]) from None
        return posted

    async def set_faults(self, *faults: Mapping[str, Any]) -> None:
        """Let things go wrong, in place of what was to go wrong so far."""
        await self._call("/control/faults", {"faults": list(faults), "replace": True})

    async def _call(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return await asyncio.to_thread(_exchange, self._address + path, body)


def _exchange(url: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers={"content-type": "application/json"})  # noqa: S310 -- ours
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310 -- the constructor saw the scheme
        answer: dict[str, Any] = json.load(response)
    return answer
