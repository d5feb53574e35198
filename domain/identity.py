"""Business ids. None of them holds personal data (P-PRIV)."""

import re
from hashlib import blake2b

from domain.vocabulary import CaseType

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")

TASK_QUEUE = "aftersales"


def is_business_id(text: str) -> bool:
    """Whether `text` may stand in an id: letters, digits, `.`, `_`, `-`, at most 64 characters."""
    return _ID.fullmatch(text) is not None


def case_number(order_no: str, case_type: CaseType, request_id: str | None) -> str:
    """The case an after-sales request belongs to: its own number where the platform gives one, else order and type.

    The same request, fed again in any order, finds the same case.
    """
    return request_id or f"{order_no}-{case_type.value}"


def claim_number(case_no: str, nth: int) -> str:
    """The number of a case's first, second, ... claim on a courier: `<case number>.claim`, `.claim2`, ..."""
    tail = f".claim{nth if nth > 1 else ''}"
    if is_business_id(case_no + tail):
        return case_no + tail
    return case_no[:32] + "." + blake2b(case_no.encode(), digest_size=8).hexdigest() + tail


def workflow_id(shop: str, case_no: str) -> str:
    """Temporal workflow id of a case, `case/<shop>/<case number>`."""
    return f"case/{shop}/{case_no}"


def partner_key(shop: str, case_no: str, kind: str, number: int) -> str:
    """Idempotency key of one partner call: alphabet `[0-9A-Za-z_-]`, at most 64 characters (WeChat Pay's limit).

    It depends on the case and a counter in the case's state, so that a retry, a reset or continue-as-new keeps it.
    """
    readable = f"{kind}-{case_no}-{number}"
    digest = blake2b(f"{shop}\n{case_no}".encode(), digest_size=5).hexdigest()
    key = f"{readable}-{digest}"
    if _KEY.fullmatch(key):
        return key
    long = blake2b(f"{shop}\n{case_no}".encode(), digest_size=16).hexdigest()
    return f"{kind}-{long}-{number}"
