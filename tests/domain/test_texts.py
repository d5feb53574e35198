"""The customer messages: complete in both languages, polite, and short enough for the platform."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain import texts
from domain.gesture import GestureState
from domain.ports.collection import CollectionStatus
from domain.ports.refunds import RefundStatus
from domain.return_address import FULL
from domain.rulebook_file import default
from domain.texts import MESSAGE_BYTES, TextError, render, templates, variables_of
from domain.tone import findings
from domain.vocabulary import CaseType, FreightPayer, Liability, Outcome, Party, ReasonCode, Resolution, Stage

WANTED = {
    "carried_on",
    "exchange_proposed",
    "exchange_cheaper",
    "exchange_authorized",
    "exchange_shipped",
    "exchange_out_of_stock",
    "no_fault_exchange",
    "colour_explained",
    "size_explained",
    "payment_asked",
    "plan_proposed",
    "evidence_asked",
    "return_authorized",
    "tracking_asked",
    "return_received",
    "progress",
    "closing",
    "closing_reminder",
    "survey",
    "unreachable_notice",
    "unreachable_call",
    "recall_told",
    "address_asked",
    "reship_told",
    "shipped_told",
    "refund_paid",
    "refund_rejected",
    "no_fault_found",
    "parcel_lost_told",
    "no_info_told",
    "courier_plan_told",
    "window_closed",
    "remote_guidance",
    "proof_asked",
    "repair_proposed",
    "maintenance_quoted",
    "repair_authorized",
    "repair_news",
    "repair_shipped",
    "substitute_offered",
    "fee_quoted",
    "request_received",
    "promise_kept",
    "goodwill_offered",
    "delay_told",
    "new_address_asked",
    "address_changed_told",
    "address_too_late_told",
    "out_of_area_told",
    "out_of_area_call",
    "pickup_told",
    "relayed_told",
    "wait_proposed",
    "called_back_told",
    "refuse_at_door_told",
    "undelivered_received",
    "transit_damage_told",
    "promo_explained",
    "parcel_told",
    "look_around_asked",
    "parcel_found_told",
    "stuck_told",
    "stuck_too_long",
    "conduct_told",
    "conduct_answered",
    "conduct_plan",
    "late_delivery_told",
    "late_apology",
    "slot_proposed",
    "slot_missed_told",
    "return_agreed_told",
    "late_shipment_told",
    "on_the_way_told",
    "not_shipped_told",
    "price_window_closed",
    "no_price_difference",
    "postage_explained",
    "postage_apology",
    "flaw_apology",
    "misuse_sympathy",
    "misuse_repair_quoted",
    "misuse_explained",
    "damage_asked",
    "damaged_at_door",
    "damage_told",
    "claim_failed_told",
    "missing_told",
    "next_order_told",
    "wrong_item_told",
    "wrong_goods_asked",
    "out_of_stock_told",
    "oos_offer",
    "rest_shipped_told",
    "stock_shipped_told",
    "complaint_heard",
    "cause_explained",
    "trouble_asked",
    "trouble_call",
    "platform_answered",
    "ruling_explained",
}
LONG = {
    **FULL,
    "waybill": "YT1234567890123",
    "return_address": "示例省样板市测试路1号1号仓 退货组 00000000000",
    "count": "3",
    "days": "15",
    "amount": "12888.50 CNY",
    "stage": "partner_away",
    "outcome": "returned_to_customer",
    "reason": "category_excluded",
    "plan": "partial_refund",
    "options": "return_refund,send_back",
    "what": "compensation_red_packet",
    "courier": "jd",
    "parcel": "delivered_by_proxy",
    "slot": "2026-11-20T10:00:00+00:00",
    "link": "https://pay.example/p-8f3a09c2d1e4b5a6",
}
LANGUAGES = ("zh", "en")


def test_every_message_exists_in_both_languages_with_the_same_variables() -> None:
    """No message is missing in one language or says less in it."""
    assert set(templates()) == WANTED
    for template in templates():
        assert variables_of(template, "zh") == variables_of(template, "en"), template
        assert variables_of(template)[1] <= texts.KINDS, template


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(WANTED))
def test_every_message_is_polite_and_short_with_few_and_with_all_variables(template: str, language: str) -> None:
    """What we write by ourselves passes our own check and fits into the platform's 400 bytes."""
    for names in variables_of(template):
        text = render(template, language, {name: LONG[name] for name in names})
        assert findings(text) == (), text
        assert len(text.encode()) <= MESSAGE_BYTES, text
        assert not set(text) & set("{}[]"), text
        assert "  " not in text, text


@pytest.mark.parametrize(
    ("language", "question"), [("zh", "请问您是收件人本人吗？"), ("en", "Am I speaking with the receiver")]
)
@pytest.mark.parametrize("template", sorted(WANTED))
def test_a_call_asks_who_is_speaking_before_it_names_the_order(template: str, language: str, question: str) -> None:
    """R-IDENT: the first line of every call asks for the receiver, once, and says nothing that is his."""
    values = {name: LONG[name] for name in variables_of(template)[1]}
    opening, said = render(template, language, values, call=True).split("\n")
    assert question in opening
    assert not set("0123456789") & set(opening)
    assert said == render(template, language, values)
    assert question not in said
    assert "收件人本人" not in said
    assert findings(opening) == ()


