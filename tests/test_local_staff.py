"""Members of staff who act by a script: who does what, when, and how often."""

from __future__ import annotations

from typing import Any

from local.staff import Line, Staff


def shown(**what: Any) -> dict[str, Any]:
    """What a case says of itself."""
    return {"needs_human": "", "stage": "plan", "waiting_for": "", "open_approvals": [], "open_promises": []} | what


async def test_a_script_goes_before_what_staff_do_otherwise() -> None:
    """A line for a case decides there; elsewhere staff do the usual."""
    staff = Staff([Line("decide:*", "decide", "agent:17", case="demo/1", fields={"resolution": "reship"})])
    need = shown(needs_human="decide:lost")
    named, other = await staff.act("demo/1", need), await staff.act("demo/2", need)
    assert named is not None
    assert other is not None
    assert (named.fields["resolution"], other.fields["resolution"]) == ("reship", "full_refund")


async def test_a_line_acts_as_often_as_it_says() -> None:
    """A line for once is done after that, for each case by itself."""
    staff = Staff([Line("stage:consent", "add_note", "agent:17", times=1)], defaults=())
    now = shown(stage="consent")
    acts = [await staff.act(case, now) for case in ("demo/1", "demo/1", "demo/2")]
    assert [act is not None for act in acts] == [True, False, True]


async def test_a_line_may_wait() -> None:
    """Where the script says so nobody does what staff do otherwise: the case goes on by what comes next."""
    staff = Staff([Line("decide:*", "wait", "agent:17", case="demo/1")])
    need = shown(needs_human="decide:lost")
    waits, other = await staff.act("demo/1", need), await staff.act("demo/2", need)
    assert waits is None
    assert other is not None


async def test_a_line_may_be_about_another_case() -> None:
    """While his return waits for a number, an agent finds his parcel among those that nobody announced."""
    staff = Staff([Line("waiting:return_number", "match_parcel", "agent:7", case="demo/1", on="demo/unidentified-7")])
    act = await staff.act("demo/1", shown(waiting_for="return_number"))
    assert act is not None
    assert (act.command, act.on) == ("match_parcel", "demo/unidentified-7")


async def test_whoever_may_approves() -> None:
    """An approval is given by the role that it needs."""
    staff = Staff()
    asked = shown(needs_human="approve:A1", open_approvals=["A1 refund_goods 900.00 CNY by manager"])
    act = await staff.act("demo/1", asked)
    assert act is not None
    assert (act.command, act.by) == ("approve", "manager:1")


async def test_a_secret_is_kept_and_only_its_reference_sent() -> None:
    """An SMS code goes into the store before the command is given."""
    kept: list[str] = []

    async def keep(secret: str) -> str:
        kept.append(secret)
        return "in-1"

    act = await Staff(keep_input=keep).act("demo/1", shown(needs_human="refund:sms_code"))
    assert act is not None
    assert (dict(act.fields), len(kept)) == ({"input_ref": "in-1"}, 1)


async def test_nobody_acts_where_nothing_is_asked() -> None:
    """A case that waits for a partner is left alone."""
    assert await Staff().act("demo/1", shown(waiting_for="courier_answer")) is None
