"""Couriers' codes in our words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from domain.vocabulary import ParcelState
from domain.webhook_signature import SigningKeys
from gateways.courier import SignedCourierGateway
from gateways.parcel_codes import AFTERSHIP, KDNIAO, KUAIDI100, TAOBAO, parcel_state
from gateways.signed_json import PartnerWire, partner_client
from tests.gateways.chosen_answers import ChosenAnswers
from tests.gateways.partners import SECRET, START


@pytest.mark.parametrize(
    ("vocabulary", "code", "state"),
    [
        ("kuaidi100", "206", ParcelState.UNREACHABLE),
        ("kuaidi100", "4", ParcelState.RETURNED),
        ("kuaidi100", "6", ParcelState.RETURNING),
        ("kdniao", "4", ParcelState.DELIVERY_FAILED),
        ("kdniao", "422", ParcelState.MISROUTED),
        ("KdNiao", "406", ParcelState.RETURNED),
        ("taobao", "LOST", ParcelState.LOST),
        ("taobao", "SIGNED", ParcelState.DELIVERED),
        ("aftership", "Exception_Damage", ParcelState.DAMAGED),
        ("aftership", "InTransit_007", ParcelState.IN_TRANSIT),
        ("aftership", "Exception_Something", ParcelState.UNKNOWN),
        ("kuaidi100", "99999", ParcelState.UNKNOWN),
        ("kuaidi100", "", ParcelState.UNKNOWN),
        ("pigeon", "206", ParcelState.UNKNOWN),
    ],
)
def test_codes(vocabulary: str, code: str, state: ParcelState) -> None:
    """Known codes become the rulebook's words; unknown ones stop nothing."""
    assert parcel_state(vocabulary, code) is state


@pytest.mark.parametrize("table", [KUAIDI100, KDNIAO, TAOBAO, AFTERSHIP])
def test_no_code_means_two_things(table: Mapping[ParcelState, str]) -> None:
    """A code that stood under two states would be read by chance."""
    counted = Counter(code for codes in table.values() for code in codes.split())
    assert [code for code, times in counted.items() if times > 1] == []


def test_trouble_is_seen_by_the_big_aggregators() -> None:
    """Both Chinese aggregators tell the troubles that start cases."""
    for state in (ParcelState.NO_INFO, ParcelState.UNREACHABLE, ParcelState.DAMAGED, ParcelState.REJECTED):
        assert KUAIDI100[state]
        assert KDNIAO[state]


async def test_a_couriers_words_about_a_parcel_stay_outside() -> None:
    """P-PRIV: couriers write names and telephones beside a scan; of what they say a case hears codes and instants."""
    courier = ChosenAnswers()
    scan = {"code": "206", "vocabulary": "kuaidi100", "place": "签收人 示例甲 19900000000", "remark": "虚构路1号"}
    courier.answers["courier.track"] = [(200, scan)]
    async with partner_client() as http:
        gateway = SignedCourierGateway(PartnerWire(http, courier.url, SigningKeys.parse(SECRET)))
        report = await gateway.track("yto", "YT1", START)
    courier.close()
    assert report.state is ParcelState.UNREACHABLE
    assert not any(said in report.model_dump_json() for said in ("示例甲", "19900000000", "虚构路"))
