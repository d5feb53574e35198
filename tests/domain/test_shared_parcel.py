"""What of a parcel with goods of several cases belongs to which of them."""

from __future__ import annotations

from domain.messages.facts import ReceivedLine
from domain.shared_parcel import Sharer, deal
from domain.vocabulary import Quality


def sharer(number: str, order: str = "", holds: bool = True, had: dict[str, int] | None = None, **goods: int) -> Sharer:
    """A case that waits for these goods of its own order."""
    return Sharer(
        case_no=number, order_no=order or f"order-{number}", goods=goods, holds=holds and bool(goods),
        ordered=goods or {"CUP": 2}, had=had or {},
    )  # fmt: skip


def came(sku: str, quantity: int, **more: str) -> ReceivedLine:
    """A line that the warehouse counted."""
    return ReceivedLine.model_validate({"sku": sku, "quantity": quantity, **more})


def counted(*lines: ReceivedLine, cases: list[Sharer]) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Pieces by case and by SKU, and what is beyond."""
    dealt = deal(lines, cases)
    shares = {case: {line.sku: line.quantity for line in got} for case, got in dealt.shares.items()}
    return shares, {line.sku: line.quantity for line in dealt.beyond}


def test_each_case_gets_its_own_goods_and_no_others() -> None:
    """Cups of one order and a lid of another: each case hears of its own."""
    cases = [sharer("A", CUP=2), sharer("B", LID=1)]
    assert counted(came("CUP", 2), came("LID", 1), cases=cases) == ({"A": {"CUP": 2}, "B": {"LID": 1}}, {})


def test_the_same_goods_in_both_orders_go_to_the_earlier_case_first_and_are_counted_once() -> None:
    """Three cups came, two and two are expected: the first case gets two, the second one."""
    cases = [sharer("A", CUP=2), sharer("B", CUP=2)]
    assert counted(came("CUP", 3), cases=cases) == ({"A": {"CUP": 2}, "B": {"CUP": 1}}, {})


def test_what_nobody_expects_is_beyond() -> None:
    """A fifth cup and a stranger's spoon are nobody's; a case with nothing in the parcel is not named."""
    cases = [sharer("A", CUP=2), sharer("B", LID=1)]
    assert counted(came("CUP", 3), came("SPOON", 1), cases=cases) == ({"A": {"CUP": 2}}, {"CUP": 1, "SPOON": 1})


def test_a_line_that_names_its_order_goes_to_that_order_alone() -> None:
    """The slip was in the bag: the cup is the second order's, though the first waits for a cup too."""
    cases = [sharer("A", CUP=2), sharer("B", CUP=2)]
    assert counted(came("CUP", 1, order_no="order-B"), cases=cases) == ({"B": {"CUP": 1}}, {})
    assert counted(came("CUP", 1, order_no="order-C"), cases=cases) == ({}, {"CUP": 1})


def test_a_later_part_knows_what_came_before() -> None:
    """Two of the first case's cups were counted yesterday: today's go to the second."""
    cases = [sharer("A", CUP=2, had={"CUP": 2}), sharer("B", CUP=2)]
    assert counted(came("CUP", 2), cases=cases) == ({"B": {"CUP": 2}}, {})


def test_quality_stays_with_the_pieces() -> None:
    """One good cup and one broken cup: the split keeps which is which."""
    dealt = deal([came("CUP", 1), came("CUP", 1, quality="CC")], [sharer("A", CUP=1), sharer("B", CUP=1)])
    assert [line.quality for lines in dealt.shares.values() for line in lines] == [Quality.GOOD, Quality.DEFECTIVE]


def test_of_one_order_only_the_case_that_holds_the_goods_waits_for_them() -> None:
    """A complaint and a second request about the same order get nothing of its parcel."""
    cases = [sharer("A", order="1"), sharer("B", order="1", holds=False, CUP=2), sharer("C", order="1", CUP=2)]
    assert counted(came("CUP", 2), cases=[*cases, sharer("D", LID=1)]) == ({"C": {"CUP": 2}}, {})
    assert counted(came("CUP", 2), cases=[cases[0], sharer("D", LID=1)]) == ({"A": {"CUP": 2}}, {})
