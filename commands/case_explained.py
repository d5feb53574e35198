"""What a case says of itself, in the words of the person who asked: `aftersales case explain`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from commands.language import language, say, sentence_of
from commands.output import Column, show_record, show_table, tell

if TYPE_CHECKING:
    from domain.explain import Explanation

STATES = {
    "paused": ("暂停", "paused"),
    "met": ("已做到", "met"),
    "breached": ("已到期", "ran out"),
    "cancelled": ("不再需要", "no longer needed"),
}
"""Of clocks that do not run."""


def explained(told: Explanation) -> None:
    """Show all but its commands."""
    from domain.journal_words import words_of
    from domain.texts import label

    spoken, now = language(), datetime.now(UTC)
    lines = {
        "case": f"{told.case} · {label('case_type', told.case_type, spoken)} · {told.order}",
        "priority": f"P{told.priority} · {label('nature', told.nature, spoken)} · {why(told.priority_why)}"
        f" [{told.priority_rule}]",
        "stage": label("stage", told.stage, spoken),
        "waiting": words_of(told.waiting_for, spoken),
        "ball": label("party", told.ball_with, spoken),
        "photos": told.photos,
        "needs": words_of(told.needs_human, spoken),
        "next": f"{_own_half(told.next.what)} · {_when(told.next.at, now)}" if told.next else "",
        "money": _all(told.refunds, "payment"),
        "collected": _all(told.collections, "payment"),
        "promises": _all(told.open_promises, "what"),
        "approvals": _all(told.open_approvals, "what", "party"),
        "proposals": _all(told.open_proposals, "resolution"),
        "held": told.goods_held_by,
        "candidates": [_candidate(*one.split()) for one in told.candidates],
        "claims": told.claims,
        "claim_of": told.claim_of,
        "goodwill": _all(told.goodwill, "gesture"),
        "contacts": _contacts(told),
        "six": six_steps(told.six_steps),
        "outcome": told.outcome and label("outcome", told.outcome, spoken),
        "windows": _all(told.provisional_windows),
        "rulebook": told.rulebook,
    }
    labels = (
        Column("case", "售后单", "Case"), Column("priority", "优先级", "Priority"),
        Column("stage", "阶段", "Stage"), Column("waiting", "等待", "Waiting for"),
        Column("photos", "已有照片", "Photos so far"),
        Column("ball", "轮到", "Ball with"), Column("needs", "需要人工", "Needs a person"),
        Column("next", "接下来", "Comes next"), Column("money", "退款", "Refunds"),
        Column("collected", "收款", "Collected"),
        Column("promises", "未兑现承诺", "Open promises"), Column("approvals", "待审批", "Open approvals"),
        Column("proposals", "待顾客答复", "Open proposals"), Column("goodwill", "补偿", "Goodwill"),
        Column("candidates", "可能属于", "May belong to"),
        Column("held", "商品由他单在办", "Goods held by"),
        Column("claims", "快递索赔单", "Claims on couriers"), Column("claim_of", "所属售后单", "Claim of case"),
        Column("contacts", "未解决时顾客来过", "Came unsolved"), Column("six", "六步", "The six steps"),
        Column("outcome", "结果", "Outcome"),
        Column("windows", "暂定的退货期", "Provisional windows"), Column("rulebook", "规则版本", "Rulebook"),
    )  # fmt: skip
    show_record(lines, [one for one in labels if lines[one.key]], as_json=False)
    clocks = [
        {
            "id": clock.id, "rule": f"{clock.rule} · {clock.source}", "due_at": clock.due_at,
            "left": (_left(clock.due_at - now) if clock.state == "running" else say(*STATES[clock.state]))
            + (say(" · 暂定", " · provisional") if clock.provisional else ""),
        }
        for clock in sorted(told.clocks, key=lambda clock: (clock.state != "running", clock.due_at))
    ]  # fmt: skip
    columns = (
        Column("id", "时限", "Clock"), Column("rule", "规则 · 来源", "Rule · source"),
        Column("due_at", "到期", "Due"), Column("left", "剩余", "Left"),
    )  # fmt: skip
    show_table(clocks, columns, as_json=False)
    for block in told.blocked:
        until = f" · {_spoken(block.next_slot)}" if block.next_slot else ""
        held = f"{sentence_of(block.why)} [{block.guard}]{until}"
        tell(f"挡住：{held}", f"Held back: {held}")


def _all(parts: Sequence[str], *tables: str) -> list[str]:
    """What it holds open, each as `P4 compensation_coupon 5.00 CNY 2026-11-23T14:36:23+00:00`, in words."""
    return [re.sub(r"[^\s,()]+", lambda word: _spoken(word[0], *tables), part) for part in parts]


def _candidate(case_no: str, *why: str) -> str:
    return f"{case_no} ({', '.join(_spoken(one, 'candidate') for one in why)})"


def _spoken(word: str, *tables: str) -> str:
    """A code by its name, in one of these tables of names or among the journal's words; an instant on this clock."""
    from domain.journal_words import words_of
    from domain.texts import codes, label

    for table in tables:
        if {word, word.partition("_")[0]} & {*codes(table, language())}:  # `refund_goods` is a refund
            return label(table, word, language())
    try:
        return (
            f"{datetime.fromisoformat(word).astimezone():%Y-%m-%d %H:%M}" if "T" in word else words_of(word, language())
        )
    except ValueError:
        return word


