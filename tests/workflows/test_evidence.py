"""Photos that come through our door open the gate of evidence, once each, and leave nothing of their owner behind."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx2

from domain.webhook_signature import SigningKeys
from gateways.standard_webhooks import SignedExchange
from store.erasure import Erasure
from store.evidence import PostgresEvidence
from tests.gateways.partners import DOOR_SECRET
from tests.photos import SECRETS, dressed
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase

NO_PHOTOS = {"photos": 0}  # of his own accord: he sends them through the shop's app instead


async def send(case: LivedCase, photo: bytes) -> httpx2.Response:
    """The shop's app sends a photo of the customer to the door."""
    headers = SignedExchange(SigningKeys.parse(DOOR_SECRET)).request(photo, f"{case.shop}/{case.case_no}/customer/1")
    answer = await case.house.events.post(f"/cases/{case.shop}/{case.case_no}/evidence", content=photo, headers=headers)
    await case.house.hand_over()
    return answer


async def test_two_photos_open_the_gate(house: House) -> None:
    """R-QUAL-VERIFY: the case asks for two photos; the same one twice is one, a second one lets the plan follow."""
    case = await house.open("return_refund", reason="quality", customer=NO_PHOTOS)
    await case.run_until(waiting_for="photos")

    assert [(await send(case, dressed())).status_code for _ in range(2)] == [202, 200]
    assert (await case.rest()).waiting_for == "photos"
    assert (await send(case, dressed("PNG"))).status_code == 202
    await case.run_until(lambda now: now.waiting_for != "photos")

    kept = [photo.ref for photo in await PostgresEvidence(house.pool).of_case(case.shop, case.case_no)]
    received = await case.journal("evidence_received")
    assert sorted(entry.data["items"][0] for entry in received) == sorted(kept)
    assert len(kept) == 2
    assert {entry.actor for entry in received} == {"customer"}
    assert sorted(record["ref"] for record in await case.records("evidence_item")) == sorted(kept)
    assert await case.journal("plan_proposed")
    history = "".join(str(event) for event in (await case.handle.fetch_history()).events)
    assert [ref for ref in kept if ref not in history] == []
    assert [secret for secret in SECRETS[:4] if secret.decode() in history] == []


async def test_an_open_case_of_an_erased_customer_goes_to_a_person(house: House) -> None:
    """P-PRIV: a customer who is erased while his case is open is reached no more; a person goes on with the case."""
    case = await house.open("return_refund", reason="quality", customer=NO_PHOTOS)
    await case.run_until(waiting_for="photos")
    await send(case, dressed())

    erased = await Erasure(house.pool).erase(case.shop, case.customer_ref, datetime.now(UTC))
    assert (erased.cases, erased.open_cases, erased.person, erased.photos) == (1, 1, 1, 1)
    assert (await send(case, dressed("PNG"))).status_code == 410

    asked = len(await case.told())
    await case.run_until(lambda now: now.needs_human != "")
    assert [entry for entry in (await case.told())[asked:] if entry.data.get("result") == "sent"] == []
