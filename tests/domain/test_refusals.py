"""What staff may not do, and how they are told: a sentence in both languages with its rule and what to do instead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import goodwill
from domain.approval import ask_approval
from domain.case import Refunding
from domain.events import CUSTOMS
from domain.goodwill_refusals import AT_ONCE
from domain.messages.commands import COMMANDS
from domain.money import Money
from domain.ports.refunds import HumanNeed, RefundStatus
from domain.refusals import LAST_PAGE, available, same_person
from domain.vocabulary import Party
from tests.domain.cases import FEN, NOW, Desk, yuan_of

LATER = (NOW + timedelta(days=1)).isoformat()
FULL = {"resolution": "full_refund"}


def quiet() -> Desk:
    """A case that waits for the customer."""
    return Desk("consent")


def deciding() -> Desk:
    """A case that waits for a person's decision."""
    return Desk("decision_refund_only")


def decided() -> Desk:
    """A colleague decided a moment ago, and the case has not gone on yet."""
    desk = deciding()
    desk.does("decide", **FULL)
    return desk


def asked_for_goodwill() -> Desk:
    """An agent asked for 90.00 of goodwill, above his limit."""
    desk = quiet()
    desk.does("offer_compensation", form="coupon", amount=yuan_of("90.00"))
    return desk


def owed_cash() -> Desk:
    """Ten yuan of cash are owed."""
    desk = quiet()
    desk.does("offer_compensation", form="cash", amount=yuan_of("10.00"))
    return desk


def above_custom() -> Desk:
    """An agent would give 12.00 for a flaw: within his limit, above what is customary."""
    desk = quiet()
    desk.does("offer_compensation", form="coupon", amount=yuan_of("12.00"), occasion="flaw")
    return desk


def to_sign() -> Desk:
    """A repair's application waits for a leader's signature (A-SIGN)."""
    desk = Desk("approval")
    ask_approval(
        desk.start, desk.state, desk.now, what="sign_repair", amount=desk.start.request.order.paid, rule="A-SIGN",
        by="system", needs=Party.SUPERVISOR,
    )  # fmt: skip
    return desk


def promised() -> Desk:
    """A promise is open."""
    desk = quiet()
    desk.does("promise", what="call_back")
    return desk


def timed() -> Desk:
    """A clock runs."""
    desk = quiet()
    desk.clock("S-CONSENT")
    return desk


def paid(status: RefundStatus = RefundStatus.DONE) -> Desk:
    """A refund of 60.00 was asked for."""
    desk = deciding()
    refund = Refunding(key="R-1", amount=Money.parse("60.00"), purpose="goods", rule="R-REF-PATH", status=status)
    desk.state.refunds.append(refund)
    return desk


def closed() -> Desk:
    """A closed case in its aftercare."""
    desk = Desk("aftercare")
    desk.state.closed_at = NOW
    return desk


def over() -> Desk:
    """A case whose aftercare is over and whose last page could not be written yet."""
    desk = closed()
    return desk.wait(LAST_PAGE)


def sent_again() -> Desk:
    """Another parcel was ordered for him."""
    desk = quiet()
    desk.start = desk.start.model_copy(update={"customs": CUSTOMS})
    desk.state.sent_again = True
    return desk


def reopened() -> Desk:
    """A colleague reopened it a moment ago, and the case has not gone on yet."""
    desk = closed()
    desk.does("reopen_case")
    return desk


