"""What a finished case was about: tagged by itself when it closes, put right by an agent afterwards (R-TAG, R-SIX)."""

from __future__ import annotations

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import Refused


async def test_a_case_is_tagged_when_it_closes_and_an_agent_puts_it_right(house: House) -> None:
    """The tag rides on the closing page; in aftercare an agent names the real cause, and reopened it stands."""
    case = await house.open("refund_only", reason="duplicate", amount=1000)
    await case.run_until(stage="closed")
    (tag,) = await case.records("case_tag")
    assert (tag["cause"], tag["liability"], tag["by"]) == ("changed_mind", "customer", "system")

    with pytest.raises(Refused) as refused:
        await case.act("tag_case", by="agent:7", cause="sabotage")
    assert (refused.value.code, refused.value.rule) == ("unknown_cause", "R-TAG")
    await case.act("tag_case", by="agent:7", cause="service", liability="merchant")
    await case.pass_time(hours=1)
    (tag,) = await case.records("case_tag")
    assert (tag["cause"], tag["liability"], tag["by"]) == ("service", "merchant", "agent:7")
    await case.act("reopen_case", by="agent:7", reason="again")
    await case.run_until(needs_human="decide:reopened")
    await case.act("decide", by="agent:7", resolution="explain_only")

    await case.to_the_end()
    (tag,) = await case.records("case_tag")
    assert (tag["cause"], tag["by"]) == ("service", "agent:7")


async def test_the_tag_command_comes_as_a_signal_too(house: House) -> None:
    """From Temporal's own tools: taken, or refused and journalled."""
    case = await house.open("refund_only", reason="duplicate", amount=1000)
    await case.run_until(stage="closed")
    for cause in ("nonsense", "size"):
        await case.handle.signal("tag_case", {"by": "agent:7", "cause": cause})
    await case.to_the_end()
    assert (await case.one("command_refused")).data == {"command": "tag_case", "code": "unknown_cause"}
    (tag,) = await case.records("case_tag")
    assert tag["cause"] == "size"


async def test_a_case_says_which_of_the_six_steps_it_did_without(house: House) -> None:
    """A refund for an order placed twice: nobody had to apologise, and the closing entry says that nobody did."""
    case = await house.open("refund_only", reason="duplicate", amount=1000)
    await case.to_the_end()
    assert (await case.one("case_closed")).data["steps_missing"] == ["apologise"]
