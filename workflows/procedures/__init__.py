"""One file per procedure, readable aloud. A procedure is an async function over the case that returns its outcome.

The function and its file are called as the case type. A case loads its own procedure and those to which that one
leads, not all: the sandbox loads this room anew for each case.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from temporalio import workflow

from domain.vocabulary import CaseType, Outcome

if TYPE_CHECKING:
    from workflows.course import Case

Procedure = Callable[["Case"], Awaitable[Outcome]]

BEGINS_AS = {CaseType.WARRANTY_REPAIR: "repair", CaseType.PAID_MAINTENANCE: "repair"}
"""Types that begin alike: the year and the fault say which it is."""


def procedure_of(type: CaseType) -> Procedure:
    """The procedure with which a case of that type begins."""
    name = BEGINS_AS.get(type, type.value)
    with workflow.unsafe.sandbox_import_notification_policy(workflow.SandboxImportNotificationPolicy.SILENT):
        return cast(Procedure, getattr(import_module(f"{__name__}.{name}"), name))
