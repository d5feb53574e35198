"""What a fact changes when it arrives, that nothing is dropped, and that nobody can make a case too heavy to live."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import receiving
from domain.case import CARRIED_BYTES, CaseState
from domain.clocks import ClockState
from domain.messages.commands import COMMANDS
from domain.messages.decoding import MAX_BYTES, Message, Undecodable, decode
from domain.messages.facts import FACTS
from domain.messages.payload import LONGEST_TEXT
from domain.vocabulary import AttemptResult, ParcelState
from tests.domain.cases import NOW, Desk
from tests.domain.example import SIGNED

EXAMPLES: dict[str, dict[str, Any]] = {
    "customer_agreed": {"agreed": True, "choice": "full_refund"},
    "customer_replied": {"text_ref": "t-1"},
    "address_confirmed": {"address_ref": "a-2"},
    "evidence_received": {"items": ["p-1", "p-2"]},
    "return_shipped": {"courier": "yto", "waybill": "YT1"},
    "customer_confirmed": {"solved": False},
    "customer_withdrew": {},
    "customer_looked": {"found": False},
    "survey_answered": {"score": 4},
    "parcel_update": {"waybill": "YT1", "state": "lost"},
    "courier_answered": {"verdict": "lost"},
    "warehouse_answered": {"handed_over": True},
    "return_received": {"lines": [{"sku": "A", "quantity": 1}]},
    "inspected": {"round": 1, "result": "pass"},
    "shipped": {"waybill": "YT2"},
    "repair_status": {"state": "waiting_parts"},
    "refund_notice": {"key": "R-1"},
    "payment_received": {"key": "P-1"},
    "platform_ruled": {"verdict": "for_shop"},
    "request_repeated": {"event": "e-1"},
    "calendar_changed": {},
    "damage_described": {"packaging": "broken", "severity": "minor"},
    "packing_checked": {"complete": False},
    "stock_told": {},
    "stock_arrived": {},
    "ordered_again": {"order_no": "N-1"},
    "parcel_announced": {"case": "1001"},
    "reimbursed": {"amount": {"minor": 4500, "currency": "CNY"}},
    "claim_told": {"claim": "C1.claim", "accepted": True},
    "goods_held_elsewhere": {"cases": ["C2"]},
    "order_told": {"paid": {"minor": 4000, "currency": "CNY"}, "waybill": "YT9"},
}


def test_every_fact_is_journalled_under_its_rule_and_leaves_its_mark() -> None:
    """No fact of the vocabulary is taken and then lost: each changes the state beyond the journal, or only is noted."""
    assert EXAMPLES.keys() == FACTS.keys()
    for kind, fields in EXAMPLES.items():
        desk = Desk("consent")
        desk.does(kind, "customer", **fields)
        (entry,) = desk.state.unread
        assert (entry.event, entry.rule) == (kind, FACTS[kind].rule)
        assert entry.rule
        assert all(entry.data[name] == value for name, value in fields.items() if name != "lines")
        untouched = CaseState(opened_at=SIGNED).model_dump(exclude={"unread", "entry_count", "waiting"})
        changed = desk.state.model_dump(exclude={"unread", "entry_count", "waiting"}) != untouched
        assert changed is (kind != "request_repeated"), kind


def test_the_last_word_on_a_parcel_counts() -> None:
    """Scans are remembered by waybill."""
    desk = Desk("delivery")
    for state in ("in_transit", "delivered"):
        desk.does("parcel_update", "courier", waybill="YT1", state=state)
    assert desk.state.parcels == {"YT1": ParcelState.DELIVERED}


@given(order=st.permutations([(9, "lost"), (10, "in_transit"), (15, "delivered")]))
def test_the_latest_scan_counts_in_whatever_order_scans_come(order: list[tuple[int, str]]) -> None:
    """A courier's pushes overtake each other; a parcel that was delivered is not lost again by old news."""
    desk = Desk("delivery")
    for hour, state in order:
        desk.does("parcel_update", "courier", waybill="YT1", state=state, scanned_at=f"2026-03-04T{hour:02}:00:00Z")
    assert desk.state.parcels == {"YT1": ParcelState.DELIVERED}


def test_a_courier_whose_clock_is_ahead_does_not_outlast_later_scans() -> None:
    """A scan dated into the future counts as made when it was received."""
    desk = Desk("delivery")
    for state, scanned, received in (("lost", "2031-01-01", "2026-03-04"), ("in_transit", "2026-03-05", "2026-03-06")):
        message = desk.message(
            "parcel_update", "courier", waybill="YT1", state=state,
            scanned_at=f"{scanned}T10:00:00Z", at=f"{received}T10:00:00Z",
        )  # fmt: skip
        receiving.receive(desk.state, message, NOW)
    assert desk.state.parcels == {"YT1": ParcelState.IN_TRANSIT}


