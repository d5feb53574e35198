"""A case about a review solves the problem and knows no goodwill: every door by which some could be given is shut."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import goodwill
from domain.compensation import FORMS
from domain.events import Request
from domain.messages.commands import COMMANDS
from domain.money import Money
from domain.vocabulary import CaseType, Resolution
from tests.domain.cases import NOW, Desk, yuan_of


def reviewed(waits_for: str = "decision_bad_review") -> Desk:
    """A case about a review."""
    desk = Desk(waits_for)
    request = desk.start.request.model_copy(update={"case_type": CaseType.BAD_REVIEW, "amount": None})
    desk.start = desk.start.model_copy(update={"request": request})
    return desk


DOORS: list[tuple[str, dict[str, Any]]] = [
    ("offer_compensation", {"form": "coupon", "amount": yuan_of("5.00")}),
    ("offer_compensation", {"form": "cash", "amount": yuan_of("5.00"), "occasion": "flaw"}),
    ("offer_compensation", {"form": "gift", "amount": yuan_of("5.00"), "occasion": "our_mess"}),
    *(("decide", {"resolution": resolution, "amount": yuan_of("5.00")}) for resolution in FORMS),
    ("decide", {"resolution": "coupon"}),
    ("hand_over", {"reason": "cannot_solve", "suggests": "coupon"}),
    ("promise", {"what": "compensation", "amount": yuan_of("5.00")}),
    ("promise", {"what": "compensation_gift"}),
    ("promise", {"what": "a surprise"}),
    ("promise", {"what": "call_back", "amount": yuan_of("5.00")}),
]


@pytest.mark.parametrize("by", ["agent:1", "supervisor:2", "manager:3", "finance:4"])
@pytest.mark.parametrize(("kind", "fields"), DOORS)
def test_no_command_gives_goodwill_in_a_case_about_a_review(kind: str, fields: dict[str, Any], by: str) -> None:
    """P-NOTRADE: whoever asks, in whatever form, by offer, decision or promise: refused under the guard's own rule."""
    refused = reviewed().refusal(kind, by, **fields)
    assert refused is not None
    assert (refused.code, refused.rule) == ("review_case", "P-NOTRADE")


@pytest.mark.parametrize("became", [CaseType.COMPLAINT, CaseType.DISPUTE, CaseType.RETURN_REFUND])
def test_another_type_does_not_open_the_door(became: CaseType) -> None:
    """A case that began with a review stays one for the guard, whatever it becomes."""
    desk = reviewed()
    desk.state.became = became
    assert desk.code("offer_compensation", form="coupon", amount=yuan_of("5.00")) == "review_case"


def test_reopening_does_not_open_the_door() -> None:
    """What is decided when he is unhappy again is held to the same."""
    desk = reviewed("decision_reopened")
    desk.state.round = 2
    assert desk.code("decide", resolution="coupon", amount=yuan_of("5.00")) == "review_case"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("decide", {"resolution": "full_refund", "reason": "delete the review, money back"}),
        ("decide", {"resolution": "partial_refund", "reason": "返现改评价"}),
        ("decide", {"resolution": "partial_refund", "amount": yuan_of("5.00"), "reason": "deletes_the_review"}),
        ("decide", {"resolution": "reship", "reason": "顾客愿意改成好评"}),
        ("promise", {"what": "five_stars"}),
        ("hand_over", {"reason": "coupon_for_five_stars"}),
        ("promise", {"what": "好评返现"}),
        ("quote_fee", {"what": "改差评退款", "amount": yuan_of("5.00")}),
        ("cancel_case", {"reason": "he changed the review after a refund"}),
        ("pause_clock", {"clock": "S-ONLINE", "reason": "waiting_for_a_positive_review_then_cash"}),
    ],
)
def test_words_that_trade_are_refused_in_every_command(kind: str, fields: dict[str, Any]) -> None:
    """P-NOTRADE: benefit and review in one sentence pass in no field of no command."""
    desk = reviewed()
    desk.clock("S-ONLINE")
    refused = desk.refusal(kind, **fields)
    assert refused is not None
    assert refused.rule == "P-NOTRADE", refused


@pytest.mark.parametrize("reason", ["deletes_the_review", "rating", "五星", "他同意删差评", "5 stars"])
def test_a_command_that_gives_something_speaks_of_no_review_in_any_case(reason: str) -> None:
    """P-NOTRADE: the sum stands in one field and the review in another; that is a trade in a case of any type."""
    desk = Desk("decision_refund_only")
    refused = desk.refusal("decide", resolution="partial_refund", amount=yuan_of("5.00"), reason=reason)
    assert refused is not None
    assert refused.rule == "P-NOTRADE"


def test_an_occasion_that_a_rulebook_calls_after_reviews_is_refused() -> None:
    """A shop's file cannot open the door either: goodwill "for five stars" is none of a customary size."""
    desk = Desk("consent")
    (first, *others) = desk.start.rules.compensation
    rules = desk.start.rules.model_copy(
        update={"compensation": (first.model_copy(update={"occasion": "five_stars"}), *others)}
    )
    desk.start = desk.start.model_copy(update={"rules": rules})
    refused = desk.refusal("offer_compensation", form="coupon", amount=yuan_of("5.00"), occasion="five_stars")
    assert refused is not None
    assert (refused.code, refused.rule) == ("review_named", "P-NOTRADE")


def test_what_solves_the_problem_is_allowed() -> None:
    """Goods and money go by their own rules, and an answer may be promised."""
    for fields in ({"resolution": "reship"}, {"resolution": "full_refund"}, {"resolution": "explain_only"}):
        assert reviewed().code("decide", **fields) == ""
    assert reviewed().code("promise", what="call_back") == ""
    assert reviewed().code("promise", what="refund", amount=yuan_of("5.00")) == ""


def test_coming_often_proposes_nothing_there() -> None:
    """R-OURMESS proposes a gesture by itself; in a case about a review it does not."""
    for desk, proposed in ((Desk("consent"), True), (reviewed(), False)):
        for day in range(9):
            desk.state.came_back.note_contact(NOW + timedelta(days=day), 480)
        assert goodwill.propose_for_our_mess(desk.start, desk.state, NOW + timedelta(days=9)) is proposed
        assert bool(desk.state.gestures) is proposed


def test_a_review_asks_for_no_sum() -> None:
    """Money for a review is refused at the door already: a request about one names no amount."""
    asked = reviewed().start.request.model_dump()
    with pytest.raises(ValidationError, match="P-NOTRADE"):
        Request.model_validate(asked | {"amount": Money(minor=500)})


def test_every_command_that_could_give_something_is_among_the_doors() -> None:
    """A command that is added later, with a sum or a resolution, must be tried here too."""
    fields = {"amount", "resolution", "suggests"}
    giving = {kind for kind, model in COMMANDS.items() if fields & model.model_fields.keys()}
    coming_in = {"quote_fee", "record_reimbursement"}
    assert giving == {kind for kind, _ in DOORS} | coming_in, "these give nothing: they ask for money, or book it"
    assert set(FORMS) <= {Resolution(fields["resolution"]) for kind, fields in DOORS if kind == "decide"}
