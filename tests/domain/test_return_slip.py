"""The return slip: what the customer is told to do, and how little of him stands on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.order import AskedLine
from domain.return_slip import ReturnSlip, goods_to_send, masked_contact, masked_name, steps
from domain.tone import findings
from domain.vocabulary import CaseType, ReasonCode
from tests.domain.example import request

SLIP = ReturnSlip(
    shop="demo", case_no="AS-1", order_no="1001", case_type=CaseType.RETURN_REFUND, rma="RMA-AS-1", reason="quality",
    buyer="c-1", goods=(AskedLine(sku="CUP", quantity=1),), send_to="示例省样板市测试路1号1号仓 退货组 00000000000",
)  # fmt: skip


def test_the_customer_reads_how_to_apply_which_reason_is_true_and_what_to_fill_in() -> None:
    """R-HOWTO: apply, the reason as it happened, pack, the slip, the address, and the tracking number by when."""
    due = datetime(2026, 3, 9, 10, tzinfo=UTC)
    told = steps(SLIP.model_copy(update={"freight": "merchant", "due_at": due}))
    zh, en = ("\n".join(step[language] for step in told) for language in (0, 1))
    for words in ("申请售后", "退货退款", "按实际情况选", "质量问题", "由我们承担", "单号", "最晚 3 月 9 日 18:00"):
        assert words in zh
    for words in (
        "after-sales",
        "what really happened",
        "if that is wrong, tell us",
        "paid by us",
        "by 9 March, 18:00",
    ):
        assert words in en


@pytest.mark.parametrize("case_type", [CaseType.RETURN_REFUND, CaseType.EXCHANGE, CaseType.WARRANTY_REPAIR])
@pytest.mark.parametrize("reason", ReasonCode)
def test_no_step_is_rude_or_asks_for_another_reason(case_type: CaseType, reason: ReasonCode) -> None:
    """What we print passes the check of what we write (P-TONE, P-NOREASONGAME), and no blank is left in it."""
    for step in steps(SLIP.model_copy(update={"case_type": case_type, "reason": reason})):
        for text in step:
            assert findings(text) == (), text
            assert "None" not in text
            assert "，。" not in text


def test_who_sends_goods_for_repair_puts_in_the_proof_of_purchase() -> None:
    """The repairer asks for it, and for a line on what is wrong."""
    mended = steps(SLIP.model_copy(update={"case_type": CaseType.WARRANTY_REPAIR}))
    assert len(mended) == len(steps(SLIP)) + 1
    assert any("购买凭证" in zh and "proof of purchase" in en for zh, en in mended)


@pytest.mark.parametrize(
    ("name", "phone", "shown"),
    [
        ("测试顾客", "10000004321", ("测**", "*******4321")),
        (" Example Person ", "+86 100 0000-4321", ("E**", "*******4321")),
        ("", "", ("", "")),
        ("  ", "4321", ("", "")),
    ],
)
def test_a_name_and_a_telephone_are_masked(name: str, phone: str, shown: tuple[str, str]) -> None:
    """P-PRIV: whoever finds the parcel learns neither; the warehouse can still tell two parcels apart."""
    assert (masked_name(name), masked_contact(phone)) == shown


def test_wrong_goods_come_back_and_not_what_was_ordered() -> None:
    """The slip names what the customer has: the red cup that came instead of the blue one."""
    asked = (AskedLine(sku="CUP", quantity=1, instead="RED"),)
    asks = request(ReasonCode.WRONG_ITEM).model_copy(update={"lines": asked})
    assert goods_to_send(asks, CaseType.RETURN_REFUND) == asked
    assert goods_to_send(asks, CaseType.WRONG_ITEM) == (AskedLine(sku="RED", quantity=1),)
