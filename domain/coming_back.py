"""How often a customer had to come back without a solution (P-NOREPEAT): what R-OURMESS is judged by.

Lines that he types one after the other are one contact. He came again when a person answered him in between, or when it
is another day on his wall clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel

from domain.holding import holds


class CameBack(BaseModel):
    """How often the customer came without a solution, and whom he had to speak with (R-OURMESS, P-NOREPEAT)."""

    contacts: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    answered: bool = True  # by a person, since he last came
    agents: list[str] = []  # who answered him or spoke with him
    proposed: bool = False  # a gesture was put before an agent: once per case

    @holds("P-NOREPEAT")
    def note_contact(self, now: datetime, utc_offset_minutes: int) -> None:
        """He came, and there is no solution yet."""
        zone = timedelta(minutes=utc_offset_minutes)
        same_day = self.last_at is not None and (self.last_at + zone).date() == (now + zone).date()
        if self.answered or not same_day:
            self.contacts += 1
        self.first_at = self.first_at or now
        self.last_at = now
        self.answered = False

    def note_answer(self, by: str) -> None:
        """A person took care of what he said."""
        self.answered = True
        if by not in self.agents:
            self.agents.append(by)

    def days(self, now: datetime) -> int:
        """Whole days since he first came."""
        return (now - self.first_at).days if self.first_at else 0
