"""Members of staff who act by a script, for demonstrations and tests: data says who does what when.

A script is a list of lines, the first that fits is acted on:

    [[acts]]
    when = "decide:no_evidence"      # the need; or `stage:<stage>`, `waiting:<what for>`. `*` stands for anything
    case = "demo/1001"               # which case; any when absent
    command = "decide"
    by = "agent:17"
    fields = { resolution = "full_refund" }
    on = "demo/unidentified-7"       # the case that the command is given to, where it is another one than `case`
    times = 1                        # acts at most so often per case; 0: always

The command `wait` leaves the case to whatever comes next. `by = "{approver}"` is whoever may approve; among the fields
`promise = "{promise}"` is the oldest open promise, and `input` a secret such as an SMS code: it goes into the store and
its reference into the command.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

KeepInput = Callable[[str], Awaitable[str]]
"""Keeps a secret for one step and answers its reference."""

WAIT = "wait"
APPROVERS = {"agent": "agent:17", "supervisor": "supervisor:2", "manager": "manager:1"}


@dataclass(frozen=True)
class Act:
    """A command that somebody gives."""

    command: str
    by: str
    fields: Mapping[str, Any]
    on: str = ""  # the case that it is given to, where that is another one


@dataclass(frozen=True)
class Line:
    """One line of a script."""

    when: str
    command: str
    by: str
    case: str = "*"
    fields: Mapping[str, Any] = field(default_factory=dict)
    on: str = ""
    times: int = 0


DEFAULT = (
    Line("approve:*", "approve", "{approver}"),
    Line("decide:refund_refused*", "decide", "finance:5", fields={"resolution": "full_refund"}),
    Line("decide:claim_*", "decide", "manager:1", fields={"resolution": "write_off"}),
    Line("decide:*", "decide", "agent:17", fields={"resolution": "full_refund"}),
    Line("overdue:*DECIDE", "decide", "supervisor:2", fields={"resolution": "full_refund"}),
    Line("refund:sms_code", "provide_input", "finance:5", fields={"input": "246810"}),
    Line("refund:*", "provide_input", "finance:5"),
    Line("promise*", "keep_promise", "finance:5", fields={"promise": "{promise}"}),
)
"""What staff do where a script says nothing else."""


class Staff:
    """Acts by its lines, then by `DEFAULT`. `keep_input` is needed when a line gives a secret."""

    def __init__(
        self, lines: Sequence[Line] = (), *, keep_input: KeepInput | None = None, defaults: Sequence[Line] = DEFAULT
    ) -> None:
        self._lines = (*lines, *defaults)
        self._keep_input = keep_input
        self._done: Counter[tuple[str, int]] = Counter()

    @classmethod
    def read(cls, file: Path, *, keep_input: KeepInput | None = None) -> Staff:
        """The script of a TOML file. Raises TypeError when a line has a field that lines do not have."""
        acts = tomllib.loads(file.read_text(encoding="utf-8")).get("acts", [])
        return cls([Line(**act) for act in acts], keep_input=keep_input)

    async def act(self, case: str, shown: Mapping[str, Any]) -> Act | None:
        """What somebody does now about the case `shop/number`; `shown` is the answer of its query `explain`."""
        situations = [shown["needs_human"], f"stage:{shown['stage']}", f"waiting:{shown['waiting_for']}"]
        for number, line in enumerate(self._lines):
            if line.times and self._done[case, number] >= line.times:
                continue
            if fnmatchcase(case, line.case) and any(fnmatchcase(one, line.when) for one in situations if one):
                self._done[case, number] += 1
                if line.command == WAIT:
                    return None
                return await self._filled(line, shown)
        return None

    async def _filled(self, line: Line, shown: Mapping[str, Any]) -> Act:
        by, fields = line.by, dict(line.fields)
        if by == "{approver}":
            by = APPROVERS[shown["open_approvals"][0].rsplit(" ", 1)[-1]]
        if fields.get("promise") == "{promise}":
            fields["promise"] = shown["open_promises"][0].split(" ", 1)[0]
        if "input" in fields:
            assert self._keep_input is not None, "a script with secrets needs a place to keep them"
            fields["input_ref"] = await self._keep_input(str(fields.pop("input")))
        return Act(line.command, by, fields, line.on)