REFUSED: list[tuple[str, Desk, str, str, dict[str, Any]]] = [
    ("not_staff", quiet(), "add_note", "customer", {"note_ref": "n"}),
    ("not_staff", quiet(), "add_note", "courier:9", {"note_ref": "n"}),
    ("closed", closed(), "decide", "agent:1", FULL),
    ("over", over(), "reopen_case", "agent:1", {}),
    ("open", quiet(), "reopen_case", "agent:1", {}),
    ("nothing_to_approve", quiet(), "approve", "supervisor:2", {}),
    ("nothing_to_approve", quiet(), "reject", "supervisor:2", {}),
    ("nothing_to_decide", quiet(), "decide", "agent:1", FULL),
    ("sent_again", sent_again(), "cancel_case", "agent:1", {"reason": "his_word"}),
    ("done_already", decided(), "decide", "supervisor:2", FULL),
    ("done_already", reopened(), "reopen_case", "agent:2", {}),
    ("nothing_asked", Desk("refund_notice"), "provide_input", "finance:3", {}),
    ("no_promise", quiet(), "keep_promise", "agent:1", {"promise": "P1"}),
    ("no_such_promise", promised(), "keep_promise", "agent:1", {"promise": "P9"}),
    ("no_pause", timed(), "resume_clock", "agent:1", {"clock": "S-CONSENT"}),
    ("no_clock", quiet(), "pause_clock", "agent:1", {"clock": "S-CONSENT", "reason": "holiday"}),
    ("no_such_clock", timed(), "pause_clock", "agent:1", {"clock": "S-TRACKING", "reason": "holiday"}),
    ("no_such_clock", timed(), "move_clock", "supervisor:2", {"clock": "nonsense", "due_at": LATER, "reason": "r"}),
    ("not_supervisor", timed(), "move_clock", "agent:1", {"clock": "S-CONSENT", "due_at": LATER, "reason": "r"}),
    ("not_supervisor", quiet(), "adopt_rulebook", "agent:1", {"rulebook": "default", "reason": "r"}),
    ("closed", closed(), "adopt_rulebook", "manager:2", {"rulebook": "default", "reason": "r"}),
    ("before_start", timed(), "move_clock", "manager:2",
     {"clock": "S-CONSENT", "due_at": "2020-01-01T00:00:00Z", "reason": "r"}),
    ("protected", promised(), "pause_clock", "manager:2", {"clock": "D-PROMISE/P1", "reason": "r"}),
    ("protected", promised(), "move_clock", "manager:2", {"clock": "D-PROMISE/P1", "due_at": LATER, "reason": "r"}),
    ("not_confirming", quiet(), "close_case", "agent:1", {"note_ref": "n"}),
    ("no_word", Desk("confirmation"), "close_case", "agent:1", {}),
    ("paid", paid(), "cancel_case", "agent:1", {"reason": "changed_mind"}),
    ("paid", paid(RefundStatus.PENDING), "cancel_case", "agent:1", {"reason": "changed_mind"}),
    ("over_paid", paid(), "decide", "agent:1", FULL | {"amount": yuan_of("39.01")}),
    ("currency", deciding(), "decide", "agent:1", FULL | {"amount": {"minor": 1, "currency": "EUR"}}),
    ("no_amount", deciding(), "decide", "agent:1", FULL | {"amount": {"minor": 0}}),
    ("no_amount", deciding(), "decide", "agent:1", {"resolution": "price_refund"}),
    ("no_amount", deciding(), "decide", "agent:1", {"resolution": "freight_refund"}),
    ("not_supervisor", Desk("decision_worn_serious"), "decide", "agent:1", FULL),
    ("currency", quiet(), "promise", "agent:1", {"what": "cash", "amount": {"minor": 1, "currency": "EUR"}}),
    ("currency", quiet(), "quote_fee", "agent:1", {"what": "freight", "amount": {"minor": 1, "currency": "EUR"}}),
    ("sold_with_free_postage", quiet(), "quote_fee", "agent:1", {"what": "freight", "amount": {"minor": 1}}),
    ("currency", quiet(), "offer_compensation", "agent:1",
     {"form": "coupon", "amount": {"minor": 1, "currency": "EUR"}}),
    ("unknown_fee", quiet(), "quote_fee", "agent:1", {"what": "remote_area_postage", "amount": FEN}),
    ("no_amount", quiet(), "offer_compensation", "agent:1", {"form": "coupon", "amount": {"minor": 0}}),
    ("no_amount", deciding(), "decide", "agent:1", {"resolution": "coupon"}),
    ("over_paid", paid(), "decide", "agent:1", {"resolution": "cash_goodwill", "amount": yuan_of("39.01")}),
    ("paid_by_itself", owed_cash(), "keep_promise", "finance:3", {"promise": "P2"}),
    ("over_limit", above_custom(), "approve", "agent:5", {}),
    ("asks_other_reason", deciding(), "decide", "agent:1",
     {"resolution": "explain_only", "reason": "请把退款原因改成七天无理由"}),
    ("asks_other_reason", deciding(), "cancel_case", "agent:1", {"reason": "change_the_refund_reason"}),
    ("benefit_for_review", quiet(), "promise", "agent:1", {"what": "coupon for a good review"}),
    ("over_limit", quiet(), "promise", "agent:1", {"what": "red packet", "amount": yuan_of("15.01")}),
    ("over_limit", quiet(), "promise", "agent:1", {"what": "refund", "amount": yuan_of("50.01")}),
    ("over_limit", owed_cash(), "promise", "agent:1", {"what": "red packet", "amount": yuan_of("5.01")}),
    ("not_my_job", quiet(), "cancel_case", "agent:1", {"reason": "这不归我管"}),
    ("personal_data", quiet(), "cancel_case", "agent:1", {"reason": "called 10000000000"}),
    ("personal_data", quiet(), "promise", "agent:1", {"what": "mail to a@example.org"}),
    ("not_his_word", Desk("confirmation"), "customer_confirmed", "agent:1", {"solved": True}),
    ("unknown_form", quiet(), "offer_compensation", "agent:1", {"form": "car", "amount": FEN}),
    ("unknown_occasion", quiet(), "offer_compensation", "agent:1",
     {"form": "coupon", "amount": FEN, "occasion": "bad_review"}),
    ("over_paid", quiet(), "offer_compensation", "manager:2", {"form": "cash", "amount": yuan_of("99.01")}),
    ("own_request", asked_for_goodwill(), "approve", "agent:1", {}),
    ("own_request", asked_for_goodwill(), "approve", "manager:1", {}),
    ("over_limit", asked_for_goodwill(), "approve", "agent:5", {}),
    ("over_limit", asked_for_goodwill(), "approve", "finance:5", {}),
    ("which", asked_for_goodwill(), "approve", "supervisor:2", {"request": "A77"}),
    ("not_a_leader", to_sign(), "approve", "agent:7", {}),
    ("not_a_leader", to_sign(), "approve", "finance:5", {}),
    ("no_amount", deciding(), "decide", "agent:1", {"resolution": "repair", "amount": {"minor": 0}}),
    ("currency", deciding(), "decide", "agent:1", {"resolution": "repair", "amount": {"minor": 1, "currency": "EUR"}}),
    ("not_a_call", quiet(), "log_call", "agent:1", {"result": "sent"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "desk", "kind", "by", "fields"), REFUSED, ids=[f"{one[0]}-{one[2]}-{one[3]}" for one in REFUSED]
)
def test_a_refusal_says_why_and_what_to_do(code: str, desk: Desk, kind: str, by: str, fields: dict[str, Any]) -> None:
    """Every reason has its code, its rule, and a sentence in Chinese and in English; asking changes nothing."""
    before = desk.state.model_dump_json()
    refused = desk.refusal(kind, by, **fields)
    assert refused is not None
    assert refused.code == code
    assert refused.rule
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.zh)
    assert refused.en.isascii()
    assert str(refused) == f"{refused.zh} / {refused.en} [{refused.rule}]"
    assert desk.state.model_dump_json() == before


