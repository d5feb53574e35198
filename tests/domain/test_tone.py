"""What may not leave the house in a text to a customer."""

import pytest

from domain.tone import findings


@pytest.mark.parametrize(
    ("text", "rule", "code"),
    [
        ("这是您自己的问题，您没看说明吧。", "P-TONE", "blames_customer"),
        ("It is your own fault that it broke.", "P-TONE", "blames_customer"),
        ("这不归我管，您找快递去。", "P-TONE", "not_my_job"),
        ("Sorry, that is not my job.", "P-TONE", "not_my_job"),
        ("那您随便投诉好了。", "P-TONE", "invites_complaint"),
        ("You can complain wherever you like.", "P-TONE", "invites_complaint"),
        ("我已经说过了，要等。", "P-TONE", "i_already_said"),
        ("I already told you that it takes time.", "P-TONE", "i_already_said"),
        ("我不知道。", "P-TONE", "bare_dont_know"),
        ("I don’t know.", "P-TONE", "bare_dont_know"),
        ("爱买不买。", "P-TONE", "dismisses"),
        ("Take it or leave it.", "P-TONE", "dismisses"),
        ("您这是无理取闹。", "P-TONE", "insults"),
        ("Don't be ridiculous.", "P-TONE", "insults"),
        ("再不撤诉，后果自负。", "P-TONE", "threatens"),
        ("Withdraw it or else.", "P-TONE", "threatens"),
        ("麻烦您把退款原因改成七天无理由。", "P-NOREASONGAME", "asks_other_reason"),
        ("申请时请选择七天无理由，处理更快。", "P-NOREASONGAME", "asks_other_reason"),
        ("您换个理由再申请。", "P-NOREASONGAME", "asks_other_reason"),
        ("Please change the refund reason to 'not wanted'.", "P-NOREASONGAME", "asks_other_reason"),
        ("您改一下评价，我给您返现 10 元。", "P-NOTRADE", "benefit_for_review"),
        ("删除差评后送您一张优惠券。", "P-NOTRADE", "benefit_for_review"),
        ("五星好评返红包。", "P-NOTRADE", "benefit_for_review"),
        ("We will refund you once you remove the review.", "P-NOTRADE", "benefit_for_review"),
        ("A coupon for a 5-star rating!", "P-NOTRADE", "benefit_for_review"),
    ],
)
def test_what_hurts_or_trades_is_found(text: str, rule: str, code: str) -> None:
    """Insults, shirking, threats, review trade and reason games are stopped, with advice in both languages."""
    found = findings(text)
    assert found, text
    assert (found[0].rule, found[0].code, found[0].guard) == (rule, code, True)
    assert found[0].zh
    assert found[0].en
    assert text[found[0].start : found[0].end]


@pytest.mark.parametrize(
    "text",
    [
        "我不知道具体时间，我去问仓库，今天 18:00 前答复您。",
        "您好，给您补偿一张 10 元优惠券，表示歉意。",
        "感谢您的评价，我们会改进包装。",
        "退款原因您按实际情况选择就好。",
        "请告诉我们退货的原因，我们好改进。",
        "商品有问题不是您的责任，我们来处理。",
        "这个问题由我负责，今天给您答复。",
        "I do not know the exact time yet; I will ask the warehouse and answer by six.",
        "We are sorry and would like to send you a coupon.",
        "Thank you for your review; it helps us to improve.",
        "Please choose the reason that is true.",
        "It is not your fault, and we will make it good.",
    ],
)
def test_honest_kind_sentences_pass(text: str) -> None:
    """A plain answer, goodwill without conditions and thanks for a review may be sent."""
    assert findings(text) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您的工单已进入逆向物流环节。", "jargon"),
        ("Your RMA is pending.", "jargon"),
        ("我们" + "正在认真处理这件事情" * 8 + "。", "long_sentence"),
        ("We " + "really " * 45 + "care.", "long_sentence"),
    ],
)
def test_jargon_and_endless_sentences_are_advised_against(text: str, code: str) -> None:
    """House words and sentences that nobody reads are pointed out; they are advice, not a guard (R-PLAIN)."""
    found = findings(text)
    assert [(one.rule, one.code, one.guard) for one in found] == [("R-PLAIN", code, False)]


def test_a_return_number_is_not_jargon() -> None:
    """A number that begins with RMA- is what the customer writes on his parcel."""
    assert findings("退货编号 RMA-20261120-7。") == ()


def test_guards_come_before_advice() -> None:
    """Whoever looks at the first finding sees the one that stops the text."""
    assert [one.guard for one in findings("工单的事不归我管。")] == [True, False]
