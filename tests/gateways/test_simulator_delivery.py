"""How planned events get to the shop's door: in order, once, or as badly as a fault asks for."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from domain.money import Money
from domain.ports.customer import OutboundMessage
from domain.ports.partner import CaseKey
from domain.ports.refunds import RefundOrder, RefundStatus
from domain.vocabulary import Channel
from gateways.signed_json import partner_client
from gateways.simulator.personas import Courier, Customer, Personas, Provider, Repairer, Warehouse, read_personas
from tests.gateways.partners import (
    DOOR_SECRET,
    SECRET,
    START,
    Door,
    Partners,
    person,
    start_simulator,
    stop_simulator,
)  # fmt: skip
from tests.gateways.test_simulator_reactions import ALL, announce, hours, tell, told


async def a_return(partners: Partners, case: CaseKey) -> None:
    """Four events: shipped at 20 h, received at 50 h, inspected at 56 h and 60 h."""
    await announce(partners, case)
    await tell(partners, case, "return_authorized")


async def test_next_says_what_comes(partners: Partners, case: CaseKey) -> None:
    """The next planned instant of a case is told, until nothing is planned any more."""

    async def following() -> tuple[str | None, str | None, int]:
        where = {"shop": case.shop, "case_no": case.case_no}
        answer = (await partners.control.get("/control/next", params=where)).json()
        return answer["next"], answer["type"], answer["planned"]

    assert await following() == (None, None, 0)
    await a_return(partners, case)
    at, kind, planned = await following()
    assert at is not None
    assert (datetime.fromisoformat(at), kind, planned) == (START + hours(20), "aftersales.return_shipped", 4)
    await partners.release(case, ALL)
    assert await following() == (None, None, 0)


async def test_duplicate(partners: Partners, case: CaseKey) -> None:
    """The same event posted twice has the same id, so that a door can tell."""
    await partners.fault("duplicate", operation="return_shipped", case_no=case.case_no)
    await a_return(partners, case)
    await partners.release(case, hours(20))
    first, second = partners.door.of(case)
    assert first == second


async def test_reordered(partners: Partners, case: CaseKey) -> None:
    """An event is overtaken by the next one; at the end of a release it comes alone."""
    await partners.fault("reorder", operation="return_shipped", case_no=case.case_no)
    await partners.fault("reorder", operation="inspected", case_no=case.case_no, times=2)
    await a_return(partners, case)
    assert told(await partners.release(case, ALL)) == [
        ("return_received", 50), ("return_shipped", 20), ("inspected", 60), ("inspected", 56),
    ]  # fmt: skip


async def test_delayed_and_dropped(partners: Partners, case: CaseKey) -> None:
    """An event comes later than it should, or never."""
    await partners.fault("delay", operation="return_shipped", case_no=case.case_no, seconds=31 * 3600)
    await partners.fault("drop", operation="return_received", case_no=case.case_no)
    await a_return(partners, case)
    assert told(await partners.release(case, ALL)) == [("return_shipped", 51), ("inspected", 56), ("inspected", 60)]


async def test_lost_notice_does_not_lose_the_payment(partners: Partners, case: CaseKey) -> None:
    """When the notice of a pending refund is lost, asking for the refund tells that it was paid."""
    case = case.model_copy(update={"order_no": "pending-pays"})
    await partners.fault("drop", operation="refund_notice", case_no=case.case_no)
    order = RefundOrder(key=f"R-{case.case_no}", case=case, amount=Money(minor=100), channel="provider", at=START)
    await partners.refunds.pay(order)
    assert await partners.release(case, ALL) == []
    found = await partners.refunds.find_refund(order.key, "provider")
    assert found is not None
    assert found.status is RefundStatus.DONE


async def test_shut_door_loses_nothing(partners: Partners, case: CaseKey) -> None:
    """While the door is shut events stay planned, and come in order when it opens."""
    await a_return(partners, case)
    partners.door.shut = True
    until = {"shop": case.shop, "case_no": case.case_no, "until": (START + ALL).isoformat()}
    answer = await partners.control.post("/control/release", json=until)
    assert answer.status_code == 502
    assert "503" in answer.text
    partners.door.shut = False
    assert len(await partners.release(case, ALL)) == 4
    assert len(partners.door.of(case)) == 4


async def test_event_that_the_door_refuses_does_not_block_the_others(partners: Partners, case: CaseKey) -> None:
    """An event refused for good is told and left behind; those after it still come."""
    await a_return(partners, case)
    partners.door.shut, partners.door.answer = True, 422
    until = {"shop": case.shop, "case_no": case.case_no, "until": (START + ALL).isoformat()}
    assert "return_shipped" in (await partners.control.post("/control/release", json=until)).text
    partners.door.shut = False
    assert [kind for kind, _, _ in await partners.release(case, ALL)] == ["return_received", "inspected", "inspected"]
    first = (await partners.ledger(case))["events"][0]
    assert (first["kind"], first["state"]) == ("return_shipped", "refused")


async def test_two_releases_at_once_post_each_event_once(partners: Partners, case: CaseKey) -> None:
    """Two that release the same case at the same time do not post an event twice."""
    await a_return(partners, case)
    both = await asyncio.gather(partners.release(case, ALL), partners.release(case, ALL))
    assert sorted(map(len, both)) == [0, 4]
    assert len(partners.door.of(case)) == 4


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/control/release", {"shop": "demo", "case_no": "1"}),
        ("/control/release", {"shop": "demo", "case_no": "1", "until": "2026-11-02T10:00:00"}),
        ("/control/faults", {"faults": [{"kind": "no_such_fault"}]}),
        ("/control/faults", {"faults": [{"kind": "reset", "partnr": "refunds"}]}),
        ("/control/faults", {"faults": [{"kind": "needs_human", "partner": "courier"}]}),
    ],
)
async def test_bad_control_calls_are_refused(partners: Partners, path: str, body: dict[str, object]) -> None:
    """A misspelt fault or an instant without a zone is refused and changes nothing."""
    assert (await partners.control.post(path, json=body)).status_code == 422
    assert (await partners.control.get("/control/faults")).json() == {"faults": []}


async def test_unsigned_calls_are_refused(partners: Partners) -> None:
    """Without a signature nobody gets anything done."""
    answer = await partners.control.post("/v1/refunds/pay", json={"operation": "refunds.pay"})
    assert answer.status_code == 401


async def test_real_time_and_a_restart(door: Door, tmp_path: Path) -> None:
    """By the clock, a thousand times faster than life:

    Events come by themselves, and a killed simulator forgets nothing.
    """
    case = CaseKey(shop="demo", case_no="by-the-clock", order_no="order-clock")
    options = (
        "--ledger", str(tmp_path / "ledger.db"), "--door", door.address, "--secret", SECRET,
        "--door-secret", DOOR_SECRET, "--real-time", "20000",
    )  # fmt: skip

    def plan() -> OutboundMessage:
        return OutboundMessage(
            key="M-clock", case=case, channel=Channel.IM, recipient=person(), template="plan_proposed", text="您好",
            at=datetime.now(UTC),
        )  # fmt: skip

    door.shut = True
    process, url = await start_simulator(*options)
    async with partner_client() as http, httpx2.AsyncClient() as control:
        first = await Partners(url, http, control, door).contact.deliver(plan())
        process.kill()
        await process.wait()
        process, url = await start_simulator(*options)
        again = await Partners(url, http, control, door).contact.deliver(plan())
        assert first == again
        door.shut = False
        async with asyncio.timeout(30):
            while not door.of(case):  # noqa: ASYNC110 - the door is a thread of its own
                await asyncio.sleep(0.05)
        (event,) = door.of(case)
        assert event["type"] == "aftersales.customer_agreed"
        assert datetime.fromisoformat(event["time"]) < datetime.now(UTC) + timedelta(seconds=1)
    assert await stop_simulator(process) == ""
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        assert ledger.execute("select count(*) from effect").fetchone() == (1,)
        dump = "\n".join(ledger.iterdump())
    ledger.close()
    assert not any(secret in dump for secret in ("示例甲", "19900000000", "虚构路", "您好", SECRET[6:]))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[customers.a]\nagrees_after = '6 hours'", "customer a: agrees_after.*30m, 6h, 2d or never"),
        ("[couriers.b]\ntracing = 'lost'", "courier b: tracing"),
        ("[warehouses.c]\nquality = 'broken'", "warehouse c: quality"),
        ("[repairers.e]\nends = 'ordered'", "repairer e: ends"),
        ("[refunds.d]\nanswer = 'maybe'", "provider d: answer"),
        ("[templates]\nhello = 'dances'", "no such reaction.*dances"),
        ("[[faults]]\nkind = 'fire'", "faults"),
        ("[customers.a\n", "personas.toml"),
        ("[robots.a]\n", "robots"),
    ],
)
def test_bad_persona_files_are_explained(tmp_path: Path, text: str, complaint: str) -> None:
    """A persona file that cannot be used says which field of whom is wrong."""
    file = tmp_path / "personas.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"(?s){complaint}"):
        read_personas(file)


async def test_simulator_says_why_it_does_not_start(tmp_path: Path) -> None:
    """Without a usable secret or persona file the simulator ends at once, with the reason and no secret."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateways.simulator", "--ledger", str(tmp_path / "l.db"), "--door", "http://127.0.0.1:1",
        "--secret", "hunter2-hunter2", stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"whsec_" in errors
    assert b"hunter2" not in errors


def test_page_shows_the_real_defaults() -> None:
    """What the simulator's page prints as the defaults of personas is what they are."""
    page = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
    shown = tomllib.loads(page.split("```toml\n")[1].split("```")[0])
    for model, kind in (
        (Customer, "customers"),
        (Courier, "couriers"),
        (Warehouse, "warehouses"),
        (Repairer, "repairers"),
        (Provider, "refunds"),
    ):
        assert model.model_validate(shown[kind]["default"]) == model()
        assert set(model.model_fields) - set(shown[kind]["default"]) <= {"choice", "goodwill", "pays"}  # in comments
    Personas.model_validate(shown)
