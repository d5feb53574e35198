"""The case sheet: a case on one readable page, shown by the Temporal Web UI as current details. No personal data."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from domain.case import CaseState
from domain.events import CaseStart
from domain.journal_words import words_of
from domain.priority import priority
from domain.texts import label


def sheet(start: CaseStart, state: CaseState, now: datetime) -> str:
    """Markdown of the case at rest, Chinese and English side by side, times in the customer's zone, which it names."""
    request = start.request
    zone = timezone(timedelta(minutes=request.order.utc_offset_minutes))

    def local(instant: datetime) -> str:
        return f"{instant.astimezone(zone):%m-%d %H:%M}"

    lines = [
        f"### {request.case_no} · {_named('case_type', state.became or request.case_type)}"
        f" · P{priority(start, state).level}",
        f"- **订单 Order** {request.order.order_no} · {request.order.paid} · {_named('reason', request.reason)}",
        f"- **阶段 Stage** {_named('stage', state.stage)}",
        f"- **轮到 Ball with** {_named('party', state.ball_with)}",
    ]
    if state.waiting:
        lines.append(f"- **等待 Waiting for** {_told(state.waiting.code)}")
    if state.needs_human:
        lines.append(f"- **需要人工 Needs a person** {_told(state.needs_human)}")
    running = sorted((clock for clock in state.clocks.values() if clock.running), key=lambda clock: clock.due_at)
    if running:
        # A list, since the Web UI sets table cells without a gap between them.
        unsure = " · 暂定 provisional"  # counted over days without an official notice
        lines += [
            "",
            *(
                f"- **时限 Clock** {c.id} · {local(c.due_at)}{unsure if c.provisional else ''} · {c.rule} {c.source}"
                for c in running
            ),
        ]
    if state.refunds:
        lines += [
            "",
            *(f"- **退款 Refund** {r.amount} · {_named('payment', r.status)} · `{r.key}`" for r in state.refunds),
        ]
    if state.collections:
        lines += [
            "",
            *(
                f"- **收款 Collected** {c.amount} · {_named('payment', c.status)} · `{c.key}`"
                for c in state.collections
            ),
        ]
    if state.gestures:
        lines += [
            "",
            *(f"- **补偿 Goodwill** {_told(g.form)} {g.amount} · {_named('gesture', g.state)}" for g in state.gestures),
        ]
    if state.came_back.contacts:
        lines.append(f"- **未解决时顾客来过 Came unsolved** {state.came_back.contacts}")
    if state.goods.rma:
        lines.append(f"- **退货 Return** {state.goods.rma} · {state.goods.status.value}")
    if state.outcome:
        lines.append(f"- **结果 Outcome** {_named('outcome', state.outcome)}")
    rulebook = f"规则版本 Rulebook {start.rules.name}@{start.rules.digest[:12]}"
    lines += ["", f"{rulebook} · {local(now)} · 时间 times {zone.tzname(None)}"]
    return "\n".join(lines)


def _named(table: str, code: str) -> str:
    return f"{label(table, code, 'zh')} {label(table, code, 'en')}"


def _told(code: str) -> str:
    """In words; a code that has none stands once."""
    zh, en = words_of(code, "zh"), words_of(code, "en")
    return zh if zh == en else f"{zh} {en}"