ACCEPTED: list[tuple[Desk, str, str, dict[str, Any]]] = [
    (deciding(), "decide", "agent:1", FULL),
    (deciding(), "decide", "agent:1", {"resolution": "price_refund", "amount": yuan_of("5.00")}),
    (Desk("decision_worn_serious"), "decide", "supervisor:2", FULL),
    (to_sign(), "approve", "supervisor:2", {}),
    (to_sign(), "reject", "agent:7", {"reason": "too_old"}),
    (deciding(), "decide", "agent:1", {"resolution": "repair", "amount": yuan_of("120.00")}),
    (paid(), "decide", "agent:1", FULL | {"amount": yuan_of("39.00")}),
    (paid(RefundStatus.REFUSED), "cancel_case", "agent:1", {"reason": "changed_mind"}),
    (closed(), "reopen_case", "agent:1", {}),
    (closed(), "add_note", "agent:1", {"note_ref": "n"}),
    (Desk("confirmation"), "close_case", "agent:1", {"note_ref": "call-1"}),
    *((Desk(f"refund_{need}"), "provide_input", "finance:3", {}) for need in HumanNeed),
    (asked_for_goodwill(), "approve", "supervisor:2", {}),
    (asked_for_goodwill(), "reject", "finance:2", {}),
    (timed(), "pause_clock", "agent:1", {"clock": "S-CONSENT", "reason": "holiday"}),
    (timed(), "move_clock", "supervisor:2", {"clock": "S-CONSENT", "due_at": LATER, "reason": "holiday"}),
    (promised(), "keep_promise", "agent:1", {"promise": "P1"}),
    (owed_cash(), "promise", "agent:1", {"what": "red packet", "amount": yuan_of("5.00")}),
    (quiet(), "promise", "agent:1", {"what": "refund", "amount": yuan_of("50.00")}),
    (quiet(), "adopt_rulebook", "supervisor:2", {"rulebook": "shop-2027@0123456789ab", "reason": "r"}),
    (quiet(), "offer_compensation", "agent:1", {"form": "coupon", "amount": yuan_of("99.00"), "occasion": "flaw"}),
]


@pytest.mark.parametrize(
    ("desk", "kind", "by", "fields"), ACCEPTED, ids=[f"{one[1]}-{number}" for number, one in enumerate(ACCEPTED)]
)
def test_what_has_its_place_is_not_refused(desk: Desk, kind: str, by: str, fields: dict[str, Any]) -> None:
    """The guard stops nobody who acts at the right time within his limits."""
    assert desk.code(kind, by, **fields) == ""


