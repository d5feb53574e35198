"""What becomes of a running clock when its rule or the calendar changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clocks import Clock, ClockState
from domain.recounting import CUSTOMERS, Kept, differs, recount
from domain.rules import Unit
from tests.domain.example import RULES, SIGNED

HOUR = timedelta(hours=1)


def clock(id: str = "D-REFPAY", hours: float = 72) -> Clock:
    """A clock of so many hours with warnings at half of them and at four fifths."""
    rule = RULES.clocks[id].model_copy(update={"warn_percent": (50, 80)})
    return Clock.start(rule, SIGNED, SIGNED + hours * HOUR)


def test_a_clock_counts_from_its_start_at_the_new_length() -> None:
    """Shorter or longer: due instant and warnings are as if the clock had begun with it; past warnings stay silent."""
    one = clock()
    now = SIGNED + 30 * HOUR
    found = recount(one, SIGNED + 48 * HOUR, (50, 80), now)
    assert (found.before, found.after, found.kept) == (SIGNED + 72 * HOUR, SIGNED + 48 * HOUR, None)
    assert (one.due_at, one.warn_at, one.generation) == (SIGNED + 48 * HOUR, [SIGNED + 38.4 * HOUR], 2)
    recount(one, SIGNED + 96 * HOUR, (50,), now)
    assert (one.due_at, one.warn_at) == (SIGNED + 96 * HOUR, [SIGNED + 48 * HOUR])


def test_nothing_falls_due_in_the_past() -> None:
    """A length that is over already makes the clock due now, without warnings."""
    one = clock()
    now = SIGNED + 30 * HOUR
    assert recount(one, SIGNED + 24 * HOUR, (50, 80), now).after == now
    assert (one.due_at, one.warn_at) == (now, [])


@given(worked=st.integers(1, 40), rested=st.integers(1, 300), again=st.integers(0, 20), hours=st.integers(1, 200))
def test_pauses_count_for_nothing(worked: int, rested: int, again: int, hours: int) -> None:
    """A clock that was paused has the whole new length of working time, whether it was resumed before or after."""
    before, after = clock(), clock()
    for one in (before, after):
        one.pause(SIGNED + worked * HOUR, "holiday", "agent:1")
    resumed = SIGNED + (worked + rested) * HOUR
    recount(before, SIGNED + hours * HOUR, (), SIGNED + (worked + 1) * HOUR)
    before.resume(resumed)
    after.resume(resumed)
    recount(after, SIGNED + hours * HOUR, (), resumed)
    assert before.due_at == after.due_at == max(SIGNED + (hours + rested) * HOUR, resumed)
    recount(after, SIGNED + hours * HOUR, (), resumed + again * HOUR)
    assert after.due_at == max(SIGNED + (hours + rested) * HOUR, resumed + again * HOUR)


def test_the_platforms_own_deadline_is_never_passed() -> None:
    """A longer version of ours does not outlive the deadline that the platform set."""
    one = clock("D-REFDEC", 20)
    one.no_later_than = SIGNED + 20 * HOUR
    assert recount(one, SIGNED + 48 * HOUR, (), SIGNED).after == SIGNED + 20 * HOUR


@pytest.mark.parametrize("id", sorted(CUSTOMERS))
def test_the_customers_time_grows_and_does_not_shrink(id: str) -> None:
    """X2: what he was told stands, unless it is longer now."""
    one = clock(id)
    before = one.model_copy(deep=True)
    found = recount(one, SIGNED + 24 * HOUR, (50,), SIGNED)
    assert (found.kept, found.counted, one) == (Kept.CUSTOMER, SIGNED + 24 * HOUR, before)
    assert recount(one, SIGNED + 100 * HOUR, (50,), SIGNED).after == SIGNED + 100 * HOUR


def test_a_promise_and_an_instant_set_by_hand_keep_theirs() -> None:
    """P-PROMISE, A-SUPQ: neither longer nor shorter."""
    promise, moved = clock("D-PROMISE"), clock()
    moved.by_hand = True
    for hours in (24, 100):
        assert recount(promise, SIGNED + hours * HOUR, (), SIGNED).kept is Kept.PROMISE
        assert recount(moved, SIGNED + hours * HOUR, (), SIGNED).kept is Kept.BY_HAND
    assert promise.due_at == moved.due_at == SIGNED + 72 * HOUR


def test_only_a_changed_length_unit_or_warning_is_counted_anew() -> None:
    """A version that says the same of a clock does not touch it."""
    rule = RULES.clocks["D-NOINFO"]
    assert not differs(rule, rule.model_copy(update={"source": "S0:12"}))
    for change in ({"length": 3}, {"unit": Unit.SECONDS}, {"warn_percent": (10,)}):
        assert differs(rule, rule.model_copy(update=change))


def test_a_finished_clock_is_not_live() -> None:
    """What was met, breached or cancelled is history."""
    assert clock().live
    for state in (ClockState.MET, ClockState.BREACHED, ClockState.CANCELLED):
        one = clock()
        one.end(state, SIGNED)
        assert not one.live
