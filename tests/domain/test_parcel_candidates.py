"""Which case a parcel that nobody announced may belong to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.parcel_candidates import MayWait, candidates, near

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def case(number: str, *, slips: tuple[str, ...] = (), waybills: tuple[str, ...] = (), phone: bool = False,
         goods: frozenset[str] = frozenset(), awaited: bool = False, hours: int = 0) -> MayWait:  # fmt: skip
    """A case, and what is known of it."""
    return MayWait(
        case_no=number, opened_at=START + timedelta(hours=hours), slips=slips, waybills=waybills, phone=phone,
        goods=goods, awaited=awaited,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("YT12345678", "YT12345678"), ("YT12345679", "YT12345678"), ("YT1234567", "YT12345678"),
        ("YT123456780", "YT12345678"), ("YT12354678", "YT12345678"), ("TY12345678", "YT12345678"),
        (" yt12345678 ", "YT12345678"), ("ZT12345678", "YT12345678"),
    ],
)  # fmt: skip
def test_one_slip_of_the_pen_does_not_hide_a_number(written: str, meant: str) -> None:
    """A digit that is wrong, missing, too much or exchanged with its neighbour; letters small or large."""
    assert near(written, meant)
    assert near(meant, written)


@pytest.mark.parametrize(
    ("one", "other"),
    [("YT12345678", "YT12345600"), ("YT12345678", "YT21345687"), ("123", "124"), ("", "Y"), ("YT1", "ZT12")],
)
def test_two_slips_are_another_number(one: str, other: str) -> None:
    """Two wrong digits, and any difference in a number of three, say nothing."""
    assert not near(one, other)
    assert not near(other, one)


def test_the_likeliest_case_comes_first_and_says_why() -> None:
    """What stands on the slip weighs most, then the label, the telephone, and last the goods."""
    cases = [
        case("goods", goods=frozenset({"CUP", "LID"}), awaited=True),
        case("phone", phone=True),
        case("waybill", waybills=("YT12345679",)),
        case("slip", slips=("T0001",)),
    ]
    found = candidates("YT12345678", ["T0001"], frozenset({"CUP"}), cases)
    assert [(one.case_no, one.why) for one in found] == [
        ("slip", ("slip",)), ("waybill", ("waybill",)), ("phone", ("phone",)), ("goods", ("goods", "awaited")),
    ]  # fmt: skip


def test_that_a_case_waits_for_some_parcel_is_no_sign_by_itself() -> None:
    """Every return waits for a parcel: nothing else in common, no candidate. Goods count when all of them fit."""
    cases = [case("A", awaited=True), case("B", goods=frozenset({"CUP"}), awaited=True)]
    assert candidates("YT1", [], frozenset({"CUP", "SPOON"}), cases) == ()
    assert candidates("YT1", [""], frozenset(), cases) == ()


def test_of_equals_the_earlier_case_comes_first_and_no_more_than_five_are_shown() -> None:
    """Seven customers wait with the same cup: the five that have waited longest are shown."""
    cases = [case(f"C{n}", goods=frozenset({"CUP"}), hours=-n) for n in range(7)]
    assert [one.case_no for one in candidates("", [], frozenset({"CUP"}), cases)] == ["C6", "C5", "C4", "C3", "C2"]
