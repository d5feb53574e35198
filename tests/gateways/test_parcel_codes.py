"""Couriers' codes in our words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from domain.vocabulary import ParcelState
from gateways.parcel_codes import AFTERSHIP, KDNIAO, KUAIDI100, TAOBAO, parcel_state


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
