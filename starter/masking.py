"""A body as it may be shown on a screen: its shape and its codes, without what tells who the customer is (P-PRIV)."""

from __future__ import annotations

import json
import re
from typing import Any

_PERSONAL = re.compile(
    r"person|name|phone|mobile|tel|address|buyer|customer|recipient|nick|email|remark|note|comment|text"
    r"|姓名|收货人|收件人|买家|手机|电话|地址|会员|旺旺|备注|留言|说明|证件",
    re.IGNORECASE,
)
_REFERENCES = re.compile(r"_ref$|_no$|_id$|金额|邮费|原因", re.IGNORECASE)  # a sum that the buyer paid is not the buyer
_DIGITS = re.compile(r"(?<!\d)\d{7,}(?!\d)")
_CHINESE = re.compile(r"[\u3400-\u9fff]{2,}")
HIDDEN = "***"


def masked(raw: bytes) -> str:
    """The body as text with personal fields hidden; what is not JSON loses long numbers and Chinese words."""
    text = raw.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _CHINESE.sub(HIDDEN, _DIGITS.sub(HIDDEN, text))
    return json.dumps(_masked(document), ensure_ascii=False, indent=2)


def _masked(value: Any, personal: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            key: _masked(inner, personal or bool(_PERSONAL.search(key) and not _REFERENCES.search(key)))
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_masked(inner, personal) for inner in value]
    return HIDDEN if personal and value not in ("", None) else value
