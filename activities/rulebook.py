"""Which rules a version of the rulebook holds: looked up outside, so that the rules themselves stand in the history."""

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from domain import rulebook_file
from domain.ports.case_file import Rulebooks
from domain.rulebook_file import RulebookError
from domain.rules import Rules

NAMED = 10  # versions that an answer names at most


class Adoptable(BaseModel):
    """The rules of a version; or why there are none (`unknown`, `several`, `unreadable`), and versions that are."""

    model_config = ConfigDict(frozen=True)

    rules: Rules | None = None
    refused: str = ""
    known: tuple[str, ...] = ()


class RulebookActivities:
    """Holds the archive."""

    def __init__(self, rulebooks: Rulebooks) -> None:
        self._rulebooks = rulebooks

    @activity.defn
    async def adoptable_rules(self, version: str) -> Adoptable:
        """The rules of the one version of that name or digest, if this program reads them as they were kept."""
        found = await self._rulebooks.find(version)
        if len(found) != 1:
            known = found or await self._rulebooks.kept()
            names = tuple(one.version for one in known[:NAMED])
            return Adoptable(refused="several" if found else "unknown", known=names)
        try:
            rules = rulebook_file.kept(found[0].text, found[0].name).rules()
        except RulebookError:
            return Adoptable(refused="unreadable")
        # A shop's file changes the packaged rulebook: over another one it may say something else than it did.
        return Adoptable(rules=rules) if rules.digest == found[0].digest else Adoptable(refused="unreadable")
