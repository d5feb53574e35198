"""Partners behind the wire, and a door that takes their events.

`Partners` is what the contract tests need of an implementation: an address, a way to set faults, and a record of what
was really done. The simulator is the one that we have; another one that keeps docs/partner-wire.md passes the same
tests.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

from domain.events import CloudEvent
from domain.ports.customer import Recipient
from domain.ports.partner import CaseKey
from domain.webhook_signature import BadSignature, SigningKeys
from gateways.contact import SignedContactGateway
from gateways.courier import SignedCourierGateway
from gateways.refunds import SignedRefundGateway
from gateways.repair import SignedRepairGateway
from gateways.signed_json import PartnerWire
from gateways.standard_webhooks import SignedExchange
from gateways.warehouse import SignedWarehouseGateway
from starter.envelope import read_message

SECRET = "whsec_dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHMgb25seQ=="
DOOR_SECRET = "whsec_YW5vdGhlciBzZWNyZXQsIGZvciB0ZXN0cyBvbmx5ISE="
START = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # case time, far from the wall's


class Door:
    """The shop's event door: proves the sender, keeps what came, and can be shut."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.shut = False
        self.answer = 503  # while it is shut
        door = self
        exchange = SignedExchange(SigningKeys.parse(DOOR_SECRET))

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = door.take(self.path, headers, body, exchange)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, path: str, headers: dict[str, str], body: bytes, exchange: SignedExchange) -> int:
        """One event."""
        if self.shut:
            return self.answer
        try:
            message_id = exchange.check_request(headers, body)
        except BadSignature as problem:
            self.refused.append(str(problem))
            return 401
        (read,) = read_message(headers, body)  # as the real door reads it
        assert isinstance(read, CloudEvent)
        event = json.loads(body)
        assert (path, message_id) == ("/in/events", event["id"])
        self.events.append(event)
        return 202

    def of(self, case: CaseKey) -> list[dict[str, Any]]:
        """The events of one case, in the order of arrival."""
        return [event for event in list(self.events) if event["subject"] == f"{case.shop}/{case.case_no}"]

    @property
    def address(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/in"

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class Partners:
    """The partners of a test, and our gateways to them."""

    url: str
    http: httpx2.AsyncClient
    control: httpx2.AsyncClient
    door: Door
    patience: float = 10.0  # seconds for a call: the machine may be busy

    def impatient(self) -> Partners:
        """The same partners for tests in which no answer comes."""
        return replace(self, patience=0.5)

    def wire(self, *, secret: str = SECRET, url: str = "") -> PartnerWire:
        """Our side of the wire."""
        return PartnerWire(self.http, url or self.url, SigningKeys.parse(secret), total_seconds=self.patience)

    @property
    def contact(self) -> SignedContactGateway:
        """Our contact gateway."""
        return SignedContactGateway(self.wire())

    @property
    def courier(self) -> SignedCourierGateway:
        """Our courier gateway."""
        return SignedCourierGateway(self.wire())

    @property
    def warehouse(self) -> SignedWarehouseGateway:
        """Our warehouse gateway."""
        return SignedWarehouseGateway(self.wire())

    @property
    def repair(self) -> SignedRepairGateway:
        """Our gateway to the repairer."""
        return SignedRepairGateway(self.wire())

    @property
    def refunds(self) -> SignedRefundGateway:
        """Our refund gateway."""
        return SignedRefundGateway({"provider": self.wire(), "marketplace": self.wire()})

    async def fault(self, kind: str, **which: Any) -> None:
        """Let something go wrong, once unless `times` says otherwise."""
        answer = await self.control.post("/control/faults", json={"faults": [{"kind": kind, **which}]})
        assert answer.status_code == 200, answer.text

    async def ledger(self, case: CaseKey) -> dict[str, list[dict[str, Any]]]:
        """What the partners noted of a case: calls, effects, events."""
        found: dict[str, list[dict[str, Any]]] = (
            await self.control.get("/ledger", params={"shop": case.shop, "case_no": case.case_no})
        ).json()
        return found

    async def effects(self, case: CaseKey, effect: str) -> list[dict[str, Any]]:
        """What was really done, of one kind."""
        return [one for one in (await self.ledger(case))["effects"] if one["effect"] == effect]

    async def release(self, case: CaseKey, after: timedelta) -> list[tuple[str, timedelta, dict[str, Any]]]:
        """Let the events of a case come up to START + `after`: type, instant since START, data."""
        until = (START + after).isoformat()
        answer = await self.control.post(
            "/control/release", json={"shop": case.shop, "case_no": case.case_no, "until": until}
        )
        assert answer.status_code == 200, answer.text
        return [
            (event["type"].removeprefix("aftersales."), datetime.fromisoformat(event["time"]) - START, event["data"])
            for event in answer.json()["posted"]
        ]


async def start_simulator(*options: str) -> tuple[asyncio.subprocess.Process, str]:
    """Start the simulator as anybody would and return it with its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateways.simulator", *options, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("simulator on http://"), line
    return process, line.split()[-1]


async def stop_simulator(process: asyncio.subprocess.Process) -> str:
    """Stop it and return all that it ever wrote."""
    process.terminate()
    out, errors = await process.communicate()
    return (out + errors).decode()


def person(customer_ref: str = "someone") -> Recipient:
    """An invented person whom no log may show."""
    return Recipient(customer_ref=customer_ref, name="示例甲", phone="19900000000", address="示例市虚构路1号")
