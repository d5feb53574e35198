"""Claims on couriers: their numbers, and what staff may do to them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from domain.courier_claim import acting, out_of_place
from domain.events import CaseStart, Request
from domain.identity import claim_number, is_business_id
from domain.messages.commands import Decide, OfferCompensation, RecordReimbursement
from domain.money import Money
from domain.vocabulary import CaseType, Party, Resolution
from tests.domain.cases import Desk


def a_claim(minor: int | None = 4500) -> CaseStart:
    """A claim of the case C-1."""
    start = Desk().start
    amount = None if minor is None else Money(minor=minor)
    asked = {"case_type": CaseType.COURIER_CLAIM, "parent": "C-1", "request_id": "C-1.claim", "amount": amount}
    return start.model_copy(update={"request": start.request.model_copy(update=asked)})


@pytest.mark.parametrize("case_no", ["AS-1", "9" * 64, "9" * 60 + "-cancel_before_receipt"])
def test_every_case_can_have_claims_with_numbers_of_their_own(case_no: str) -> None:
    """However long the case's number is, each of its claims has a number that may stand in an id."""
    numbers = [claim_number(case_no, nth) for nth in (1, 2, 3)]
    assert len({*numbers}) == 3
    assert all(is_business_id(number) for number in numbers)
    assert not set(numbers) & {claim_number(case_no + "0", nth) for nth in (1, 2, 3)}


def test_the_first_claim_is_read_as_the_cases() -> None:
    """A person sees whose claim it is."""
    assert [claim_number("AS-1", nth) for nth in (1, 2)] == ["AS-1.claim", "AS-1.claim2"]


def test_a_claim_belongs_to_a_case_and_nothing_else_does() -> None:
    """No claim without the customer's case, and no other case is opened beside one."""
    asked = Desk().start.request.model_dump()
    for wrong in ({"parent": "C-1"}, {"case_type": "courier_claim"}):
        with pytest.raises(ValidationError, match="belongs to the case of a customer"):
            Request.model_validate(asked | wrong)


def test_what_is_said_to_customers_has_no_place_in_a_claim_and_its_money_none_elsewhere() -> None:
    """M-COURIER: goodwill goes to the customer's case, what a courier paid to the claim."""
    refused = out_of_place(a_claim(), OfferCompensation)
    assert refused is not None
    assert "C-1" in refused.en
    assert out_of_place(Desk().start, OfferCompensation) is None
    assert out_of_place(Desk().start, RecordReimbursement) is not None
    assert out_of_place(a_claim(), RecordReimbursement) is None


@pytest.mark.parametrize(
    ("role", "minor", "code"),
    [
        (Party.AGENT, 1500, ""), (Party.AGENT, 1501, "over_limit"), (Party.SUPERVISOR, 20000, ""),
        (Party.SUPERVISOR, 20001, "over_limit"), (Party.MANAGER, 900000, ""), (Party.FINANCE, 100, "over_limit"),
        (Party.AGENT, None, "over_limit"),
    ],
)  # fmt: skip
def test_who_may_write_a_loss_off(role: Party, minor: int | None, code: str) -> None:
    """A-CAP: whoever may give that sum away; where nobody knows it, the whole order counts."""
    refused = acting(a_claim(minor), Desk().state, role, Decide(resolution=Resolution.WRITE_OFF))
    assert (refused.code if refused else "") == code


def test_a_claim_is_claimed_again_or_written_off_and_nothing_else_is() -> None:
    """No refund is decided on a claim, and no customer's case is written off."""
    assert acting(a_claim(), Desk().state, Party.MANAGER, Decide(resolution=Resolution.FULL_REFUND)) is not None
    assert acting(Desk().start, Desk().state, Party.MANAGER, Decide(resolution=Resolution.WRITE_OFF)) is not None
    assert acting(a_claim(), Desk().state, Party.AGENT, Decide(resolution=Resolution.CLAIM_AGAIN)) is None


@pytest.mark.parametrize(
    ("amount", "taken"), [(Money(minor=0), False), (Money(minor=5, currency="USD"), False), (Money(minor=5), True)]
)
def test_a_payment_is_a_sum_in_the_orders_currency(amount: Money, *, taken: bool) -> None:
    """Nothing, or another currency, is no payment that can be booked."""
    refused = acting(a_claim(), Desk().state, Party.FINANCE, RecordReimbursement(amount=amount))
    assert (refused is None) is taken
