"""A difference between our refund ledger and the provider's books: what it is, how bad, under which rule, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.money import Money


class Severity(StrEnum):
    """How soon finance must look."""

    URGENT = "urgent"  # money went where it should not, or did not come where it was promised
    NORMAL = "normal"  # the money is right, a book is behind or contradicts itself


class DifferenceKind(StrEnum):
    """What differs."""

    PAID_UNKNOWN = "paid_unknown"
    PAID_TWICE = "paid_twice"
    PAID_THOUGH_REFUSED = "paid_though_refused"
    AMOUNT_DIFFERS = "amount_differs"
    NOT_PAID = "not_paid"
    NOT_NOTED = "not_noted"
    CONTRADICTION = "contradiction"
    COLLECTED_UNKNOWN = "collected_unknown"
    COLLECTED_DIFFERS = "collected_differs"
    COLLECTED_NOT_NOTED = "collected_not_noted"
    COLLECTED_MISSING = "collected_missing"


class _Meaning(NamedTuple):
    severity: Severity
    rule: str
    zh: str
    en: str


_MEANINGS: Mapping[DifferenceKind, _Meaning] = MappingProxyType({
    DifferenceKind.PAID_UNKNOWN: _Meaning(
        Severity.URGENT, "A-SOD",
        "渠道付出 {theirs}，账上没有这笔退款；请查明是谁付的，补登或追回",
        "{theirs} was paid there and is unknown here; find out who paid it, and enter it or get it back",
    ),
    DifferenceKind.PAID_TWICE: _Meaning(
        Severity.URGENT, "R-REF-PATH",
        "账上退款 {ours} 一次，渠道另外又付了 {theirs}；请与渠道核对并追回",
        "{ours} was refunded once here and {theirs} was paid there once more; settle it with the provider",
    ),
    DifferenceKind.PAID_THOUGH_REFUSED: _Meaning(
        Severity.URGENT, "R-REF-PATH",
        "账上退款 {ours} 已被渠道拒绝，渠道却付出 {theirs}；请勿再付，先与渠道核对",
        "the provider refused {ours} and yet paid {theirs}; do not pay again before it is settled with him",
    ),
    DifferenceKind.AMOUNT_DIFFERS: _Meaning(
        Severity.URGENT, "A-CAP",
        "账上批准 {ours}，渠道实付 {theirs}；请补付或追回差额",
        "{ours} was approved here and {theirs} paid there; pay the rest or get it back",
    ),
    DifferenceKind.NOT_PAID: _Meaning(
        Severity.URGENT, "R-PROMISE",
        "账上已退 {ours}，渠道对账单里没有；顾客可能没有收到，请催渠道",
        "{ours} is refunded here and stands in no statement there; the customer may not have it, press the provider",
    ),
    DifferenceKind.NOT_NOTED: _Meaning(
        Severity.NORMAL, "R-REF-72H",
        "渠道已付 {theirs}，账上迟迟没有记到账；请查看售后单为何没有继续",
        "{theirs} was paid there and is still open here; see why the case has not gone on",
    ),
    DifferenceKind.CONTRADICTION: _Meaning(
        Severity.NORMAL, "R-REF-PATH",
        "退款 {ours} 了结以后，渠道又作了相反的答复；请与渠道核对",
        "after the refund of {ours} had ended the provider answered otherwise; settle it with him",
    ),
    DifferenceKind.COLLECTED_UNKNOWN: _Meaning(
        Severity.URGENT, "P-FEEQUOTE",
        "顾客付了 {theirs}，账上没有向他收这笔款；请查明用途，补登或退回",
        "a customer paid {theirs} that nobody here asked him for; find out what for, and enter it or give it back",
    ),
    DifferenceKind.COLLECTED_DIFFERS: _Meaning(
        Severity.URGENT, "P-FEEQUOTE",
        "向顾客收 {ours}，渠道实收 {theirs}；请补收或退还差额",
        "{ours} was asked of the customer and {theirs} came; ask for the rest or give it back",
    ),
    DifferenceKind.COLLECTED_NOT_NOTED: _Meaning(
        Severity.URGENT, "M-NODEFECT",
        "顾客已付 {theirs}，账上没有记收款；请办妥他付的事，或把钱退回",
        "a customer paid {theirs} and it is not noted here; give him what he paid for, or the money back",
    ),
    DifferenceKind.COLLECTED_MISSING: _Meaning(
        Severity.URGENT, "P-FEEQUOTE",
        "账上已收 {ours}，渠道对账单里没有；请与渠道核对",
        "{ours} is noted as paid here and stands in no statement there; settle it with the provider",
    ),
})  # fmt: skip


class Difference(BaseModel):
    """One difference. The same one has the same `id` whenever it is found; ids and references hold no person."""

    model_config = ConfigDict(frozen=True)

    kind: DifferenceKind
    channel: str
    at: datetime  # when the provider booked it, else our instant
    key: str = ""  # of the refund; the provider's own where we know none
    partner_ref: str = ""
    shop: str = ""
    order_no: str = ""
    case_no: str = ""  # empty: of no case that we know
    ours: Money | None = None
    theirs: Money | None = None

    @property
    def id(self) -> str:
        """Of the difference: another sum, payment or kind is another difference."""
        facts = (
            self.kind, self.channel, self.at.timestamp(), self.key, self.partner_ref, self.shop, self.order_no,
            self.ours, self.theirs,
        )  # fmt: skip
        return blake2b("\n".join(map(str, facts)).encode(), digest_size=8).hexdigest()

    @property
    def severity(self) -> Severity:
        """How soon finance must look."""
        return _MEANINGS[self.kind].severity

    @property
    def rule(self) -> str:
        """The rule that it breaks."""
        return _MEANINGS[self.kind].rule

    def reason(self, language: str) -> str:
        """What differs and what to do, in one sentence."""
        meaning = _MEANINGS[self.kind]
        sentence = meaning.zh if language.startswith("zh") else meaning.en
        return sentence.format(ours=self.ours or "-", theirs=self.theirs or "-")