def _contacts(told: Explanation) -> str:
    """How often he came without a solution, and with whom he spoke (P-NOREPEAT)."""
    if not told.contacts_unsolved:
        return ""
    times = say(f"{told.contacts_unsolved} 次", f"{told.contacts_unsolved} times")
    return " · ".join([times, *told.spoke_with])


def may_be_done(told: Explanation) -> None:
    """Show which commands it takes now, and why not the others."""
    from domain.journal_words import words_of

    may = ", ".join(action.action for action in told.actions if action.allowed)
    tell(f"现在可以：{may}", f"May be done now: {may}")
    if told.next_goodwill and "offer_compensation" in may:
        rung = words_of(told.next_goodwill, language())
        tell(f"补偿阶梯下一档：{rung}", f"Goodwill, next on the ladder: {rung}")
    refused = [{"action": a.action, "why": sentence_of(a.why_not)} for a in told.actions if not a.allowed]
    show_table(
        refused,
        (Column("action", "现在不能", "Not now"), Column("why", "为什么", "Why not")),
        as_json=False,
    )


def _own_half(what: str) -> str:
    """What comes next in the person's language: a timer's summary is `D-REFPAY 预警 · warning`, or has no id."""
    zh, _, en = what.partition(" · ")
    id, space, word = zh.rpartition(" ")
    return say(f"{id}{space}{word}", f"{id}{space}{en}")


def _when(at: datetime, now: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M} ({_left(at - now)})"


def _left(length: timedelta) -> str:
    """A length in its two biggest units; what is past is overdue."""
    seconds = int(abs(length).total_seconds())
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3600, seconds % 3600 // 60
    parts = [(days, say("天", "d")), (hours, say("小时", "h")), (minutes, say("分钟", "min"))]
    shown = [f"{count} {unit}" for count, unit in parts if count][:2] or [say("不到 1 分钟", "less than a minute")]
    text = " ".join(shown)
    return text if length >= timedelta(0) else say(f"已过 {text}", f"{text} overdue")


def six_steps(steps: Mapping[str, datetime | None]) -> str:
    """Which of the six steps are taken, and when first (R-SIX)."""
    from domain.texts import label

    taken = [
        f"{label('six_steps', step, language())} {f'{at.astimezone():%m-%d %H:%M}' if at else '–'}"
        for step, at in steps.items()
    ]
    return " · ".join(taken)


def why(reasons: Iterable[str]) -> str:
    """Why a case has its priority, in words (R-CLASSIFY)."""
    from domain.texts import label

    return say("，", ", ").join(label("priority", one, language()) for one in reasons) or say("一般", "ordinary")
