"""Clocks: when they warn, what counts as in time, and what pausing and moving do to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clocks import Clock, ClockState
from domain.rules import ClockRule, Unit
from tests.domain.example import SIGNED

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def clock(hours: float = 10, warn: tuple[int, ...] = (50, 80)) -> Clock:
    """A clock of so many hours."""
    rule = ClockRule(
        id="S-CONSENT", rule="R-CONSENT", source="shop default", anchor="plan_proposed",
        length=0, unit=Unit.SECONDS, warn_percent=warn,
    )  # fmt: skip
    return Clock.start(rule, SIGNED, SIGNED + hours * HOUR)


def test_a_clock_warns_at_its_shares_and_then_falls_due() -> None:
    """Half of the time gone, four fifths gone, due: in that order, each once."""
    one = clock()
    assert one.next_instant() == SIGNED + 5 * HOUR
    assert one.take_warnings(SIGNED + 5 * HOUR - SECOND) == 0
    assert one.take_warnings(SIGNED + 5 * HOUR) == 1
    assert one.take_warnings(SIGNED + 5 * HOUR) == 0
    assert one.next_instant() == SIGNED + 8 * HOUR
    assert one.take_warnings(SIGNED + 9 * HOUR) == 1
    assert one.next_instant() == one.due_at


def test_a_clock_without_length_gives_no_warnings() -> None:
    """What is due at once cannot be warned of: no share of nothing is reckoned."""
    assert clock(hours=0).warn_at == []


@pytest.mark.parametrize(
    ("received", "counts"),
    [(-SECOND, True), (timedelta(0), True), (SECOND, False), (None, True)],
    ids=["before", "at", "after", "unstamped"],
)
def test_what_was_received_by_the_due_instant_is_in_time(received: timedelta | None, counts: bool) -> None:
    """The due instant itself is in time; a message without a stamp has the benefit of the doubt."""
    one = clock()
    assert one.in_time(None if received is None else one.due_at + received) is counts


@given(paused_after=st.integers(0, 36_000), pause=st.integers(0, 10**7))
def test_a_pause_moves_all_that_lay_ahead_by_its_own_length(paused_after: int, pause: int) -> None:
    """The customer's part of the time is neither shortened nor lengthened by a pause."""
    one, now = clock(), SIGNED + paused_after * SECOND
    one.take_warnings(now)
    due, warnings = one.due_at, list(one.warn_at)
    one.pause(now, "holiday", "agent:1")
    assert one.next_instant() is None
    one.resume(now + pause * SECOND)
    assert one.due_at == due + pause * SECOND
    assert one.warn_at == [at + pause * SECOND for at in warnings]
    assert (one.pauses[0].reason, one.pauses[0].until) == ("holiday", now + pause * SECOND)
    assert one.running


def test_pausing_twice_or_resuming_a_running_clock_changes_nothing() -> None:
    """A second click does no harm."""
    one = clock()
    one.resume(SIGNED + HOUR)
    one.pause(SIGNED + HOUR, "a", "agent:1")
    one.pause(SIGNED + 2 * HOUR, "b", "agent:1")
    one.resume(SIGNED + 3 * HOUR)
    assert (one.due_at, len(one.pauses)) == (SIGNED + 12 * HOUR, 1)


def test_a_moved_clock_forgets_warnings_behind_its_new_end_and_runs_again_when_it_was_breached() -> None:
    """A supervisor's new date holds, and an overdue clock gets a second life with it."""
    one = clock()
    one.move(SIGNED + 6 * HOUR)
    assert one.warn_at == [SIGNED + 5 * HOUR]
    one.end(ClockState.BREACHED, SIGNED + 7 * HOUR)
    one.move(SIGNED + 20 * HOUR)
    assert (one.running, one.next_instant(), one.generation) == (True, SIGNED + 20 * HOUR, 3)


def test_an_ended_clock_keeps_when_it_was_due_and_when_that_was_acted_on() -> None:
    """A worker that was away acts late: both instants stay, the late one never hides the due one (P-HONEST)."""
    one = clock()
    one.end(ClockState.BREACHED, one.due_at + 3 * HOUR)
    assert (one.due_at, one.acted_at) == (SIGNED + 10 * HOUR, SIGNED + 13 * HOUR)
    assert one.next_instant() is None


def test_a_warning_names_its_share_of_the_time_that_ran() -> None:
    """Paused for two days after three of ten hours: half of the time is gone when five hours have run, not before."""
    one = clock()
    one.pause(SIGNED + 3 * HOUR, "customer_travels", "agent:7")
    one.resume(SIGNED + 51 * HOUR)
    assert [one.percent_gone(at) for at in one.warn_at] == [50, 80]
    assert one.percent_gone(one.due_at) == 100
    assert clock(hours=0).percent_gone(SIGNED) == 100, "of no time at all, everything is gone"