def test_a_part_in_brackets_appears_only_with_its_variables() -> None:
    """An amount that nobody knows leaves no gap in the sentence."""
    plain = render("closing", "en", {"order_no": "1", "outcome": "refunded"})
    full = render("closing", "en", {"order_no": "1", "outcome": "refunded", "amount": "12.50 CNY"})
    assert "Result: refunded in full. Please" in plain
    assert "Result: refunded in full, CNY 12.50. Please" in full


def test_codes_sums_and_instants_are_said_in_words() -> None:
    """The customer reads names, yuan and his own wall clock, not codes."""
    values = {"order_no": "1", "plan": "reship", "amount": "12.50 CNY", "due": "2026-11-20T16:00:00+00:00",
              "options": "full_refund,exchange"}  # fmt: skip
    text = render("plan_proposed", "zh", values)
    for words in ("重新寄出", "12.50 元", "11 月 20 日 24:00", "全额退款；换货"):
        assert words in text
    assert "20 November, 17:00" in render("plan_proposed", "en", values, utc_offset_minutes=60)
    assert "2 月 3 日 18:30" in render("plan_proposed", "zh", {**values, "due": "02-03 18:30"})


def test_midnight_is_the_end_of_the_day_before() -> None:
    """A deadline at 24:00 on 31 December is not told as the new year's first minute."""
    assert texts.instant(datetime(2026, 12, 31, 16, tzinfo=UTC), 480, "zh") == "12 月 31 日 24:00"
    assert texts.instant(datetime(2026, 12, 31, 16, tzinfo=UTC), 0, "en") == "31 December, 16:00"


@pytest.mark.parametrize(
    ("template", "variables", "hint"),
    [
        ("plan_proposed", {"order_no": "1"}, "plan is missing"),
        ("survey", {"order_no": "1", "colour": "red"}, "colour is not one of its variables"),
        ("good_morning", {}, "there is no template"),
        ("refund_paid", {"order_no": "1", "amount": "12,5"}, "12.50 CNY"),
        ("refund_paid", {"order_no": "1", "amount": "1.00 CNY", "due": "tomorrow"}, "ISO 8601"),
        ("refund_paid", {"order_no": "1", "amount": "1.00 CNY", "due": "2026-11-20T10:00:00"}, "ISO 8601"),
        ("evidence_asked", {"order_no": "1", "count": "two"}, "whole number"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not(template: str, variables: dict[str, str], hint: str) -> None:
    """A message that cannot be written says why, without repeating what may be personal."""
    with pytest.raises(TextError, match=hint) as caught:
        render(template, "zh", variables)
    assert not {value for value in variables.values() if len(value) > 3 and value in str(caught.value)}


def test_numbers_and_plan_may_be_given_to_any_message() -> None:
    """The workflow passes them without asking which message shows them."""
    for template in templates():
        needed = {name: LONG[name] for name in variables_of(template)[0]}
        assert render(template, "en", {**needed, "case_no": "1", "order_no": "2", "plan": "reship"})


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("stage", Stage), ("outcome", Outcome), ("reason", ReasonCode), ("resolution", Resolution), ("party", Party),
        ("case_type", CaseType), ("liability", Liability), ("freight", FreightPayer),
        ("payment", RefundStatus), ("payment", CollectionStatus), ("gesture", GestureState),
    ],
)  # fmt: skip
def test_every_code_has_a_name_in_both_languages(table: str, codes: type) -> None:
    """People see names for every stage, outcome, reason, plan and party."""
    for language in LANGUAGES:
        assert {code.value for code in codes} <= set(texts.codes(table, language))  # type: ignore[attr-defined]


def test_both_languages_name_the_same_codes() -> None:
    """No table is longer in one language, and each has a word for what it does not know."""
    for table in texts.tables():
        assert texts.codes(table, "zh") == texts.codes(table, "en"), table
        assert "other" in texts.codes(table, "zh")


def test_goodwill_promises_have_names() -> None:
    """A promise of every rung of the ladder can be told to the customer by its name."""
    for form in default().compensation.ladder:
        assert f"compensation_{form}" in texts.codes("what", "zh")


def test_an_unknown_code_is_told_neutrally() -> None:
    """A code that nobody named never reaches the customer raw."""
    assert texts.label("waiting", "decision_lost_or_reship", "en") == "a supervisor is deciding what to do"
    assert texts.label("waiting", "something_new", "zh") == "正在处理中"


def _told() -> Iterator[tuple[str, str, set[str]]]:
    """Every call in the workflows that names a template, with its keyword variables."""
    own = {"step", "rule", "template", "choices", "fee", "within", "overtaken", "call"}
    for file in sorted((Path(__file__).parents[2] / "workflows").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            keywords = {word.arg: word.value for word in node.keywords if word.arg}
            named = keywords.get("template")
            if node.func.attr == "tell" and node.args:
                named = node.args[0]
            elif node.func.attr == "propose" and named is None and ast.unparse(node.func.value).endswith("consent"):
                named = ast.Constant("plan_proposed")
            if isinstance(named, ast.Constant) and node.func.attr in ("tell", "propose"):
                quoted = {"amount"} if node.func.attr == "propose" and "fee" in keywords else set()
                yield f"{file.name}:{node.lineno}", str(named.value), (set(keywords) | quoted) - own


def test_the_workflows_give_each_message_the_variables_that_it_needs() -> None:
    """No procedure sends a message that does not exist, lacks a variable, or has one too many."""
    calls = list(_told())
    assert len(calls) > 10
    for place, template, given in calls:
        needed, taken = variables_of(template)
        assert needed - {"case_no", "order_no"} <= given, (place, template)  # these two every message is given
        assert given <= taken | texts.ALWAYS, (place, template)
