"""What a case says of itself: stage, who has the ball, clocks, what is blocked and why, what fires next and when."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from domain.case import CaseState, Proposal, Verdict
from domain.events import CaseStart
from domain.goodwill import next_rung
from domain.priority import priority
from domain.refusal import Refusal
from domain.refusals import available
from domain.six_steps import SixStep
from domain.vocabulary import CaseType


class ClockView(BaseModel):
    """One clock for a reader."""

    id: str
    rule: str
    source: str
    anchor: str
    state: str
    started_at: datetime
    due_at: datetime
    warnings_left: list[datetime]
    acted_at: datetime | None
    pauses: list[str]
    provisional: bool = False  # counted over days of which no official notice was known


class Blocked(BaseModel):
    """Something that a guard holds back."""

    guard: str
    why: str
    next_slot: str = ""


class Next(BaseModel):
    """What fires next when nobody does anything."""

    at: datetime
    what: str


class Action(BaseModel):
    """One command, and why it cannot be given now if it cannot."""

    action: str
    allowed: bool
    why_not: str = ""
    rule: str = ""

    @classmethod
    def of(cls, kind: str, refused: Refusal | None) -> Action:
        """From the commands' own check."""
        if refused is None:
            return cls(action=kind, allowed=True)
        return cls(action=kind, allowed=False, why_not=str(refused), rule=refused.rule)


class Explanation(BaseModel):
    """The answer of the query `explain`."""

    case: str
    order: str
    case_type: str
    nature: str  # what it is about in the broadest words, and which place it has in the work (R-CLASSIFY)
    priority: int
    priority_why: list[str]
    priority_rule: str
    reason: str
    rulebook: str
    stage: str
    waiting_for: str
    ball_with: str
    needs_human: str
    due_at: datetime | None
    due_rule: str
    clocks: list[ClockView]
    blocked: list[Blocked]
    next: Next | None
    attempts: int
    photos: str = ""  # while it waits for photos: how many it has, of how many that suffice (R-EVID)
    open_promises: list[str]  # id, what, sum, by when
    open_approvals: list[str]  # id, what, sum, whose word
    open_proposals: list[str]  # id, plan, what it costs him, and between what he may choose
    goods_held_by: list[str] = []  # cases that hold its goods, as it last heard (R-N1)
    candidates: list[str] = []  # cases that a parcel of nobody may belong to, and what speaks for each (W-3)
    goodwill: list[str] = []  # each gesture and where it stands
    next_goodwill: str = ""  # the first rung of the ladder that he has not declined (M-COMP-LADDER)
    contacts_unsolved: int = 0  # how often he came without a solution (R-OURMESS, P-NOREPEAT)
    spoke_with: list[str] = []
    claims: list[str] = []  # numbers of its claims on couriers, cases of their own
    claim_of: str = ""  # of a claim: the customer's case whose loss it is
    refunds: list[str]
    collections: list[str] = []  # money that the customer was asked for, and where it stands
    refunded_minor: int
    currency: str
    outcome: str
    journal_behind: int
    six_steps: dict[str, datetime | None] = {}  # when each of the six was first taken (R-SIX)
    provisional_windows: list[str] = []  # return windows that were judged over such days
    actions: list[Action]


