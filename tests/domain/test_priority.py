"""Which case comes first: by what it is about, whether it is important and whether it can wait (R-CLASSIFY)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain import rulebook_file
from domain.case import Promised, PromiseState
from domain.clocks import ClockState
from domain.explain import explain
from domain.money import Money
from domain.priority import priority
from domain.rules import Rules
from domain.texts import label
from domain.vocabulary import CaseType, Nature
from tests.domain.cases import NOW, Desk


def test_an_ordinary_case_comes_last() -> None:
    """A return of 99.00 with nothing overdue is neither important nor urgent."""
    judged = priority(Desk().start, Desk().state)
    assert (judged.level, judged.nature, judged.reasons, judged.rule) == (4, Nature.GOODS, "", "R-CLASSIFY")


@pytest.mark.parametrize("type", CaseType)
def test_every_type_has_a_nature_and_a_priority(type: CaseType) -> None:
    """A type that the rulebook calls grave is important, one that cannot wait is urgent, whatever else is known."""
    desk = Desk()
    desk.state.became = type
    judged, rules = priority(desk.start, desk.state), desk.start.rules
    assert bool(judged.important) == (type in rules.important_types)
    assert bool(judged.urgent) == (type in rules.urgent_types)
    assert judged.nature is type.nature


def test_a_case_that_turns_out_graver_moves_up() -> None:
    """A request that becomes a dispute is judged as one from then on."""
    desk = Desk()
    desk.state.became = CaseType.DISPUTE
    judged = priority(desk.start, desk.state)
    assert (judged.level, judged.nature, judged.important) == (2, Nature.GRIEVANCE, ("grave_matter",))


def test_a_large_sum_is_important_from_the_sum_of_the_rulebook_on() -> None:
    """What he asks for counts, else what the order cost."""
    desk = Desk()
    least = desk.start.rules.numbers.important_sum
    for minor, important in ((least.minor - 1, ()), (least.minor, ("large_sum",))):
        request = desk.start.request.model_copy(update={"amount": Money(minor=minor)})
        start = desk.start.model_copy(update={"request": request})
        assert priority(start, desk.state).important == important


def test_who_came_again_and_again_is_important() -> None:
    """So often as R-OURMESS says; a broken promise weighs as much."""
    desk = Desk()
    desk.state.came_back.contacts = desk.start.rules.numbers.our_mess_contacts
    assert priority(desk.start, desk.state).important == ("came_again",)
    owed = Promised(id="P1", what="call", amount=None, by="agent:1", due_at=NOW, state=PromiseState.BROKEN)
    desk.state.promises = [owed]
    assert priority(desk.start, desk.state).important == ("came_again", "promise_broken")


def test_a_deadline_makes_urgent_when_its_last_warning_was_given() -> None:
    """Not before, and no longer once it is met; passed, it is urgent until somebody took it up."""
    desk = Desk()
    clock = desk.clock("S-CONSENT")
    assert priority(desk.start, desk.state).level == 4
    clock.take_warnings(clock.after(90))
    assert priority(desk.start, desk.state).urgent == ("nearly_due",)
    clock.end(ClockState.MET, NOW)
    assert priority(desk.start, desk.state).level == 4
    desk.state.needs_human = "overdue:S-CONSENT"
    assert priority(desk.start, desk.state).urgent == ("overdue",)
    assert priority(desk.start, desk.state).level == 3


def test_aftercare_and_windows_hurry_nobody() -> None:
    """A survey that is near or a window about to close is no work that waits."""
    desk = Desk()
    for id in ("D-SURVEY", "S-REOPEN", "D-NR"):
        desk.clock(id).warn_at = []
    assert priority(desk.start, desk.state).level == 4


def test_a_platforms_deadline_on_a_grave_matter_comes_first() -> None:
    """Important and urgent: nothing goes before it."""
    desk = Desk()
    desk.state.became = CaseType.PLATFORM_RIGHTS
    request = desk.start.request.model_copy(update={"deadline": NOW + timedelta(days=1)})
    judged = priority(desk.start.model_copy(update={"request": request}), desk.state)
    assert (judged.level, judged.reasons) == (1, "grave_matter cannot_wait platform_deadline")


def test_a_shop_may_weigh_otherwise() -> None:
    """The order of the four classes is the rulebook's: a shop that puts urgent before important gets it so."""
    book = rulebook_file.load(
        '[categories.priorities]\nvalue = ["important_urgent", "urgent", "important", "rest"]\n'
        '[categories.important_types]\nvalue = ["exchange"]\n'
    )
    desk = Desk()
    start = desk.start.model_copy(update={"rules": book.rules()})
    desk.state.became = CaseType.EXCHANGE
    assert priority(start, desk.state).level == 3
    desk.state.became = CaseType.DISPUTE
    assert priority(start, desk.state).level == 4
    desk.state.became = CaseType.ADDRESS_CHANGE
    assert priority(start, desk.state).level == 2


def test_an_order_without_classes_still_gives_a_priority() -> None:
    """A shop's list that names none of them makes all cases alike, and no case fails over it."""
    desk = Desk()
    rules = desk.start.rules.model_copy(update={"priorities": ()})
    assert priority(desk.start.model_copy(update={"rules": rules}), desk.state).level == 1


def test_cases_carry_no_word_of_it_where_it_is_as_usual() -> None:
    """The first event of a case does not grow: the packaged lists are what a case goes by without being told."""
    rules = rulebook_file.default().rules()
    assert not {"important_types", "urgent_types", "priorities"} & rules.model_dump().keys()
    assert "important_sum" not in rules.model_dump()["numbers"]
    assert Rules.model_validate(rules.model_dump(mode="json")) == rules


def test_explain_says_the_priority_and_why() -> None:
    """Class, place, reasons and rule, and each has its word in both languages."""
    desk = Desk()
    desk.state.became = CaseType.PLATFORM_RIGHTS
    told = explain(desk.start, desk.state, (None, ""))
    assert (told.priority, told.nature, told.priority_rule) == (1, "grievance", "R-CLASSIFY")
    for language in ("zh", "en"):
        words = [label("priority", one, language) for one in told.priority_why] + [
            label("nature", told.nature, language)
        ]
        assert not {*words} & {"", *told.priority_why}
