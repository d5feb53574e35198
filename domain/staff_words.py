"""What staff may write into a command: it is journalled, and some of it stands behind what a customer is told.

No message to a customer is free text, so these fields are the door by which an agent could press him for another
reason (P-NOREASONGAME), trade goodwill for a review (P-NOTRADE), be rude (P-TONE), or let personal data into the
journal (P-PRIV).
Notes stay free: they lie in the store, may quote the customer, and are sent to nobody.
"""

from __future__ import annotations

import re

from domain.decision import Decision
from domain.refund_reason import may_ask_for_other_reason
from domain.rules import Rules
from domain.tone import findings

FIELDS = ("reason", "what", "occasion")
_PERSONAL = re.compile(r"\d{7,}|@")  # telephone numbers and addresses of mail


def may_write(rules: Rules, field: str, words: str) -> Decision:
    """Whether these words may stand in a command's field. Codes are read as words: `change_the_reason`."""
    if _PERSONAL.search(words):
        return _no(
            field, "P-PRIV", "personal_data",
            "号码和邮箱不要写在这里；请写成备注（note_ref）",
            "No telephone number or mail address here; write a note (note_ref)",
        )  # fmt: skip
    restating = may_ask_for_other_reason(rules)
    for finding in findings(words.replace("_", " ")):
        if not finding.guard:
            continue
        if finding.rule != restating.rule:
            return _no(field, finding.rule, finding.code, finding.zh, finding.en)
        if not restating.allowed:
            return _no(field, restating.rule, finding.code, restating.zh, restating.en)
    return Decision(allowed=True, rule="P-TONE", reason="may_be_written")


def _no(field: str, rule: str, reason: str, zh: str, en: str) -> Decision:
    return Decision(allowed=False, rule=rule, reason=reason, zh=f"{field}：{zh}", en=f"`{field}`: {en}")
