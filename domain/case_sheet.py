"""The case sheet: a case on one readable page, shown by the Temporal Web UI as current details. No personal data."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.case import CaseState
from domain.events import CaseStart
from domain.priority import priority


def sheet(start: CaseStart, state: CaseState, now: datetime) -> str:
    """Markdown of the case at rest, Chinese and English side by side, times in the customer's zone."""
    request = start.request
    offset = timedelta(minutes=request.order.utc_offset_minutes)

    def local(instant: datetime) -> str:
        return (instant + offset).strftime("%m-%d %H:%M")

    lines = [
        f"### {request.case_no} · {(state.became or request.case_type).value} · P{priority(start, state).level}",
        f"- **订单 Order** {request.order.order_no} · {request.order.paid} · {request.reason.value}",
        f"- **阶段 Stage** {state.stage.value} · **等待 Waiting for** {state.waiting.code if state.waiting else '-'}"
        f" · **轮到 Ball with** {state.ball_with.value}",
    ]
    if state.needs_human:
        lines.append(f"- **需要人工 Needs a person** `{state.needs_human}`")
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
        lines += ["", *(f"- **退款 Refund** {r.amount} · {r.status.value} · `{r.key}`" for r in state.refunds)]
    if state.collections:
        lines += ["", *(f"- **收款 Collected** {c.amount} · {c.status.value} · `{c.key}`" for c in state.collections)]
    if state.gestures:
        lines += ["", *(f"- **补偿 Goodwill** {g.form} {g.amount} · {g.state.value}" for g in state.gestures)]
    if state.came_back.contacts:
        lines.append(f"- **未解决时顾客来过 Came unsolved** {state.came_back.contacts}")
    if state.goods.rma:
        lines.append(f"- **退货 Return** {state.goods.rma} · {state.goods.status.value}")
    if state.outcome:
        lines.append(f"- **结果 Outcome** {state.outcome.value}")
    lines += ["", f"规则版本 Rulebook {start.rules.name}@{start.rules.digest[:12]} · {local(now)}"]
    return "\n".join(lines)
