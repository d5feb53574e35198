"""What our house knows of an order: its cases, what each has on record, and the evidence (R-NOREPEAT, R-DISPUTE-LOG).

Cases about reviews and records of goodwill stay out of it: the two may not stand in one paper (P-NOTRADE).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.ports.partner import Wire

LONGEST = 20  # cases of one order, the newest ones
MOST_EVIDENCE = 200


class OrderQuestion(Wire):
    """Of which order."""

    shop: str
    order_no: str


class CaseOnFile(Wire):
    """One case of the order."""

    case_no: str
    case_type: str
    stage: str
    outcome: str
    opened_at: datetime
    entries: int  # lines of its journal
    records: dict[str, int]  # how many of each kind


class OrderFile(Wire):
    """All of it."""

    cases: tuple[CaseOnFile, ...] = ()
    evidence: tuple[str, ...] = ()  # references, of all these cases


def evidence_pack(file: OrderFile, case_no: str, own: Sequence[str], entries: int) -> dict[str, Any]:
    """What is put before an arbiter: evidence by reference, and what the journals and records of the order hold."""
    refs = list(dict.fromkeys([*own, *file.evidence]))[:MOST_EVIDENCE]
    this = next((one for one in file.cases if one.case_no == case_no), None)
    return {
        "evidence": refs,
        "journal": max(entries, this.entries if this else 0),
        "records": dict(this.records) if this else {},
        "cases": [
            {"case_no": one.case_no, "type": one.case_type, "outcome": one.outcome, "journal": one.entries,
             "records": one.records}
            for one in file.cases if one.case_no != case_no
        ],
    }  # fmt: skip
