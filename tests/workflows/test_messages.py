"""How people and partners speak to a case: signals, updates and Temporal's own command line, on the real server."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.journal_words import words_of
from domain.texts import label
from domain.vocabulary import CaseType, ReasonCode
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from tests.workflows.workshop import Bench, Workshop, opened

TEMPORAL = str(Path(sys.executable).with_name("temporal"))
NOT_DECIDED = {"reason": ReasonCode.NOT_RECEIVED}  # a refund-only request that a person must decide


@pytest_asyncio.fixture(scope="module")
async def workshop(
    temporal: TemporalServer, postgres: PostgresServer, database_template: str
) -> AsyncIterator[Workshop]:
    """A workshop for this file."""
    dsn = await postgres.create_database("messages", database_template)
    async with opened(temporal, "messages", dsn) as workshop:
        yield workshop


async def refusal(bench: Bench, kind: str, **command: Any) -> ApplicationError:
    """The refusal of an update."""
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await bench.handle.execute_update(kind, command)
    assert isinstance(caught.value.cause, ApplicationError)
    return caught.value.cause


async def cli(bench: Bench, *words: str) -> str:
    """Run `temporal workflow ...` as anybody would type it."""
    where = ("--address", bench.workshop.address, "--namespace", bench.workshop.client.namespace)
    done = await asyncio.create_subprocess_exec(
        *(TEMPORAL, "workflow", *words, "--workflow-id", bench.handle.id, *where),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await done.communicate()
    return out.decode() if done.returncode == 0 else f"refused: {errors.decode()}"


async def shows_the_same_everywhere(bench: Bench, told: dict[str, Any]) -> None:
    """Search attributes say that it needs nobody; current details, the case sheet, say what `explain` says."""
    attributes = (await bench.handle.describe()).search_attributes
    shown = {name: values for name, values in attributes.items() if name.startswith("AfterSale")}
    assert shown == {}, "set at the start by the door, and by the case when a person is needed or it closes"
    about_it = await bench.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    sheet = about_it.current_details
    assert bench.request.case_no in sheet
    stage, awaited = label("stage", told["stage"], "en"), words_of(told["waiting_for"], "en")
    assert re.search(rf"\*\*阶段 Stage\*\* .* {re.escape(stage)}\n", sheet)
    assert re.search(rf"\*\*等待 Waiting for\*\* .* {re.escape(awaited)}\n", sheet)
    assert f"**时限 Clock** {told['due_rule']} · " in sheet
    assert sheet.count("**时限 Clock**") == len([clock for clock in told["clocks"] if clock["state"] == "running"])


async def test_a_case_is_driven_to_its_end_by_temporals_own_command_line(workshop: Workshop) -> None:
    """Hand-written JSON suffices: a whole return, a refused and an accepted command, and what the case says."""
    short = {"S-REOPEN": 1, "D-SURVEY": 1}
    bench = await workshop.begin(CaseType.RETURN_REFUND, clocks=short)
    script = [
        ("consent", "customer_agreed", '{"agreed": true}'),
        ("return_number", "return_shipped", '{"courier": "yto", "waybill": "YT-HAND-1"}'),
        ("return_parcel", "return_received", '{"lines": [{"sku": "CUP", "quantity": 1}]}'),
        ("inspection", "inspected", '{"round": 1, "result": "pass", "by": "warehouse:1"}'),
        ("inspection", "inspected", '{"round": 2, "result": "pass", "by": "qc:2"}'),
        ("confirmation", "customer_confirmed", ""),
    ]
    for waiting_for, kind, document in script:
        await shows_the_same_everywhere(bench, await bench.until(waiting_for=waiting_for))
        if kind == "customer_confirmed":
            told = json.loads(await cli(bench, "query", "--type", "explain", "--output", "json"))
            shown = told["queryResult"][0] if isinstance(told["queryResult"], list) else told["queryResult"]
            assert (shown["stage"], shown["refunded_minor"]) == ("confirm", 4500)
            note = ("--name", "add_note", "--input", '{"note_ref": "text-1", "by": "agent:7"}')
            assert "accepted" in await cli(bench, "update", "execute", *note)
            wrong = ("--name", "approve", "--input", '{"by": "supervisor:1"}')
            refused = await cli(bench, "update", "execute", *wrong)
            assert "没有待审批的申请" in refused
            assert "No approval is asked for" in refused
        sent = await cli(bench, "signal", "--name", kind, *(["--input", document] if document else []))
        assert not sent.startswith("refused"), sent
    assert await asyncio.wait_for(bench.handle.result(), 60) == "refunded"
    assert [entry.event for entry in await bench.journal("refund_done", "case_closed")] == [
        "refund_done",
        "case_closed",
    ]


async def test_a_command_by_update_answers_and_by_signal_is_journalled(workshop: Workshop) -> None:
    """Both ways do the same; a refused update leaves nothing in the history, a refused signal its entry."""
    bench = await workshop.begin(CaseType.REFUND_ONLY, **NOT_DECIDED)
    await bench.until(waiting_for="decision_refund_only")
    before = len(await bench.history())
    for kind, command, code in [
        ("decide", {"resolution": "full_refund", "amount": {"minor": 4501}}, "over_paid"),
        ("approve", {"by": "supervisor:2"}, "nothing_to_approve"),
        ("close_case", {"note_ref": "n"}, "not_confirming"),
        ("move_clock", {"clock": "nonsense", "due_at": "2030-01-01T00:00:00Z", "reason": "r", "by": "manager:1"},
         "no_such_clock"),
        ("add_note", {"note_ref": "n", "by": "customer"}, "not_staff"),
    ]:  # fmt: skip
        refused = await refusal(bench, kind, **command)
        assert (refused.type, refused.details[0]) == ("Refused", code)
        zh, _, en = refused.message.partition(" / ")
        assert not zh.isascii()
        assert en.isascii()
    malformed = await refusal(bench, "decide", resolution="sorcery")
    assert (malformed.type, "resolution" in malformed.message) == ("NotUnderstood", True)
    history = [event async for event in bench.handle.fetch_history_events()]
    assert not any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in history)
    assert len(history) == before, "a refused update leaves nothing"

    await bench.say("decide", {"resolution": "full_refund", "amount": {"minor": 4501}, "by": "agent:7"})
    (entry,) = await bench.journalled(bool, "command_refused")
    assert (entry.actor, entry.data) == ("agent:7", {"command": "decide", "code": "over_paid"})
    await bench.say("decide", {"resolution": "explain_only", "by": "agent:7"})
    await bench.until(waiting_for="confirmation")


GUARDED: list[tuple[str, dict[str, Any], str, str]] = [
    ("offer_compensation", {"form": "car", "amount": {"minor": 500}}, "unknown_form", "M-COMP-LADDER"),
    ("offer_compensation", {"form": "coupon", "amount": {"minor": 0}}, "no_amount", "M-COMP-SIZE"),
    ("offer_compensation", {"form": "cash", "amount": {"minor": 4501}}, "over_paid", "R-REF-PATH"),
    ("offer_compensation", {"form": "coupon", "amount": {"minor": 500}, "occasion": "bad_review"},
     "unknown_occasion", "P-NOTRADE"),
    ("decide", {"resolution": "gift"}, "no_amount", "M-COMP-SIZE"),
    ("promise", {"what": "coupon for a good review"}, "benefit_for_review", "P-NOTRADE"),
    ("cancel_case", {"reason": "请把退款原因改成七天无理由"}, "asks_other_reason", "P-NOREASONGAME"),
    ("promise", {"what": "red packet", "amount": {"minor": 1501}}, "over_limit", "A-CAP"),
    ("customer_confirmed", {"solved": True, "by": "agent:7"}, "not_his_word", "P-CLOSE"),
    ("quote_fee", {"what": "remote_area_postage", "amount": {"minor": 500}}, "unknown_fee", "P-FEEQUOTE"),
]  # fmt: skip


async def test_what_would_break_a_guard_is_refused_by_either_way(workshop: Workshop) -> None:
    """An update answers with the sentence; the signal's refusal stands in the journal; nothing is owed or sent."""
    bench = await workshop.begin(CaseType.REFUND_ONLY, reason=ReasonCode.NOT_RECEIVED)
    await bench.until(waiting_for="decision_refund_only")
    for kind, command, code, rule in GUARDED:
        refused = await refusal(bench, kind, **command)
        assert tuple(refused.details) == (code, rule)
        zh, _, en = refused.message.partition(" / ")
        assert not zh.isascii()
        assert en.isascii()
        await bench.say(kind, {**command, "by": "agent:7"})
    entries = await bench.journalled(lambda found: len(found) == len(GUARDED), "command_refused")
    assert [(entry.data["code"], entry.rule) for entry in entries] == [(code, rule) for _, _, code, rule in GUARDED]
    told = await bench.shown()
    assert (told["open_promises"], told["open_proposals"], told["goodwill"]) == ([], [], [])


