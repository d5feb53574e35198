"""The log: a JSON object a line, with its case, and without persons or secrets (P-PRIV)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from pydantic import ValidationError

import logs
from domain.events import Person, Request
from domain.messages.decoding import decode
from domain.ports.customer import Recipient

NAME, PHONE, PLACE, SECRET = "测试顾客", "10000000000", "示例市虚构路1号", "whsec_invented"
PRIVATE = (NAME, PHONE, PLACE, SECRET)

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged, each line read as JSON; afterwards the log is as pytest wants it."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    logs.configure("info", out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_every_log_is_one_line_of_json_whoever_writes_it(lines: Lines) -> None:
    """Our own words and those of a library have the same form, and what is below the level is left out."""
    structlog.get_logger("aftersales").info("refund_done", amount_minor=4500, note="两行\n文字")
    logging.getLogger("library").warning("retry %s", 2)
    logging.getLogger("library").debug("noise")
    ours, theirs = lines()
    assert (ours["event"], ours["level"], ours["amount_minor"]) == ("refund_done", "info", 4500)
    assert ours["note"] == "两行\n文字"
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("retry 2", "warning", "library")
    assert all(line["timestamp"].endswith("Z") for line in (ours, theirs))


def test_a_log_says_which_case_it_is_about(lines: Lines) -> None:
    """Temporal's own context of a workflow and of an activity becomes fields that can be searched for."""
    case = {"workflow_id": "case/demo/T1-refund_only", "run_id": "r-1", "task_queue": "aftersales"}
    call = {"workflow_id": "case/demo/T2-refund_only", "activity_type": "issue_refund", "attempt": 3}
    logging.getLogger("workflow").warning("journal_not_written", extra={"temporal_workflow": case})
    logging.getLogger("activity").warning("partner_away", extra={"temporal_activity": call})
    written, away = lines()
    assert (written["workflow_id"], written["run_id"]) == ("case/demo/T1-refund_only", "r-1")
    assert {name: away[name] for name in call} == call
    assert not any(name.startswith("temporal_") for line in (written, away) for name in line)


def test_persons_and_secrets_are_masked_at_any_depth(lines: Lines) -> None:
    """Names, telephone numbers, addresses, words, keys: in a field, a list or a nested document, in either log."""
    person = {"name": NAME, "Phone": PHONE, "address": [PLACE], "customer_ref": "c-1"}
    order = {"lines": [{"sku": "CUP", "note": ({"recipient": person},)}], "person": person}
    structlog.get_logger("aftersales").info("taken", order=order, phone=PHONE, secret={"new": SECRET})
    logging.getLogger("library").info("sent", extra={"order": {"to": [person]}, "authorization": SECRET, "dsn": SECRET})
    text = json.dumps(lines(), ensure_ascii=False)
    assert [word for word in PRIVATE if word in text] == []
    ours, theirs = lines()
    assert (ours["phone"], ours["secret"], theirs["authorization"], theirs["dsn"]) == ("***",) * 4
    kept = theirs["order"]["to"][0]
    assert kept == {"name": "***", "Phone": "***", "address": "***", "customer_ref": "c-1"}
    assert ours["order"]["lines"][0]["sku"] == "CUP"


def test_an_exception_stands_in_its_line_with_where_it_happened(lines: Lines) -> None:
    """A traceback of many lines stays one line of the log, and shows no values of the functions that it passed."""

    def pay(phone: str) -> None:
        raise RuntimeError(f"refused: {len(phone)} digits")

    try:
        pay(PHONE)
    except RuntimeError:
        logging.getLogger("aftersales").exception("pay_failed")
    (line,) = lines()
    assert (line["event"], line["level"]) == ("pay_failed", "error")
    assert "RuntimeError: refused: 11 digits" in line["exception"]
    assert "in pay" in line["exception"]
    assert PHONE not in json.dumps(line)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Person.model_validate({"name": [NAME], "phone": PHONE * 9, "address": {"street": PLACE}}),
        lambda: Request.model_validate({"shop": "demo", "person": {"name": NAME * 90, "phone": [PHONE]}}),
        lambda: Recipient.model_validate({"customer_ref": "c-1", "name": [NAME], "phone": {"number": PHONE}}),
    ],
    ids=["person", "request", "recipient"],
)
def test_the_text_of_a_failed_check_repeats_no_person(lines: Lines, wrong: Callable[[], Any]) -> None:
    """What a person's record failed at is told by field, without the value: an exception's text goes to the log."""
    try:
        wrong()
    except ValidationError:
        logging.getLogger("aftersales").exception("unusable")
    (line,) = lines()
    assert "ValidationError" in line["exception"]
    assert [word for word in PRIVATE if word in line["exception"]] == []


def test_the_problem_of_an_unreadable_message_repeats_none_of_it() -> None:
    """A message's problem is journalled and logged: it names the field and not what the sender wrote there."""
    unread = decode("survey_answered", json.dumps({"score": f"{NAME} {PHONE}"}).encode())
    assert [word for word in PRIVATE if word in getattr(unread, "problem", PHONE)] == []
