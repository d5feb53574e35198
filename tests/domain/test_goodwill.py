"""The goodwill of one case, from its offer to its end."""

from __future__ import annotations

from datetime import timedelta

from domain import goodwill
from domain.case import Promised, PromiseState
from domain.clocks import ClockState
from domain.explain import explain
from domain.gesture import GestureState
from domain.money import LARGEST, Money
from tests.domain.cases import Desk, yuan_of


def offered(form: str = "coupon", yuan: str = "10.00", **more: str) -> Desk:
    """An agent offered that much."""
    desk = Desk("consent")
    desk.does("offer_compensation", form=form, amount=yuan_of(yuan), **more)
    return desk


def came_often(desk: Desk) -> Desk:
    """He came three times, and each time an agent answered."""
    for _ in range(3):
        desk.state.came_back.note_contact(desk.now, 480)
        desk.state.came_back.note_answer("agent:1")
        desk.now += timedelta(hours=1)
    return desk


def test_what_he_declines_is_owed_no_more() -> None:
    """Debt, clock and sum against the limit are gone; a person finds something else, beginning at the next rung."""
    desk = offered()
    (gesture,) = desk.state.gestures
    goodwill.answer(desk.state, gesture, False, desk.now, "customer")

    assert gesture.state is GestureState.DECLINED
    assert desk.state.promises[0].state is PromiseState.DECLINED
    assert desk.state.clocks[f"D-PROMISE/{gesture.promise}"].state is ClockState.CANCELLED
    assert (desk.state.open_promises(), desk.state.compensation_minor) == ([], 0)
    assert desk.state.needs_human == goodwill.DECLINED
    assert goodwill.next_rung(desk.start.rules, desk.state) == "member_price"
    (consent,) = desk.records("consent")
    assert (consent["plan"], consent["agreed"]) == ("compensation_coupon", False)
    desk.does("offer_compensation", form="member_price", amount=yuan_of("5.00"))
    assert desk.state.needs_human == ""


def test_a_declined_gesture_that_was_overdue_silences_its_alarm() -> None:
    """Nobody is asked for what nobody wants."""
    desk = offered()
    desk.state.promises[0].state = PromiseState.BROKEN
    desk.state.needs_human = "promise_overdue_manager"
    goodwill.answer(desk.state, desk.state.gestures[0], False, desk.now, "customer")
    assert desk.state.needs_human == goodwill.DECLINED


def test_an_absurd_sum_is_above_every_limit_and_breaks_nothing() -> None:
    """The largest sum that a message may name, beside what was given before, is refused like any that is too high."""
    desk = offered()
    absurd = {"minor": LARGEST, "currency": "CNY"}
    assert desk.code("promise", what="call_back", amount=absurd) == "over_limit"
    assert desk.does("offer_compensation", form="gift", amount=absurd).startswith("asked_for_approval")


def test_what_is_kept_is_given() -> None:
    """The gesture follows its promise, and a promise of something else touches no gesture."""
    desk = offered()
    other = desk.does("promise", what="call_back")
    (gesture,) = desk.state.gestures
    desk.does("keep_promise", promise=other)
    assert gesture.state is GestureState.OWED
    desk.does("keep_promise", promise=gesture.promise)
    assert gesture.state is GestureState.GIVEN
    assert [one["state"] for one in desk.records("compensation")] == ["given"]


def test_a_granted_gesture_keeps_its_form() -> None:
    """What was asked for as a gift is owed as a gift, on the word of who granted it."""
    desk = offered("gift", "50.00")
    desk.does("approve", "supervisor:2")
    assert [(one.what, one.by) for one in desk.state.open_promises()] == [("compensation_gift", "supervisor:2")]


def test_a_request_of_earlier_code_is_still_owed_when_it_is_granted() -> None:
    """A case that asked before gestures were kept goes on."""
    desk = offered("gift", "50.00")
    desk.state.gestures.clear()
    desk.does("approve", "supervisor:2")
    assert [one.what for one in desk.state.open_promises()] == ["compensation"]


