"""The shop's wall clock. Its days, weeks and months begin at midnight in China, which keeps one time all year."""

from __future__ import annotations

from datetime import timedelta, timezone

OFFSET_MINUTES = 480
CHINA = timezone(timedelta(minutes=OFFSET_MINUTES))
ZONE = "Asia/Shanghai"  # the same, as schedules name it
