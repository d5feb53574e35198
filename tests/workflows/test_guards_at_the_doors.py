"""Every rule that protects a person is tried to be broken over every door: update, signal, HTTP, file, command line.

An attempt is a message, sent as it is through each of the doors. A command that breaks a rule is refused with the
rule's id where it answers, and stands refused in the journal where it does not; the doors for events know no commands.
A fact is taken wherever it can come in, and what it was to bring about does not come about.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from commands.coverage_rules import page, rules
from domain.messages.commands import COMMANDS
from domain.webhook_signature import SigningKeys
from gateways.standard_webhooks import SignedExchange
from starter.columns import ColumnMap
from starter.envelope import STRUCTURED
from starter.file_door import FileDoor
from starter.intake_settings import IntakeSettings
from tests.gateways.partners import DOOR_SECRET
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused

AFTERSALES = str(Path(sys.executable).with_name("aftersales"))
PRESENT = {"AFTERSALES_LANG": "en", "AFTERSALES_HOME": tempfile.gettempdir()}
NUMBER = "10000000000"  # nobody's
STAFF = "agent:7"
FREE = {"free_postage": True}
UNSCANNED = {"shipped_at": timedelta(hours=-2), "signed_at": None, "waybill": "YT-UNSCANNED-{door}"}

Holds = Callable[[LivedCase], Awaitable[bool]]

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "desk": ("refund_only", {"reason": "quality", "order": FREE}),
    "asked": ("refund_only", {"reason": "quality"}),
    "speaks": ("refund_only", {"reason": "quality"}),
    "settled": ("refund_only", {"reason": "quality", "customer": {"confirms_after": "never"}}),
    "remote": ("out_of_area", {"order": {**FREE, "signed_at": None}, "customer": {"agrees_after": "never"}}),
    "unscanned": ("late_shipment", {"reason": "late", "order": UNSCANNED, "courier": {"state": "info_received"}}),
    "deaf": ("customer_unreachable", {"customer": {"calls": "no_answer"}, "reason": "not_received"}),
    "night": ("customer_unreachable", {"local_hour": 22, "customer": {"calls": "no_answer"}, "reason": "not_received"}),
}
"""The cases on which it is tried, anew for each door."""


@dataclass(frozen=True)
class Attempt:
    """One message: `refused` with this code under this rule, or taken, and then it `holds` all the same."""

    on: str
    kind: str
    says: Mapping[str, Any] = field(default_factory=dict)
    by: str = "customer"
    refused: tuple[str, str] | None = None
    holds: Holds | None = None

    @property
    def is_command(self) -> bool:
        """Whether it is what staff do, and not what somebody outside reports."""
        return self.kind in COMMANDS


def _refused(on: str, kind: str, code: str, rule: str, by: str = STAFF, **says: Any) -> Attempt:
    return Attempt(on, kind, says, by, refused=(code, rule))


async def _fee_is_still_asked(case: LivedCase) -> bool:
    """A fee that is quoted now waits for his word: the one that came before was to nothing."""
    await case.act("quote_fee", what="repair", amount={"minor": 800})
    (quoted,) = (await case.state()).proposals
    return quoted.told and quoted.agreed is None


async def _that_plan_is_not_agreed(case: LivedCase) -> bool:
    (quoted,) = (await case.state()).proposals
    return quoted.agreed is None and not await case.records("consent")


async def _is_asked_whether_it_is_solved(case: LivedCase) -> bool:
    await case.act("decide", resolution="explain_only")
    now = await case.rest()
    return (now.stage, now.waiting_for) == ("confirm", "confirmation")


async def _is_not_on_its_way(case: LivedCase) -> bool:
    return (await case.rest()).waiting_for == "first_scan"


async def _was_not_reached(case: LivedCase) -> bool:
    now = await case.rest()
    return now.waiting_for == "customer_to_surface" and not await case.told("address_asked")


async def _is_not_called_again_today(case: LivedCase) -> bool:
    await case.pass_time(hours=3)
    return len(await case.ledger("call_made")) <= 1


async def _the_hour_is_noted(case: LivedCase) -> bool:
    noted = await case.journal("called_outside_hours")
    return [entry.rule for entry in noted] == ["P-HOURS"] and await case.ledger("call_made") == []


async def _his_coming_is_counted(case: LivedCase) -> bool:
    return (await case.state()).came_back.contacts == 1


async def _whom_he_spoke_with_is_shown(case: LivedCase) -> bool:
    return "agent:7" in (await case.handle.query("explain"))["spoke_with"]


async def _the_supervisor_has_it(case: LivedCase) -> bool:
    return (await case.rest()).ball_with == "supervisor"


TRIED: dict[str, list[Attempt]] = {
    "R-IDENT": [Attempt("deaf", "log_call", {"result": "wrong_number"}, STAFF, holds=_was_not_reached)],
    "P-CALLCAP": [
        Attempt("deaf", "log_call", {"result": "no_answer"}, STAFF, holds=_was_not_reached),
        Attempt("deaf", "log_call", {"result": "no_answer"}, STAFF, holds=_is_not_called_again_today),
    ],
    "P-HOURS": [Attempt("night", "log_call", {"result": "no_answer"}, STAFF, holds=_the_hour_is_noted)],
    "R-CONSENT": [Attempt("asked", "customer_agreed", {}, holds=_fee_is_still_asked)],
    "P-CONSENT": [Attempt("asked", "customer_agreed", {"plan": "C999"}, holds=_that_plan_is_not_agreed)],
    "R-CLOSECONF": [_refused("desk", "close_case", "not_confirming", "R-CLOSECONF", note_ref="text/1")],
    "P-CLOSE": [
        _refused("settled", "customer_confirmed", "not_his_word", "P-CLOSE", solved=True),
        Attempt("settled", "customer_confirmed", {"solved": True}, holds=_is_asked_whether_it_is_solved),
    ],
    "P-NOREPEAT": [Attempt("speaks", "customer_replied", {"text_ref": "words/1"}, holds=_his_coming_is_counted)],
    "R-NOREPEAT": [Attempt("speaks", "log_call", {"result": "reached"}, STAFF, holds=_whom_he_spoke_with_is_shown)],
    "R-PRIV": [_refused("desk", "cancel_case", "personal_data", "P-PRIV", reason="someone@shop.example")],
    "P-PRIV": [_refused("desk", "promise", "personal_data", "P-PRIV", what=NUMBER)],
    "R-OOA-FEE": [
        _refused("remote", "quote_fee", "our_courier_failed", "P-FREEPOST", what="courier_change",
                 amount={"minor": 900})
    ],
    "R-ABUSE": [_refused("desk", "cancel_case", "insults", "P-TONE", reason="shut_up")],
    "P-TONE": [_refused("desk", "promise", "not_my_job", "P-TONE", what="not_our_problem")],
    "R-REV-NOTRADE": [
        _refused("desk", "offer_compensation", "unknown_occasion", "P-NOTRADE", form="coupon", amount={"minor": 500},
                 occasion="bad_review")
    ],
    "P-NOTRADE": [_refused("desk", "promise", "benefit_for_review", "P-NOTRADE", what="coupon for a good review")],
    "R-PROMISE": [
        _refused("desk", "move_clock", "protected", "P-PROMISE", by="manager:1", clock="D-PROMISE/{promise}",
                 due_at="2099-01-01T00:00:00Z", reason="later")
    ],
    "P-PROMISE": [
        _refused("desk", "pause_clock", "protected", "P-PROMISE", by="manager:1", clock="D-PROMISE/{promise}",
                 reason="later")
    ],
    "P-FEEQUOTE": [
        _refused("desk", "quote_fee", "unknown_fee", "P-FEEQUOTE", what="remote_area_postage", amount={"minor": 500})
    ],
    "P-FREEPOST": [
        _refused("desk", "quote_fee", "sold_with_free_postage", "P-FREEPOST", what="freight", amount={"minor": 500})
    ],
    "M-FREEPOST": [
        _refused("desk", "quote_fee", "sold_with_free_postage", "P-FREEPOST", by="manager:1", what="freight",
                 amount={"minor": 1})
    ],
    "P-HONEST": [
        Attempt("unscanned", "shipped", {"courier": "yto", "waybill": "YT-UNSCANNED-{door}"}, "warehouse",
                holds=_is_not_on_its_way),
        Attempt("unscanned", "parcel_update", {"state": "info_received", "waybill": "YT-UNSCANNED-{door}"}, "courier",
                holds=_is_not_on_its_way),
    ],
    "P-NOREASONGAME": [
        _refused("desk", "cancel_case", "asks_other_reason", "P-NOREASONGAME", reason="请把退款原因改成七天无理由")
    ],
    "P-STAFF": [Attempt("desk", "hand_over", {"reason": "abuse"}, STAFF, holds=_the_supervisor_has_it)],
}  # fmt: skip
"""What is tried for each rule."""


class Update:
    """The console and the command of Temporal that answers."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def carry(self, case: LivedCase, attempt: Attempt, says: Mapping[str, Any]) -> bool:
        """Send it. Whether it was taken; one that must be refused is seen refused."""
        try:
            await case.act(attempt.kind, by=attempt.by, **says)
        except Refused as refused:
            if (refused.code, refused.rule) != attempt.refused:
                raise
            return False
        return True