def test_asking_does_not_hide_what_a_person_must_do_already() -> None:
    """The first need stays; the request is shown when nothing else is."""
    desk = Desk("decision_lost")
    desk.state.needs_human = "decide:lost"
    desk.does("offer_compensation", form="coupon", amount=yuan_of("50.00"))
    goodwill.remind(desk.state)
    assert desk.state.needs_human == "decide:lost"
    desk.state.needs_human = ""
    goodwill.remind(desk.state)
    assert desk.state.needs_human == f"approve:{desk.state.approvals[0].id}"


def test_the_ladder_is_shown_beside_the_commands() -> None:
    """An agent sees what to offer next; when he declined all of it, no more."""
    desk = offered()
    goodwill.answer(desk.state, desk.state.gestures[0], False, desk.now, "customer")

    def rung() -> str:
        return explain(desk.start, desk.state, (None, "")).next_goodwill

    assert rung() == "member_price"
    for form in desk.start.rules.numbers.compensation_ladder[1:]:
        desk.does("offer_compensation", "manager:1", form=form, amount=yuan_of("1.00"))
        goodwill.answer(desk.state, desk.state.gestures[-1], False, desk.now, "customer")
    assert rung() == ""


def test_what_is_proposed_unasked_is_one_click_and_no_payment() -> None:
    """R-OURMESS: the next form, the least customary sum, any agent's word; once in the life of a case."""
    desk = came_often(Desk("return_number"))
    assert goodwill.propose_for_our_mess(desk.start, desk.state, desk.now)
    (gesture,), (asked,) = desk.state.gestures, desk.state.approvals
    assert (gesture.form, gesture.amount, gesture.state) == ("coupon", Money(minor=500), GestureState.ASKED)
    assert (asked.requested_by, asked.needs, asked.rule) == ("system", "agent", "R-OURMESS")
    assert desk.state.open_promises() == []
    desk.does("approve", "agent:1")
    assert [one.what for one in desk.state.open_promises()] == ["compensation_coupon"]
    assert not goodwill.propose_for_our_mess(desk.start, desk.state, desk.now)


def test_who_was_offered_it_already_is_not_offered_it_again() -> None:
    """An agent thought of it himself: it is noted that the customer came too often, and nothing is proposed."""
    desk = came_often(offered(occasion="our_mess"))
    assert goodwill.propose_for_our_mess(desk.start, desk.state, desk.now)
    assert len(desk.state.gestures) == 1
    assert desk.events()[-1] == "our_mess"
    assert desk.state.approvals == []


def test_nothing_is_proposed_before_it_is_due() -> None:
    """Two contacts are no mess."""
    desk = Desk("return_number")
    for _ in range(2):
        desk.state.came_back.note_contact(desk.now, 480)
        desk.state.came_back.note_answer("agent:1")
    assert not goodwill.propose_for_our_mess(desk.start, desk.state, desk.now)
    assert desk.state.unread == []


def test_what_was_promised_by_word_counts_as_goodwill_too() -> None:
    """A-CAP: a promise of money and a gesture together stay within the limit; a promised refund is another thing."""
    desk = Desk("consent")
    desk.does("promise", what="compensation in cash", amount=yuan_of("10.00"))
    desk.does("promise", what="refund", amount=yuan_of("40.00"))
    assert desk.does("offer_compensation", form="coupon", amount=yuan_of("5.00")) == "promised"
    assert desk.does("offer_compensation", form="gift", amount=yuan_of("1.00")).startswith("asked_for_approval")


def test_a_closing_case_waits_for_no_grant() -> None:
    """What nobody granted was never promised; what is owed stays owed."""
    desk = offered()
    desk.does("offer_compensation", form="gift", amount=yuan_of("50.00"))
    goodwill.lapse(desk.state, desk.now)
    assert [one.state for one in desk.state.gestures] == [GestureState.OWED, GestureState.REJECTED]
    assert [(one.verdict, one.decided_by) for one in desk.state.approvals] == [("rejected", "system")]
    owed: list[Promised] = desk.state.open_promises()
    assert len(owed) == 1
