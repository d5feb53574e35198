"""A case can say at any moment where it stands, what it waits for, what holds it back and what comes next."""

from __future__ import annotations

from datetime import timedelta

from domain.case import Proposal
from domain.case_sheet import sheet
from domain.explain import Explanation, explain
from domain.messages.commands import COMMANDS
from domain.vocabulary import Outcome, Party, Resolution
from tests.domain.cases import NOW, Desk, yuan_of


def told(desk: Desk) -> Explanation:
    """What the case says, its timer being armed for tomorrow."""
    return explain(desk.start, desk.state, (NOW + timedelta(days=1), "S-CONSENT due"))


def test_a_clock_is_explained_with_its_rule_source_and_pauses() -> None:
    """Whoever asks sees why a deadline stands, not only when."""
    desk = Desk("consent")
    clock = desk.clock("S-CONSENT")
    clock.pause(NOW, "holiday", "agent:7")
    (view,) = told(desk).clocks
    assert (view.id, view.rule, view.state, view.pauses) == ("S-CONSENT", clock.rule, "paused", ["holiday (agent:7)"])
    assert told(desk).due_at is None, "a stopped clock is not due"
    clock.resume(NOW)
    assert (told(desk).due_at, told(desk).due_rule) == (clock.due_at, "S-CONSENT")


def test_a_deadline_over_days_without_a_notice_is_called_provisional() -> None:
    """Whoever reads it knows that it may still move: in the explanation, on the case sheet, for windows too."""
    desk = Desk("consent")
    clock = desk.clock("S-CONSENT")
    assert "暂定" not in sheet(desk.start, desk.state, NOW)
    clock.provisional = True
    desk.state.provisional_ends["D-NR"] = NOW
    (view,) = told(desk).clocks
    assert view.provisional
    assert told(desk).provisional_windows == [f"D-NR {NOW.isoformat()}"]
    assert "暂定 provisional" in sheet(desk.start, desk.state, NOW)


def test_the_next_act_of_the_case_itself_is_told() -> None:
    """What fires when nobody does anything, and when."""
    upcoming = told(Desk("consent")).next
    assert upcoming is not None
    assert (upcoming.at, upcoming.what) == (NOW + timedelta(days=1), "S-CONSENT due")
    desk = Desk("consent")
    assert explain(desk.start, desk.state, (None, "")).next is None


def test_what_the_customer_was_asked_is_told_with_its_price_and_its_choices() -> None:
    """An agent whom he calls about it reads what it costs him and between what he may choose (P-FEEQUOTE)."""
    desk = Desk("consent")
    choices = (Resolution.RETURN_REFUND, Resolution.SEND_BACK)
    desk.state.proposals.append(Proposal(id="C1", plan=Resolution.SEND_BACK, fee=yuan_of("12.00"), choices=choices))
    assert told(desk).open_proposals == ["C1 send_back 12.00 CNY (return_refund, send_back)"]


def test_while_it_waits_for_photos_it_says_how_many_suffice() -> None:
    """One photo came and two are needed: whoever looks sees why the case still waits (R-EVID)."""
    desk = Desk("photos")
    desk.state.evidence.append("file-1")
    assert told(desk).photos == f"1/{desk.start.rules.numbers.evidence_photos}"
    assert told(Desk("consent")).photos == ""


def test_every_guard_that_holds_the_case_back_is_named_once() -> None:
    """Contact hours, open promises, missing consent, missing approval: each with its rule."""
    desk = Desk("consent")
    assert told(desk).blocked == []
    desk.does("promise", what="call_back")
    desk.does("offer_compensation", form="coupon", amount=yuan_of("50.00"))
    desk.state.proposals.append(Proposal(id="C1", plan=Resolution.RESHIP))
    desk.state.guard_block = {"rule": "P-HOURS", "reason": "too_early", "next_slot": "10:00"}
    assert {one.guard for one in told(desk).blocked} == {"P-HOURS", "P-PROMISE", "P-CONSENT", "A-CAP"}
    desk.state.outcome = Outcome.WITHDRAWN
    assert "P-CONSENT" not in {one.guard for one in told(desk).blocked}


def test_the_ball_is_with_a_person_of_ours_when_one_must_act() -> None:
    """An alarm takes the ball from the customer; without one he who is waited for has it."""
    desk = Desk("consent")
    assert desk.state.waiting is not None
    desk.state.waiting.ball_with = Party.CUSTOMER
    assert told(desk).ball_with == Party.CUSTOMER
    desk.state.needs_human = "promise_overdue"
    assert told(desk).ball_with == Party.AGENT


def test_every_command_is_offered_or_refused_with_its_sentence() -> None:
    """A console needs nothing else to draw its buttons."""
    actions = {one.action: one for one in told(Desk("decision_lost")).actions}
    assert actions.keys() == COMMANDS.keys()
    assert actions["decide"].allowed
    assert (actions["approve"].allowed, actions["approve"].rule) == (False, "A-CAP")
    assert actions["approve"].why_not


def test_the_case_sheet_shows_no_person_and_the_customers_own_time() -> None:
    """The Web UI's page: names, sums and local times; never who the customer is (P-PRIV)."""
    desk = Desk("consent")
    desk.clock("S-CONSENT")
    page = sheet(desk.start, desk.state, NOW)
    assert desk.start.request.order.customer_ref not in page
    assert (NOW + timedelta(hours=18)).strftime("%m-%d %H:%M") in page, "due in ten hours, in China"
    assert "· 七天无理由 a change of mind" in page
    assert page.endswith("时间 times UTC+08:00"), "an engineer reads it beside the instants of the Web UI"