def test_the_same_photo_twice_is_one_photo() -> None:
    """Evidence is counted by reference, in one message and over several."""
    desk = Desk("photos")
    for _ in range(2):
        desk.does("evidence_received", "customer", items=["p-1", "p-1", "p-2"])
    assert desk.state.evidence == ["p-1", "p-2"]
    assert [one["ref"] for one in desk.records("evidence_item")] == ["p-1", "p-2"]


def test_a_customer_who_writes_was_reached() -> None:
    """His message counts as an attempt that reached him (X7)."""
    desk = Desk("customer_to_surface")
    desk.does("customer_replied", "customer")
    assert [attempt.result for attempt in desk.state.attempts] == [AttemptResult.REACHED]


def test_an_answered_survey_stops_its_clock() -> None:
    """Nobody is asked again who has answered."""
    desk = Desk("aftercare")
    clock = desk.clock("D-SURVEY")
    desk.does("survey_answered", "customer", score=5)
    assert clock.state is ClockState.MET
    assert desk.records("survey_response") == [{"score": 5}]


def test_an_answer_after_a_reopening_stops_the_survey_of_that_closing() -> None:
    """The survey of the second closing is answered before it is sent: he is not asked either."""
    desk = Desk("aftercare")
    before, now = desk.clock("D-SURVEY"), desk.clock("D-SURVEY/2")
    before.end(ClockState.CANCELLED, desk.now)
    desk.does("survey_answered", "customer", score=5)
    assert (before.state, now.state) == (ClockState.CANCELLED, ClockState.MET)


@given(ids=st.lists(st.text(min_size=1, max_size=128), min_size=1, max_size=20))
def test_a_message_is_new_once(ids: list[str]) -> None:
    """However long an id is and in whatever script, it is applied once, also after a trip through JSON."""
    state = CaseState(opened_at=SIGNED)
    first = [receiving.is_new(state, _with_id(id)) for id in ids]
    assert sum(first) == len(set(ids))
    again = CaseState.model_validate_json(state.model_dump_json())
    assert not any(receiving.is_new(again, _with_id(id)) for id in ids)


def test_a_message_without_an_id_is_new_each_time() -> None:
    """Whoever types one by hand need not invent ids."""
    state = CaseState(opened_at=SIGNED)
    assert all(receiving.is_new(state, _with_id("")) for _ in range(3))
    assert state.seen == {}


def _with_id(id: str) -> Message:
    read = decode("customer_replied", b"{}")
    assert isinstance(read, Message)
    return read.model_copy(update={"id": id})


UNREADABLE = {
    "an unknown name": ("customer_sneezed", b"{}"),
    "text instead of an object": ("customer_agreed", b'"yes"'),
    "a list": ("customer_agreed", b"[1, 2]"),
    "a number": ("customer_agreed", b"7"),
    "broken JSON": ("customer_agreed", b'{"agreed": tr'),
    "no text at all": ("customer_agreed", b"\xff\xfe"),
    "half a character": ("customer_replied", b'{"text_ref": "\\ud800"}'),
    "half a character as sender": ("customer_replied", b'{"by": "agent:\\udfff"}'),
    "a field that lacks": ("return_shipped", b'{"courier": "yto"}'),
    "a field of another type": ("survey_answered", b'{"score": "very"}'),
    "an unknown role": ("customer_replied", b'{"by": "wizard"}'),
    "an id that is a list": ("customer_replied", b'{"id": ["a"]}'),
    "an endless id": ("customer_replied", json.dumps({"id": "x" * 129}).encode()),
    "a stamp without a zone": ("customer_replied", b'{"at": "2026-11-02T10:00:00"}'),
    "a stamp at the end of time": ("customer_replied", b'{"at": "9999-12-31T23:59:59Z"}'),
    "a deadline at the end of time": ("promise", b'{"what": "x", "due_at": "9999-12-31T23:59:59Z"}'),
    "an endless reference": ("customer_replied", json.dumps({"text_ref": "x" * (LONGEST_TEXT + 1)}).encode()),
    "an endless photo": ("evidence_received", json.dumps({"items": ["x" * (LONGEST_TEXT + 1)]}).encode()),
    "an endless SKU": ("return_received", json.dumps({"lines": [{"sku": "x" * 300, "quantity": 1}]}).encode()),
    "a megabyte": ("customer_replied", json.dumps({"text": "x" * 2**20}).encode()),
    "a deep one": ("customer_replied", b"[" * 30_000 + b"]" * 30_000),
    "a number without end": ("decide", b'{"resolution": "full_refund", "amount": {"minor": ' + b"9" * 5000 + b"}}"),
    "not a number": ("decide", b'{"resolution": "full_refund", "amount": {"minor": NaN}}'),
}


