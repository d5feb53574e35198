"""Every finished case is tagged: what it was about, whose fault it was, which product (R-TAG)."""

from __future__ import annotations

import pytest

from domain.case import InspectionDone
from domain.tag import Tag, causes, name_of
from domain.tagging import proposed
from domain.vocabulary import CaseType, Inspection, Liability, ReasonCode, RepairState
from tests.domain.cases import NOW, Desk
from tests.domain.example import order, request


def tag_of(desk: Desk) -> Tag:
    """The tag that the case would have now."""
    return proposed(desk.start.request, desk.state)


@pytest.mark.parametrize("type", CaseType)
@pytest.mark.parametrize("reason", ReasonCode)
def test_every_type_and_reason_has_a_cause(type: CaseType, reason: ReasonCode) -> None:
    """None of them leaves a case without one, but where nobody can know: a mere question or complaint about service."""
    desk = Desk()
    desk.state.became = type
    tag = proposed(request(reason), desk.state)
    assert tag.cause in causes()
    assert tag.cause != "unknown"


def test_what_was_found_in_the_goods_goes_before_what_was_said() -> None:
    """He did not want it any more, says the request; the inspection finds it broken by the courier."""
    desk = Desk()
    assert tag_of(desk) == Tag(cause="changed_mind", liability=Liability.CUSTOMER, products=("A",))
    done = InspectionDone(round=2, result=Inspection.TRANSIT_DAMAGE, by="qc:1")
    desk.state.goods.inspections.append(done)
    assert (tag_of(desk).cause, tag_of(desk).liability) == ("transit_damage", Liability.COURIER)
    desk.state.goods.inspections.clear()
    desk.state.repair = RepairState.NOT_COVERED
    assert tag_of(desk).cause == "misuse"


def test_whose_fault_the_case_found_out_counts() -> None:
    """The last finding or decision that names somebody; "undetermined" is no finding, nor a word nobody knows."""
    desk = Desk()
    for said in ("supplier", "undetermined", "nobody-knows"):
        desk.state.note(NOW, "system", "damage_judged", "R-DMG-CAUSE", liability=said)
    assert tag_of(desk).liability is Liability.SUPPLIER
    desk.state.record(NOW, "parcel_incident", "p", "X12", liability=Liability.COURIER)
    assert tag_of(desk).liability is Liability.COURIER


def test_a_case_about_a_parcel_names_no_product() -> None:
    """A parcel that was lost says nothing of what was in it; a damaged one does."""
    desk = Desk()
    desk.state.became = CaseType.PARCEL_LOST
    assert tag_of(desk).products == ()
    desk.state.became = CaseType.PARCEL_DAMAGED
    assert tag_of(desk).products == ("A",)


def test_an_agent_puts_the_tag_right_and_it_stands() -> None:
    """What he does not say stays as it was proposed; his word stands over what is found later; it is recorded."""
    desk = Desk()
    desk.does("tag_case", "agent:7", cause="defective")
    assert desk.state.tag == Tag(cause="defective", liability=Liability.CUSTOMER, products=("A",), by="agent:7")
    desk.does("tag_case", "agent:7", liability="supplier")
    desk.state.repair = RepairState.NOT_COVERED
    kept = desk.state.records["case_tag/tag"]
    assert tag_of(desk) == Tag.model_validate(kept.data)
    assert (kept.rule, kept.data["cause"], kept.data["liability"]) == ("R-TAG", "defective", "supplier")


def test_a_closed_case_is_still_tagged() -> None:
    """In its aftercare, and when only its last page is to be written."""
    desk = Desk("aftercare")
    desk.state.closed_at = NOW
    desk.does("tag_case", "agent:7", product="A")
    desk.wait("last_page")
    desk.does("tag_case", "agent:7", cause="size")
    assert desk.state.tag is not None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "nothing_said"),
        ({"cause": "sabotage"}, "unknown_cause"),
        ({"cause": "size", "product": "ELSE"}, "unknown_product"),
    ],
)
def test_a_tag_that_nobody_knows_is_refused(said: dict[str, str], code: str) -> None:
    """The refusal names what there is: the causes, the order's goods."""
    refused = Desk().refusal("tag_case", "agent:7", **said)
    assert refused is not None
    assert (refused.code, refused.rule) == (code, "R-TAG")
    if code != "nothing_said":
        assert ("defective" if code == "unknown_cause" else "A") in refused.en


def test_goods_of_all_lines_are_named_once() -> None:
    """An order of the same SKU twice has one product."""
    two = order(("A", 1, "10.00"), ("B", 1, "10.00"), ("A", 2, "20.00"))
    assert proposed(request(ReasonCode.QUALITY, two), Desk().state).products == ("A", "B")


def test_causes_have_names_in_both_languages() -> None:
    """And an old one that the list has no more is shown by its code."""
    for code in causes():
        assert name_of(code, "zh") != name_of(code, "en")
    assert name_of("bygone", "zh") == "bygone"
