"""Draw the pages of docs/procedures from the recorded histories: what each does, its clocks, rules, endings, cost.

    python -m tests.workflows.draw

Nothing in them is written by hand. `test_drawn.py` fails when they are older than the histories or the rulebook.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from domain import rulebook_file
from domain.rulebook import Rulebook
from domain.texts import label
from domain.vocabulary import CaseType

HISTORIES = Path(__file__).with_name("histories")
PROCEDURES = Path(__file__).parents[2] / "workflows" / "procedures"
PAGES = Path(__file__).parents[2] / "docs" / "procedures"

SKIPPING = frozenset({"WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED", "WORKFLOW_EXECUTION_OPTIONS_UPDATED"})
"""Events that only time skipping writes: in production there are none."""
SPINE = frozenset({"request_repeated", "calendar_changed", "refund_notice", "order_told"})
"""What every case may hear, and what is no part of its course."""
CLOSING = ": closing"  # the message of which a customer hears that it is over
SUM = re.compile(r" \d[\d.,]* [A-Z]{3}$")  # a refund's: every life has its own
RULE = re.compile(r"\b(?:[RDMAPWXS]-[A-Z0-9-]+\d*|X\d+)\b")  # a rule, or a clock; `S-` is a clock of the shop
HEARD = """Every case goes on with the closing message, the survey and the
time of free reopening."""
UNHEARD = """It closes with that: no customer asked for it, and none
hears of it."""


@dataclass(frozen=True)
class Step:
    """A node: what we did, what somebody said, or a clock that ran out."""

    kind: str  # did, said, due, end
    text: str


@dataclass(frozen=True)
class Life:
    """One recorded way to live."""

    name: str
    type: str  # what it was at its end: the facts may have made it another than was asked for
    outcome: str
    events: int
    calls: int
    days: int
    course: tuple[Step, ...]
    clocks: frozenset[str]
    heard: bool  # whether the customer was told of its end


@cache
def life(file: Path) -> Life:
    """Read a history."""
    document = json.loads(file.read_text(encoding="utf-8"))["events"]
    kinds = Counter(_kind(event) for event in document)
    *_, last = document
    (payload,) = last["workflowExecutionCompletedEventAttributes"]["result"]["payloads"]
    outcome = json.loads(base64.b64decode(payload["data"]))
    timers = {event["eventId"]: _summary(event) for event in document if _kind(event) == "TIMER_STARTED"}
    began = next(event for event in document if _kind(event) == "WORKFLOW_TASK_SCHEDULED")
    first, end = (datetime.fromisoformat(event["eventTime"][:19]) for event in (began, last))
    return Life(
        name=file.stem.partition("-")[2],
        type=_type_at_the_end(document),
        outcome=outcome,
        events=sum(count for kind, count in kinds.items() if kind not in SKIPPING),
        calls=kinds["ACTIVITY_TASK_SCHEDULED"],
        days=(end - first).days,
        course=(*_course(document), Step("end", outcome)),
        heard=any(_summary(event).endswith(CLOSING) for event in document),
        clocks=frozenset(word for summary in timers.values() if RULE.fullmatch(word := summary.partition(" ")[0])),
    )


def _type_at_the_end(document: list[dict[str, Any]]) -> str:
    """The type that the case showed last; one that always was what it began as never showed another."""
    (start, *_) = document[0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
    type = json.loads(base64.b64decode(start["data"]))["request"]["case_type"]
    for event in document:
        shown = event.get("upsertWorkflowSearchAttributesEventAttributes", {}).get("searchAttributes", {})
        if kind := shown.get("indexedFields", {}).get("AfterSaleKind", {}).get("data"):
            type = json.loads(base64.b64decode(kind))
    return str(type)


def _kind(event: dict[str, Any]) -> str:
    return str(event["eventType"]).removeprefix("EVENT_TYPE_")


def _summary(event: dict[str, Any]) -> str:
    data = event.get("userMetadata", {}).get("summary", {}).get("data", "")
    return str(json.loads(base64.b64decode(data))) if data else ""


def _course(document: list[dict[str, Any]]) -> Iterator[Step]:
    """The steps up to the closing message, which begins what all cases share."""
    timers: dict[str, str] = {}
    for event in document:
        kind, summary = _kind(event), _summary(event)
        match kind:
            case "TIMER_STARTED":
                timers[event["eventId"]] = summary
            case "TIMER_FIRED":
                armed = timers[event["timerFiredEventAttributes"]["startedEventId"]]
                if armed.endswith("due"):
                    yield Step("due", armed.partition(" ")[0])
            case "ACTIVITY_TASK_SCHEDULED":
                text = summary.partition(" · ")[2]
                if text.endswith(CLOSING):
                    return
                if text != "Tell the customer how it stands":
                    yield Step("did", SUM.sub("", text))
            case "WORKFLOW_EXECUTION_SIGNALED":
                name = event["workflowExecutionSignaledEventAttributes"]["signalName"]
                if name not in SPINE:
                    yield Step("said", name)
            case "WORKFLOW_EXECUTION_UPDATE_ACCEPTED":
                request = event["workflowExecutionUpdateAcceptedEventAttributes"]["acceptedRequest"]
                yield Step("said", request["input"]["name"])


def lives(type: CaseType) -> list[Life]:
    """Every recorded way of that type, the cheapest first."""
    found = [life(file) for file in sorted(HISTORIES.glob(f"{type}-*.json"))]
    return sorted(found, key=lambda one: (one.events, one.name))


def module_of(type: CaseType) -> Path:
    """The file of its procedure."""
    return PROCEDURES / f"{type}.py"


def page(type: CaseType) -> str:
    """The page of a procedure, as Markdown."""
    file, ways, book = module_of(type), lives(type), rulebook_file.default()
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.name == type)
    cited = sorted({rule for rule in RULE.findall(source) if not rule.startswith("S-")})
    clocks = sorted({*(id for way in ways for id in way.clocks), *RULE.findall(source)} & book.clocks.keys())
    aftercare, goes_on = (" with aftercare", HEARD) if any(way.heard for way in ways) else ("", UNHEARD)
    head = (ast.get_docstring(tree) or "").partition("\n")[0]
    return "\n".join(
        [
            f"# {label('case_type', type, 'zh')} · `{type}`",
            "",
            f"{head} {ast.get_docstring(function) or ''}".strip(),
            "",
            f"The procedure: [workflows/procedures/{file.name}](../../workflows/procedures/{file.name})."
            f" Rules: {', '.join(f'`{rule}`' for rule in cited)} ([rulebook](../rulebook.md)).",
            "",
            "## Endings",
            "",
            f"As recorded; events without those of time skipping, calls to partners, simulated days{aftercare}.",
            "",
            "| recorded | outcome | events | calls | days |",
            "|---|---|---:|---:|---:|",
            *(
                f"| {way.name} | {label('outcome', way.outcome, 'zh')} · {way.outcome} "
                f"| {way.events} | {way.calls} | {way.days} |"
                for way in ways
            ),
            "",
            "## Clocks",
            "",
            *_clock_table(clocks, book),
            "",
            "## Course",
            "",
            "Boxes are what the case did, slanted ones what somebody said, hexagons clocks that ran out. A number says",
            f"how many of the recorded ways went there. {goes_on}",
            "",
            "```mermaid",
            *drawing(ways),
            "```",
            "",
        ]
    )


def _clock_table(ids: list[str], book: Rulebook) -> list[str]:
    rules = [(id, book.clocks[id]) for id in ids]
    rows = [f"| `{id}` | {rule.length} | {rule.label.zh} · {rule.label.en} | {rule.source} |" for id, rule in rules]
    return ["| | length | for | source |", "|---|---|---|---|", *rows]


def drawing(ways: list[Life]) -> list[str]:
    """A directed graph over all ways: each step once, each succession with its count."""
    edges: Counter[tuple[Step, Step]] = Counter()
    start = Step("end", "request")
    for way in ways:
        edges.update(list(dict.fromkeys(zip((start, *way.course), way.course, strict=False))))
    steps = list(dict.fromkeys(step for edge in edges for step in edge))
    number = {step: f"s{place}" for place, step in enumerate(steps)}
    return [
        "flowchart TD",
        *(f"    {number[step]}{_shape(step)}" for step in steps),
        *(f"    {number[a]} -->|{count}| {number[b]}" for (a, b), count in edges.items() if a != b),
    ]


def _shape(step: Step) -> str:
    text = step.text.replace('"', "'")
    match step.kind:
        case "did":
            return f'["{text}"]'
        case "said":
            return f'[/"{text}"/]'
        case "due":
            return f'{{{{"{text}"}}}}'
        case _:
            return f'(["{text}"])'


def index() -> str:
    """The table of all procedures: endings, and what they cost in events."""
    rows = []
    for type in sorted(CaseType):
        ways = lives(type)
        outcomes = sorted({way.outcome for way in ways})
        link = f"[{label('case_type', type, 'zh')} · {type}]({type}.md)"
        cost = f"{ways[0].events} – {ways[-1].events}"
        rows.append(f"| {link} | {', '.join(outcomes)} | {len(ways)} | {cost} |")
    return "\n".join(
        [
            "# The procedures",
            "",
            "One page each, drawn from the [recorded histories](../../tests/workflows/histories) by",
            "`python -m tests.workflows.draw`: what it does, its clocks, its rules, its endings, its cost.",
            "",
            "| | ends as | recorded ways | events of a way |",
            "|---|---|---:|---:|",
            *rows,
            "",
        ]
    )


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    return {"README.md": index()} | {f"{type}.md": page(type) for type in CaseType}


def main() -> None:
    """Write them."""
    drawn = pages()
    PAGES.mkdir(exist_ok=True)
    for old in PAGES.glob("*.md"):
        old.unlink()
    for name, text in drawn.items():
        (PAGES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
