"""Write a page of a case's journal: our own fast database work, run as a local activity when the case comes to rest."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.journal import JournalPage
from domain.ports.case_file import Journal, JournalRefused

REFUSED = "JournalRefused"


class JournalActivities:
    """Holds the journal port."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @activity.defn
    async def write_journal(self, page: JournalPage) -> None:
        """Write the page; writing it again changes nothing. A page that the database refuses is not tried again."""
        try:
            await self._journal.write(page)
        except JournalRefused as error:
            raise ApplicationError(str(error), type=REFUSED, non_retryable=True) from None