async def test_goodwill_is_offered_and_declined_by_signal_as_by_update(workshop: Workshop) -> None:
    """The same command and the same answer, from anybody's command line."""
    bench = await workshop.begin(CaseType.REFUND_ONLY, reason=ReasonCode.NOT_RECEIVED)
    await bench.until(waiting_for="decision_refund_only")
    coupon = {"form": "coupon", "amount": {"minor": 500}, "occasion": "our_mess", "by": "agent:7"}
    did = await bench.handle.execute_update("offer_compensation", coupon)
    assert did["did"] == "promised"
    await bench.journalled(lambda told: len(told) == 2, "customer_contacted")
    await bench.say("customer_agreed", {"agreed": False})
    await bench.until(next_goodwill="member_price", open_promises=[])
    await bench.say("offer_compensation", {**coupon, "form": "cash"})
    await bench.journalled(lambda told: len(told) == 3, "customer_contacted")
    await bench.say("customer_agreed", {"agreed": True})
    (paid,) = await bench.journalled(bool, "goodwill_paid")
    assert (paid.rule, paid.data["amount"]) == ("R-PROMISE", "5.00 CNY")
    sums = "SELECT amount_minor, purpose FROM refunds WHERE case_no = $1"
    rows = [tuple(row) for row in await workshop.pool.fetch(sums, bench.request.case_no)]
    assert rows == [(500, "compensation")]