def test_that_it_is_not_solved_anybody_may_report() -> None:
    """P-CLOSE guards against closing over his head; what keeps a case open is taken from whoever hears it."""
    assert Desk("confirmation").code("customer_confirmed", "agent:1", solved=False) == ""
    assert Desk("confirmation").code("customer_confirmed", "customer") == ""
    assert Desk("consent").code("customer_agreed", "agent:1") == ""


def test_a_shop_that_acknowledged_it_may_ask_for_another_reason() -> None:
    """P-NOREASONGAME is a guard that a shop loosens only knowingly (X16); all else that staff write stays guarded."""
    desk = deciding()
    loosened = desk.start.rules.model_copy(update={"switches": {"X16": "ask_to_change"}})
    desk.start = desk.start.model_copy(update={"rules": loosened})
    assert desk.code("cancel_case", reason="change_the_refund_reason") == ""
    assert desk.code("cancel_case", reason="这不归我管") == "not_my_job"


def test_a_form_that_does_not_exist_is_answered_with_the_next_rung() -> None:
    """M-COMP-LADDER: who names a form that the shop does not have reads which one to offer next."""
    desk = quiet()
    desk.does("offer_compensation", form="coupon", amount=yuan_of("5.00"))
    goodwill.answer(desk.state, desk.state.gestures[0], False, desk.now, "customer")
    refused = desk.refusal("offer_compensation", form="car", amount=FEN)
    assert refused is not None
    assert "Next on the ladder: member_price" in refused.en
    assert "阶梯下一档：member_price" in refused.zh


def test_only_cash_is_bounded_by_what_was_paid() -> None:
    """A refund may not exceed the payment; a coupon or a gift is bounded by who may give it (A-CAP)."""
    desk = quiet()
    assert desk.code("offer_compensation", "manager:2", form="gift", amount=yuan_of("150.00")) == ""
    desk.does("offer_compensation", "manager:2", form="cash", amount=yuan_of("60.00"))
    assert desk.code("offer_compensation", "manager:2", form="cash", amount=yuan_of("39.01")) == "over_paid"


def test_limits_of_goodwill_hold_for_the_whole_case() -> None:
    """A-CAP: what a supervisor may give per case cannot be passed by approving it piece by piece."""
    desk = Desk("consent")
    desk.start = desk.start.model_copy(
        update={
            "request": desk.start.request.model_copy(
                update={"order": desk.start.request.order.model_copy(update={"paid": Money.parse("900.00")})}
            )
        }
    )
    first = desk.does("offer_compensation", form="cash", amount=yuan_of("150.00")).partition(":")[2]
    second = desk.does("offer_compensation", form="cash", amount=yuan_of("150.00")).partition(":")[2]
    desk.does("approve", "supervisor:2", request=first)
    assert desk.code("approve", "supervisor:2", request=second) == "over_limit"
    assert desk.code("approve", "manager:2", request=second) == ""


def test_a_wild_program_cannot_make_a_case_too_heavy() -> None:
    """Beyond a number of open promises, approvals and pauses that no person reaches, more are refused."""
    desk = Desk("consent")
    for _ in range(AT_ONCE):
        desk.does("promise", what="call_back")
        desk.does("offer_compensation", form="coupon", amount=yuan_of("20.00"))
    clock = desk.clock("S-CONSENT")
    for _ in range(AT_ONCE):
        clock.pause(desk.now, "r", "agent:1")
        clock.resume(desk.now)
    assert desk.code("promise", what="call_back") == "too_many"
    assert desk.code("offer_compensation", form="coupon", amount=yuan_of("20.00")) == "too_many"
    assert desk.code("pause_clock", clock="S-CONSENT", reason="r") == "too_many"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("agent:7", "supervisor:7", True),
        ("agent:7", "agent:8", False),
        ("agent", "agent", True),
        ("agent", "supervisor", False),
        ("agent:7", "agent", False),
    ],
)
def test_a_person_is_one_whatever_role_he_acts_under(one: str, other: str, same: bool) -> None:
    """A-SOD looks at the person; who gives only a role is taken for that role's one person."""
    assert same_person(one, other) is same


def test_every_command_is_listed_with_the_reason_why_not() -> None:
    """A console can show all commands, those that have no place now greyed out with the sentence."""
    listed = dict(available(quiet().start, quiet().state))
    assert listed.keys() == COMMANDS.keys()
    assert listed["add_note"] is None
    refused = listed["decide"]
    assert refused is not None
    assert refused.code == "nothing_to_decide"
