"""What the journal says to a person: every event that a case can write has words in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.case import UNANSWERED
from domain.journal import JournalEntry
from domain.journal_words import events, sentence, step
from domain.messages.commands import COMMANDS
from domain.messages.facts import FACTS
from domain.ports.courier import CourierRequestKind
from domain.ports.refunds import RefundStatus
from domain.texts import templates
from domain.vocabulary import CaseType, ParcelState, RepairState, ShipmentLeg

ROOT = Path(__file__).parents[2]
NOTED = re.compile(r'note\(\s*(?:now, "system", )?f?"([a-z_]+)(?:\{kind\})?"')


def entry(event: str, **data: object) -> JournalEntry:
    """An entry."""
    return JournalEntry(at=datetime(2026, 3, 2, tzinfo=UTC), actor="system", event=event, data=data)


def test_every_event_of_a_case_has_words() -> None:
    """Nothing that a case writes into its journal stands there as a bare code."""
    source = "".join(file.read_text() for room in ("workflows", "domain") for file in (ROOT / room).rglob("*.py"))
    noted = set(NOTED.findall(source)) - {"courier_asked_", "courier_refused_", "refund_"}
    noted |= {f"courier_{answer}_{kind}" for kind in CourierRequestKind for answer in ("asked", "refused")}
    noted |= {f"refund_{status}" for status in RefundStatus}
    noted |= {UNANSWERED, "journal_failing"}
    assert noted | set(FACTS) | set(COMMANDS) <= set(events())


@pytest.mark.parametrize(("language", "said"), [("zh", "结案：已全额退款"), ("en", "closed: refunded in full")])
def test_codes_are_told_by_their_names(language: str, said: str) -> None:
    """An outcome is read by its name in the reader's language."""
    assert sentence(entry("case_closed", outcome="refunded"), language) == said


@pytest.mark.parametrize(
    ("event", "field", "codes"),
    [
        ("type_changed", "before", CaseType),
        ("shipment_ordered", "leg", ShipmentLeg),
        ("parcel_update", "state", ParcelState),
        ("parcel_tracked", "state", ParcelState),
        ("repair_status", "state", RepairState),
        ("collection_open", "purpose", ("repair", "send_back", "price_difference", "courier_change")),
        ("return_window", "reason", ("in_time", "not_started", "category_excluded")),
        ("refund_computed", "reason", ("goods_received", "goods_received_in_part", "window_open")),
        ("shipment_refused", "code", ("out_of_stock",)),
        ("decision_asked", "question", ("complaint", "complaint_3", "no_evidence_2")),
        ("customer_contacted", "template", templates()),
    ],
)
def test_no_code_is_told_raw(event: str, field: str, codes: Iterable[str]) -> None:
    """An agent reads parcel states, types, legs, purposes and messages by their names, and no code of ours."""
    for code in codes:
        assert str(code) not in sentence(entry(event, **{field: code}), "zh"), code


def test_a_long_problem_does_not_fill_the_screen() -> None:
    """What was wrong with a message of an unknown name is told in a line; its record lists all that is known."""
    problem = "unknown message; known are: " + ", ".join(COMMANDS)
    said = sentence(entry("message_not_understood", kind="tea", problem=problem), "en")
    assert said.startswith("a message was not understood, tea: unknown message; known are: decide,")
    assert (len(said) < 220, said[-1]) == (True, "…")


def test_what_an_entry_does_not_say_is_left_out() -> None:
    """A decision without a sum does not speak of a sum."""
    assert sentence(entry("decide", resolution="full_refund"), "en") == "decided: a full refund"
    amount = {"minor": 2000, "currency": "CNY"}
    assert sentence(entry("decide", resolution="partial_refund", amount=amount), "en").endswith(", 20.00 CNY")


def test_an_unknown_event_shows_what_it_has() -> None:
    """An entry that a later version wrote is shown by its code and data rather than hidden."""
    assert sentence(entry("tea_served", cups=2), "zh") == "tea_served cups=2"


def test_milestones_have_short_names_and_the_daily_news_is_none() -> None:
    """A case's story in one line is told by its milestones."""
    assert step(entry("refund_done"), "en") == "refunded"
    assert step(entry("progress_told"), "en") == ""
