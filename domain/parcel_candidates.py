"""Which case a parcel that nobody announced may belong to: by slip, waybill, telephone, goods, and what is awaited.

The telephone is compared in the address book (`store.parcel_candidates`) and never gets here (P-PRIV).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Candidate(BaseModel):
    """A case that such a parcel may belong to, and what speaks for it."""

    model_config = ConfigDict(frozen=True)

    case_no: str
    why: tuple[str, ...]  # of `slip`, `waybill`, `phone`, `goods`, `awaited`, the strongest first


class MayWait(BaseModel):
    """What is known of a case that may wait for the parcel."""

    case_no: str
    opened_at: datetime
    slips: tuple[str, ...]  # numbers that may stand on its slip: return, order
    waybills: tuple[str, ...]
    phone: bool  # the sender's telephone is its customer's
    goods: frozenset[str]  # SKUs
    awaited: bool  # it waits for a return


_WEIGHT = (("slip", 16), ("waybill", 8), ("phone", 4), ("goods", 2), ("awaited", 1))


def candidates(
    waybill: str, slips: Iterable[str], skus: frozenset[str], cases: Iterable[MayWait], most: int = 5
) -> tuple[Candidate, ...]:
    """Cases that it may belong to, the likeliest first. That a case waits for some parcel says nothing by itself."""
    written = [slip for slip in slips if slip]
    scored = []
    for case in cases:
        told = {
            "slip": any(near(slip, known) for slip in written for known in case.slips),
            "waybill": bool(waybill) and any(near(waybill, known) for known in case.waybills),
            "phone": case.phone,
            "goods": bool(skus) and skus <= case.goods,
            "awaited": case.awaited,
        }
        why = tuple(name for name, _ in _WEIGHT if told[name])
        if why and why != ("awaited",):
            score = sum(weight for name, weight in _WEIGHT if told[name])
            scored.append((-score, case.opened_at, Candidate(case_no=case.case_no, why=why)))
    return tuple(found for _, _, found in sorted(scored, key=lambda one: one[:2])[:most])


def near(one: str, other: str) -> bool:
    """Whether two numbers are the same but for one slip of the pen: a wrong, missing, added or exchanged digit."""
    a, b = one.strip().upper(), other.strip().upper()
    if len(a) > len(b):
        a, b = b, a
    if len(b) < 4 or len(b) - len(a) > 1:
        return a == b
    start = next((n for n, (left, right) in enumerate(zip(a, b, strict=False)) if left != right), len(a))
    if len(a) < len(b):
        return a[start:] == b[start + 1 :]
    return a[start + 1 :] == b[start + 1 :] or (
        a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]
    )
