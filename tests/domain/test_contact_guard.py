"""The contact guard: hours and call caps that no order of events gets around."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contact_guard import may_call
from domain.rules import ContactLimits

LIMITS = ContactLimits()
BEIJING = timezone(timedelta(hours=8))
FIRST = datetime(2026, 11, 2, tzinfo=UTC)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=BEIJING)


def test_a_first_call_within_hours_is_allowed() -> None:
    """A customer who was never called may be called in his daytime."""
    assert may_call([], _at("20 11:00"), 480, LIMITS).allowed


def test_a_call_at_night_waits_for_the_morning() -> None:
    """Nobody is called before ten or from six in the evening on (P-HOURS)."""
    late = may_call([], _at("20 18:00"), 480, LIMITS)
    assert (late.allowed, late.rule, late.reason, late.next_slot) == (
        False,
        "P-HOURS",
        "outside_hours",
        _at("21 10:00"),
    )
    assert may_call([], _at("20 09:59"), 480, LIMITS).next_slot == _at("20 10:00")
    assert late.zh
    assert late.en


def test_the_hours_are_the_customers_own() -> None:
    """Eleven in Beijing is night for a customer in Paris."""
    assert not may_call([], _at("20 11:00"), 60, LIMITS).allowed


def test_the_fourth_call_of_a_day_waits_for_tomorrow() -> None:
    """Three calls a day, across all his cases; the fourth is refused with the next slot (P-CALLCAP)."""
    calls = [_at("20 10:00"), _at("20 12:00"), _at("20 14:00")]
    fourth = may_call(calls, _at("20 15:00"), 480, LIMITS)
    assert (fourth.rule, fourth.reason, fourth.next_slot) == ("P-CALLCAP", "calls_per_day", _at("21 10:00"))


def test_the_seventh_call_of_a_week_waits_until_the_first_is_a_week_old() -> None:
    """Six calls in seven rolling days; the seventh waits for the oldest to fall out (X6)."""
    calls = [_at(f"{day} {hour}:00") for day in (16, 17, 18) for hour in (11, 15)]
    seventh = may_call(calls, _at("20 11:00"), 480, LIMITS)
    assert (seventh.reason, seventh.next_slot) == ("calls_per_week", _at("23 11:00"))
    assert may_call(calls, _at("23 11:00"), 480, LIMITS).allowed
    assert not may_call(calls, _at("23 10:59"), 480, LIMITS).allowed


def test_a_call_booked_for_later_counts_already() -> None:
    """Two cases that ask in the wrong order do not get one call more."""
    booked = [_at("20 16:00"), _at("20 16:30"), _at("20 17:00")]
    assert may_call(booked, _at("20 11:00"), 480, LIMITS).reason == "calls_per_day"


@given(
    wishes=st.lists(st.integers(0, 20 * 24 * 60), min_size=1, max_size=60),
    offset=st.sampled_from([-600, -210, 0, 330, 480, 840]),
    day_cap=st.integers(1, 4),
    week_cap=st.integers(1, 8),
)
def test_no_sequence_of_wishes_breaks_a_limit(wishes: list[int], offset: int, day_cap: int, week_cap: int) -> None:
    """Whatever the cases want, every call that the guard lets through keeps hours, day cap and week cap."""
    limits = ContactLimits(calls_per_day=day_cap, calls_per_week=week_cap)
    zone = timezone(timedelta(minutes=offset))
    calls: list[datetime] = []
    for wish in sorted(wishes):
        now = FIRST + timedelta(minutes=wish)
        if may_call(calls, now, offset, limits).allowed:
            calls.append(now)
    for call in calls:
        local = call.astimezone(zone)
        assert 10 <= local.hour < 18
        assert sum(other.astimezone(zone).date() == local.date() for other in calls) <= day_cap
        assert sum(call - timedelta(days=7) < other <= call for other in calls) <= week_cap


@given(
    calls=st.lists(st.integers(0, 9 * 24 * 60), max_size=20),
    now=st.integers(0, 9 * 24 * 60),
    offset=st.sampled_from([-600, 0, 480]),
)
def test_the_next_slot_is_the_first_instant_that_is_allowed(calls: list[int], now: int, offset: int) -> None:
    """A refused call is told when it may be made: then it is allowed, and at no earlier quarter of an hour."""
    past = [FIRST + timedelta(minutes=minute) for minute in calls]
    at = FIRST + timedelta(minutes=now)
    answer = may_call(past, at, offset, LIMITS)
    if answer.allowed:
        assert answer.next_slot is None
        return
    assert answer.next_slot is not None
    assert answer.next_slot > at
    assert may_call(past, answer.next_slot, offset, LIMITS).allowed
    probe = at
    while probe < answer.next_slot:
        assert not may_call(past, probe, offset, LIMITS).allowed
        probe += timedelta(minutes=15)


@pytest.mark.parametrize("hours", [(10, 11), (0, 24)])
def test_a_shops_own_hours_hold(hours: tuple[int, int]) -> None:
    """A stricter shop calls in one hour only."""
    limits = ContactLimits(call_from_hour=hours[0], call_until_hour=hours[1])
    assert may_call([], _at("20 10:30"), 480, limits).allowed
    assert may_call([], _at("20 23:59"), 480, limits).allowed == (hours == (0, 24))
