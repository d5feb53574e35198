"""What a parcel's state means for a customer who asks where it is (R-VERIFY)."""

import pytest

from domain.parcel_news import GOING_BACK, case_of
from domain.vocabulary import CaseType, ParcelState


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (ParcelState.IN_TRANSIT, CaseType.TRACKING_QUERY),
        (ParcelState.AT_PICKUP_POINT, CaseType.TRACKING_QUERY),
        (ParcelState.UNKNOWN, CaseType.TRACKING_QUERY),
        (ParcelState.DELIVERED, CaseType.SIGNED_NOT_RECEIVED),
        (ParcelState.DELIVERED_BY_PROXY, CaseType.SIGNED_NOT_RECEIVED),
        (ParcelState.STALLED, CaseType.PARCEL_STUCK),
        (ParcelState.MISROUTED, CaseType.PARCEL_STUCK),
        (ParcelState.NO_INFO, CaseType.NO_TRACKING_INFO),
        (ParcelState.LOST, CaseType.PARCEL_LOST),
        (ParcelState.UNREACHABLE, CaseType.CUSTOMER_UNREACHABLE),
        (ParcelState.BAD_ADDRESS, CaseType.ADDRESS_CHANGE),
        (ParcelState.OUT_OF_AREA, CaseType.OUT_OF_AREA),
        (ParcelState.DAMAGED, CaseType.PARCEL_DAMAGED),
    ],
)
def test_what_the_courier_shows_decides_what_the_query_is(seen: ParcelState, kind: CaseType) -> None:
    """Who asks for a parcel that shows as signed has not got it; one on its way is a query and no more."""
    assert case_of(seen, has_waybill=True) is kind


@pytest.mark.parametrize("seen", ParcelState)
def test_without_a_number_it_was_never_shipped(seen: ParcelState) -> None:
    """Nothing to look up: the late shipment is ours, whatever anybody shows."""
    assert case_of(seen, has_waybill=False) is CaseType.LATE_SHIPMENT


@pytest.mark.parametrize("seen", sorted(GOING_BACK))
def test_a_parcel_that_goes_back_is_no_other_case_but_a_persons_decision(seen: ParcelState) -> None:
    """It will not come by itself."""
    assert case_of(seen, has_waybill=True) is CaseType.TRACKING_QUERY