async def test_a_limit_and_a_second_role_of_one_person_are_held(workshop: Workshop) -> None:
    """A-CAP, A-SOD: 90.00 is decided by an agent, not approved by him under another role, nor by one below the sum."""
    bench = await workshop.begin(CaseType.REFUND_ONLY, paid=9000, **NOT_DECIDED)
    await bench.until(waiting_for="decision_refund_only")
    await bench.handle.execute_update("decide", {"resolution": "full_refund", "by": "agent:7"})
    await bench.until(waiting_for="approval")
    for by, code in [("agent:7", "own_request"), ("manager:7", "own_request"), ("agent:8", "over_limit")]:
        assert (await refusal(bench, "approve", by=by)).details[0] == code
    await bench.handle.execute_update("approve", {"by": "supervisor:8"})
    await bench.until(waiting_for="confirmation")
    assert (await bench.shown())["refunded_minor"] == 9000


async def test_a_promise_cannot_be_stopped_by_anybody(workshop: Workshop) -> None:
    """P-PROMISE: its clock is neither paused nor moved, and the sentence says what to do instead."""
    bench = await workshop.begin(CaseType.RETURN_REFUND)
    await bench.until(waiting_for="consent")
    made = await bench.handle.execute_update("promise", {"what": "call_back", "by": "agent:7"})
    clock = f"D-PROMISE/{made['did']}"
    refused = await refusal(bench, "pause_clock", clock=clock, reason="later", by="manager:1")
    assert tuple(refused.details) == ("protected", "P-PROMISE")
    assert "keep_promise" in refused.message


async def test_a_message_is_applied_once_also_in_later_runs(workshop: Workshop) -> None:
    """The same id again, by signal and by update, in the same run and after continue-as-new: known, no more."""
    bench = await workshop.begin(CaseType.RETURN_REFUND, anew_after=1)
    await bench.until(waiting_for="consent")
    for _ in range(4):
        await bench.say("customer_replied", {"id": "door-1"})
        await bench.handle.execute_update("promise", {"id": "desk-1", "what": "call_back", "by": "agent:7"})
    await bench.until(waiting_for="consent")
    assert await bench.runs() > 2
    assert len(await bench.journalled(bool, "customer_replied")) == 1
    assert len(await bench.journalled(bool, "promise")) == 1
    again = await bench.handle.execute_update("promise", {"id": "desk-1", "what": "call_back", "by": "agent:7"})
    assert again["did"] == "known"


UNREADABLE: dict[str, tuple[str, tuple[Any, ...]]] = {
    "an unknown name": ("customer_sneezed", ({"loud": True},)),
    "nothing where something must be": ("return_shipped", ()),
    "null where something must be": ("return_shipped", (None,)),
    "a list": ("customer_agreed", ([1, 2, 3],)),
    "a text": ("customer_agreed", ("yes",)),
    "another type": ("survey_answered", ({"score": "very good"},)),
    "broken JSON": ("customer_agreed", (b'{"agreed": tr',)),
    "no JSON at all": ("customer_agreed", (b"\x00\xff\xfe",)),
    "half a character": ("customer_replied", (b'{"text_ref": "\\ud800"}',)),
    "a megabyte": ("customer_replied", ({"text": "x" * 2**20},)),
    "a deep one": ("customer_replied", (b"[" * 20_000 + b"]" * 20_000,)),
    "the end of time": ("customer_replied", ({"at": "9999-12-31T23:59:59Z"},)),
    "a name of Temporal's own kind": ("do_update", ({},)),
}


async def test_nothing_that_comes_is_dropped_and_nothing_stops_the_case(workshop: Workshop) -> None:
    """Messages that cannot be read are journalled and kept, and the case goes on to its next step."""
    bench = await workshop.begin(CaseType.RETURN_REFUND)
    await bench.until(waiting_for="consent")
    for kind, arguments in UNREADABLE.values():
        await bench.say(kind, *arguments)
    entries = await bench.journalled(lambda found: len(found) == len(UNREADABLE), "message_not_understood")
    assert [entry.data["kind"] for entry in entries] == [kind for kind, _ in UNREADABLE.values()]
    assert all(entry.data["problem"] for entry in entries)
    kept = await workshop.pool.fetch(
        "SELECT data FROM case_records WHERE kind = 'undecodable_message' AND case_no = $1", bench.request.case_no
    )
    assert len(kept) == len(UNREADABLE)
    await bench.say("customer_agreed", {"agreed": True, "grown": {"a partner": "may add fields"}}, "and arguments")
    await bench.until(waiting_for="return_number")
