"""What the gateway tests may ask for: the simulator as a process of its own, and cases that no other test knows."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from domain.ports.partner import CaseKey
from gateways.signed_json import partner_client
from tests.gateways.partners import DOOR_SECRET, SECRET, Door, Partners, start_simulator, stop_simulator

PERSONAS = Path(__file__).with_name("personas.toml")
_cases = itertools.count(1)


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """The shop's door."""
    door = Door()
    yield door
    door.close()


@pytest_asyncio.fixture(scope="session")
async def simulated(door: Door, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Partners]:
    """The simulator process of this session. At its end it must have written nothing: no errors, no persons."""
    ledger = tmp_path_factory.mktemp("simulator") / "ledger.db"
    process, url = await start_simulator(
        "--ledger", str(ledger), "--door", door.address, "--secret", SECRET, "--door-secret", DOOR_SECRET,
        "--personas", str(PERSONAS),
    )  # fmt: skip
    async with partner_client() as http, httpx2.AsyncClient(base_url=url) as control:
        yield Partners(url, http, control, door)
    written = await stop_simulator(process)
    assert not written, written


@pytest_asyncio.fixture
async def partners(simulated: Partners) -> AsyncIterator[Partners]:
    """The partners, without faults left over from another test."""
    yield simulated
    await simulated.control.post("/control/faults", json={"faults": [], "replace": True})
    simulated.door.shut, simulated.door.answer = False, 503


@pytest.fixture
def a_case() -> Callable[..., CaseKey]:
    """Makes a case that no other test knows; personas are chosen by the order number."""

    def make(order_no: str = "") -> CaseKey:
        number = next(_cases)
        return CaseKey(shop="demo", case_no=f"case-{number}", order_no=order_no or f"order-{number}")

    return make


@pytest.fixture
def case(a_case: Callable[..., CaseKey]) -> CaseKey:
    """A case of an ordinary customer."""
    return a_case()