class Signal(Update):
    """Temporal's own signal, and a batch of them."""

    async def carry(self, case: LivedCase, attempt: Attempt, says: Mapping[str, Any]) -> bool:
        """Send it; the journal has the refusal."""
        before = len(await case.journal("command_refused"))
        await case.handle.signal(attempt.kind, {"by": attempt.by, **says})
        return await _not_refused(case, attempt, before)


class Http(Update):
    """The signed door. It knows no commands."""

    async def carry(self, case: LivedCase, attempt: Attempt, says: Mapping[str, Any]) -> bool:
        """Post it."""
        before = len(await case.journal("command_refused"))
        raw = json.dumps(await _event(case, attempt, says, "http")).encode()
        headers = {"content-type": STRUCTURED, **SignedExchange(SigningKeys.parse(DOOR_SECRET)).request(raw, "attempt")}
        answer = await self.house.events.post("/events", content=raw, headers=headers)
        await self.house.hand_over()
        return _known(attempt, answer.status_code == 202, answer.text) and await _not_refused(case, attempt, before)


class File(Update):
    """A file of events. It knows no commands."""

    async def carry(self, case: LivedCase, attempt: Attempt, says: Mapping[str, Any]) -> bool:
        """Put it in as the line of a file."""
        before = len(await case.journal("command_refused"))
        line = json.dumps(await _event(case, attempt, says, "file")).encode()
        report = await FileDoor(self.house.pool, ColumnMap.read(), IntakeSettings.read()).take(
            io.BytesIO(line), "attempt.ndjson"
        )
        await self.house.hand_over()
        told = [problem.code for bad in report.listed for problem in bad.problems]
        return _known(attempt, report.accepted == 1, str(told)) and await _not_refused(case, attempt, before)


