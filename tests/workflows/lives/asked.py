"""What customers ask for, how partners behave and what orders hold, where the lives of several rooms share it."""

from __future__ import annotations

PHOTOS = ["evidence/a", "evidence/b"]
DEAF = {"calls": "no_answer"}
DEAR = {"paid": 15000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 15000}]}
UNSHIPPED = {"waybill": "", "shipped_at": None, "signed_at": None}
ON_ITS_WAY = {"signed_at": None}