def explain(start: CaseStart, state: CaseState, upcoming: tuple[datetime | None, str]) -> Explanation:
    """Explain the case. `upcoming` is the instant for which its one timer is armed, and what it is for."""
    running = sorted((clock.due_at, clock.id) for clock in state.clocks.values() if clock.running)
    at, what = upcoming
    judged = priority(start, state)
    numbers = start.rules.numbers
    postage = start.request.case_type is CaseType.POSTAGE_CLAIM
    enough = numbers.receipt_photos if postage else numbers.evidence_photos
    return Explanation(
        case=start.request.case_no,
        order=start.request.order.order_no,
        case_type=state.became or start.request.case_type,
        nature=judged.nature,
        priority=judged.level,
        priority_why=[*judged.important, *judged.urgent],
        priority_rule=judged.rule,
        reason=start.request.reason,
        rulebook=f"{start.rules.name}@{start.rules.digest[:12]}",
        stage=state.stage,
        waiting_for=state.waiting.code if state.waiting else "",
        ball_with=state.ball_with,
        needs_human=state.needs_human,
        due_at=running[0][0] if running else None,
        due_rule=running[0][1] if running else "",
        clocks=[
            ClockView(
                id=key, rule=clock.rule, source=clock.source, anchor=clock.anchor, state=clock.state,
                started_at=clock.started_at, due_at=clock.due_at, warnings_left=clock.warn_at, acted_at=clock.acted_at,
                pauses=[f"{pause.reason} ({pause.by})" for pause in clock.pauses], provisional=clock.provisional,
            )
            for key, clock in state.clocks.items()
        ],
        blocked=_blocked(state),
        next=Next(at=at, what=what) if at else None,
        attempts=len(state.attempts),
        photos=f"{len(state.evidence)}/{enough}" if state.waiting and state.waiting.code == "photos" else "",
        open_promises=[f"{p.id} {p.what} {p.amount or ''} {p.due_at.isoformat()}" for p in state.open_promises()],
        open_approvals=[
            f"{a.id} {a.what} {a.amount} {a.needs}" for a in state.approvals if a.verdict is Verdict.OPEN
        ],
        open_proposals=[_proposal(p) for p in state.proposals if p.agreed is None],
        goods_held_by=list(state.held_by),
        candidates=[f"{one.case_no} {' '.join(one.why)}" for one in start.candidates],
        goodwill=[f"{g.id} {g.form} {g.amount} {g.state} {g.custom}" for g in state.gestures],
        next_goodwill=next_rung(start.rules, state),
        contacts_unsolved=state.came_back.contacts,
        spoke_with=state.came_back.agents,
        collections=[f"{c.key} {c.amount} {c.status}" for c in state.collections],
        claims=state.claims,
        claim_of=start.request.parent,
        refunds=[f"{r.key} {r.amount} {r.status}" for r in state.refunds],
        refunded_minor=state.refunded,
        currency=start.request.order.paid.currency,
        outcome=state.outcome or "",
        journal_behind=len(state.unread) if state.journal_failures else 0,
        six_steps={step: state.six_steps.get(step) for step in SixStep},
        provisional_windows=[f"{clock} {end.isoformat()}" for clock, end in state.provisional_ends.items()],
        actions=actions(start, state),
    )  # fmt: skip


def actions(start: CaseStart, state: CaseState) -> list[Action]:
    """Every command, and why it cannot be given now if it cannot."""
    return [Action.of(kind, refused) for kind, refused in available(start, state)]


def _proposal(made: Proposal) -> str:
    parts = [made.id, made.plan, *([str(made.fee)] if made.fee else [])]
    return " ".join([*parts, *([f"({', '.join(made.choices)})"] if made.choices else [])])


def _blocked(state: CaseState) -> list[Blocked]:
    found = []
    if state.guard_block:
        block = state.guard_block
        found.append(Blocked(guard=block["rule"], why=block["reason"], next_slot=block.get("next_slot", "")))
    if state.open_promises():
        found.append(
            Blocked(guard="P-PROMISE", why="有未兑现的承诺，不能结案 / the case cannot close over an open promise")
        )
    if any(p.agreed is None for p in state.proposals) and state.outcome is None:
        found.append(
            Blocked(
                guard="P-CONSENT", why="顾客同意之前什么都不执行 / nothing is carried out before the customer agreed"
            )
        )
    if any(a.verdict is Verdict.OPEN for a in state.approvals):
        found.append(Blocked(guard="A-CAP", why="须由额度更高的人审批 / somebody with a higher limit must approve"))
    return found