@pytest.mark.parametrize(("kind", "raw"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_kept_and_said(kind: str, raw: bytes) -> None:
    """What is wrong goes to the journal, what came goes to a record: neither is dropped, both can be stored."""
    read = decode(kind, raw)
    assert isinstance(read, Undecodable)
    assert read.problem
    desk = Desk("consent")
    receiving.keep_undecodable(desk.state, read, raw, NOW)
    (entry,) = desk.state.unread
    assert (entry.event, entry.data["digest"]) == ("message_not_understood", read.digest)
    (kept,) = desk.records("undecodable_message")
    assert (kept["size"], kept["message"]) == (len(raw), kind)
    assert kept["raw"] == raw[: receiving.RAW_LIMIT].decode("utf-8", "replace")
    assert CaseState.model_validate_json(desk.state.model_dump_json()) == desk.state


@given(kind=st.sampled_from(sorted({**FACTS, **COMMANDS})), raw=st.binary(max_size=200) | st.text().map(str.encode))
def test_nothing_that_comes_can_stop_the_reader(kind: str, raw: bytes) -> None:
    """Whatever arrives is either a message or described: reading never fails."""
    assert isinstance(decode(kind, raw), Message | Undecodable)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    kind=st.sampled_from(sorted(FACTS)),
    document=st.dictionaries(st.sampled_from(["id", "by", "at", "agreed", "waybill", "state", "items"]), json_values),
)
def test_any_document_leaves_a_state_that_can_be_carried_over(kind: str, document: dict[str, Any]) -> None:
    """After whatever was said, the case's memory goes through JSON and comes back the same."""
    raw = json.dumps(document).encode()
    desk, read = Desk("consent"), decode(kind, raw)
    if isinstance(read, Undecodable):
        receiving.keep_undecodable(desk.state, read, raw, NOW)
    elif receiving.is_new(desk.state, read):
        receiving.receive(desk.state, read, NOW)
    assert CaseState.model_validate_json(desk.state.model_dump_json()) == desk.state


def test_a_flood_of_the_heaviest_facts_stays_within_what_a_run_can_hand_over() -> None:
    """Ten thousand messages of every kind, each as heavy as it may be: the state stays under the server's 2 MB."""
    desk, long = Desk("consent"), "好" * LONGEST_TEXT
    heavy: dict[str, dict[str, Any]] = {
        "customer_replied": {"text_ref": long},
        "evidence_received": {"items": [f"{number:02}{long[2:]}" for number in range(40)]},
        "inspected": {"round": 1, "result": "pass", "photos": [long] * 40},
        "return_received": {"lines": [{"sku": long[:60], "quantity": 1}] * 150},
    }
    for number in range(2000):
        kind, fields = list(heavy.items())[number % len(heavy)]
        message = desk.message(kind, "customer", id=f"{number:->128}", **fields)
        assert receiving.is_new(desk.state, message)
        receiving.receive(desk.state, message, NOW)
    for number in range(2000):
        desk.does("parcel_update", "courier", waybill=f"{number:好>64}", state="in_transit")
        raw = b"x" * MAX_BYTES + b"%d" % number
        read = decode("customer_replied", raw)
        assert isinstance(read, Undecodable)
        receiving.keep_undecodable(desk.state, read, raw, NOW)
    assert len(desk.state.mailbox) == receiving.MAILBOX_LIMIT
    assert len(desk.state.evidence) <= receiving.EVIDENCE_LIMIT
    assert len(desk.state.parcels) == receiving.PARCEL_LIMIT
    assert len(desk.state.attempts) == receiving.ATTEMPT_LIMIT
    made = desk.state.entry_count
    desk.state.lighten(NOW)
    assert len(desk.state.model_dump_json().encode()) <= CARRIED_BYTES
    last = desk.state.unread[-1]
    assert last.event == "state_lightened"
    assert last.data["entries"] == made - (len(desk.state.unread) - 1)


def test_a_light_state_is_carried_over_untouched() -> None:
    """Nothing is shed while there is room."""
    desk = Desk("consent")
    desk.does("customer_replied", "customer")
    before = desk.state.model_copy(deep=True)
    desk.state.lighten(NOW)
    assert desk.state == before