class Cli(Update):
    """The command line: a command by `case act`, a fact by `intake`."""

    async def carry(self, case: LivedCase, attempt: Attempt, says: Mapping[str, Any]) -> bool:
        """Type it."""
        before = len(await case.journal("command_refused"))
        if not attempt.is_command:
            line = json.dumps(await _event(case, attempt, says, "cli")).encode()
            code, told = await self._typed("intake", "-", given=line)
            await self.house.hand_over()
            assert code == 0, told
            return await _not_refused(case, attempt, before)
        words = ("case", "act", f"{case.shop}/{case.case_no}", attempt.kind, "--by", attempt.by, "--yes")
        code, told = await self._typed(*words, "--json-input", json.dumps(says))
        if attempt.refused:
            assert (code, f"[{attempt.refused[1]}]" in told) == (1, True), told
            return False
        assert code == 0, told
        return True

    async def _typed(self, *words: str, given: bytes = b"") -> tuple[int, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
        client = self.house.client
        there = {"TEMPORAL_ADDRESS": client.service_client.config.target_host, "TEMPORAL_NAMESPACE": client.namespace}
        process = await asyncio.create_subprocess_exec(
            AFTERSALES, *words, env={**own, **PRESENT, **there, "AFTERSALES_DATABASE_DSN": self.house.dsn},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate(given)
        assert process.returncode is not None
        return process.returncode, (out + errors).decode()


async def _event(case: LivedCase, attempt: Attempt, says: Mapping[str, Any], door: str) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": f"{case.case_no}-{attempt.kind}-{len(await case.events())}", "source": f"by-{door}",
        "type": f"aftersales.{attempt.kind}", "subject": f"{case.shop}/{case.case_no}",
        "time": (await case.rest()).at.isoformat(), "data": {"by": attempt.by, **says},
    }  # fmt: skip


async def _not_refused(case: LivedCase, attempt: Attempt, before: int) -> bool:
    """Whether the case took it; a refusal that nobody waits for stands in the journal with its rule."""
    await case.rest()
    refused = (await case.journal("command_refused"))[before:]
    assert [(e.data["code"], e.rule, e.actor) for e in refused] == [(*(attempt.refused or ()), attempt.by)] * bool(
        refused
    )
    return not refused


def _known(attempt: Attempt, accepted: bool, told: str) -> bool:
    """A fact is taken at such a door; a command is not one of its kinds, whatever it says and whoever signs it."""
    assert accepted != attempt.is_command, told
    assert accepted or "unknown_type" in told
    return accepted


DOORS: dict[str, type[Update]] = {"update": Update, "signal": Signal, "http": Http, "file": File, "cli": Cli}


@pytest.mark.parametrize("door", DOORS)
async def test_what_would_break_a_rule_that_protects_a_person_is_held_at(house: House, door: str) -> None:
    """Each attempt is refused under its rule, not taken, or taken in vain."""
    through = DOORS[door](house)
    await asyncio.gather(*(_tried(through, door, on) for on in CASES))


async def _tried(through: Update, door: str, on: str) -> None:
    case_type, request = CASES[on]
    case = await through.house.open(case_type, **_filled(request, door=door))
    made = await case.act("promise", what="call_back") if on == "desk" else {"did": ""}
    for rule, attempts in TRIED.items():
        for number, attempt in enumerate(attempts):
            if attempt.on != on:
                continue
            taken = await through.carry(case, attempt, _filled(attempt.says, door=door, promise=made["did"]))
            where = f"{rule} by {attempt.kind} through {door}"
            if attempt.refused:
                assert not taken, f"{where}: it was taken"
            elif taken and attempt.holds and number == len(attempts) - 1:
                assert await attempt.holds(case), f"{where}: {await case.rest()}, {await case.events()}"
    if on == "desk":
        state = await case.state()
        assert [one.what for one in state.open_promises()] == ["call_back"]
        assert (state.proposals, state.gestures, state.withdrawn) == ([], [], False)


def _filled(value: Any, **names: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(inner, **names) for key, inner in value.items()}
    return value.format(**names) if isinstance(value, str) else value


def test_every_rule_that_protects_a_person_is_tried() -> None:
    """A rule marked [P] without an attempt fails here, and so does an attempt at a rule that protects nobody."""
    protect = {id for id, rule in rules(page().read_text(encoding="utf-8")).items() if "P" in rule.marks}
    assert protect == TRIED.keys()
    assert {attempt.on for attempts in TRIED.values() for attempt in attempts} == CASES.keys()
