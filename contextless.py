"""The converter to which it is all one whose payload it converts, and the sandbox for it.

The SDK asks a workflow three or four times per payload for the context in which it is to be converted, and each time
compiles a line of Python and enters the sandbox with it: a fifth of our worker's time. Only a codec or a storage that
works by context would look at the answer, and we have neither: pydantic's converter converts all alike.

For the same reason there is one such converter in a process. The SDK makes one per activation and two per case
otherwise, each with nothing yet in its cache of pydantic's type adapters. It lets cases under the same rules share
them: each brings its own copy in its first event, a hundred kilobytes of objects that nobody changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

from domain.events import CaseStart
from domain.rules import Rules

VERSIONS = 20  # of rulebooks that are kept to be shared


class OneConverter(PydanticPayloadConverter):
    """The SDK's pydantic converter, one for all who make it."""

    _one: OneConverter | None = None

    def __new__(cls) -> OneConverter:
        """The one that there is."""
        if cls._one is None:
            cls._one = super().__new__(cls)
            PydanticPayloadConverter.__init__(cls._one)
        return cls._one

    def __init__(self) -> None:
        """Nothing: it was made by the first who asked for it."""

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The values; the rules of a case are those that an earlier case brought, where they are the same."""
        return [_sharing(value) for value in super().from_payloads(payloads, type_hints)]


_shared: dict[str, Rules] = {}


def _sharing(value: Any) -> Any:
    if not isinstance(value, CaseStart):
        return value
    rules = _shared.setdefault(value.rules.digest, value.rules)
    if len(_shared) > VERSIONS:
        _shared.pop(next(iter(_shared)), None)
    return value.model_copy(update={"rules": rules}) if rules == value.rules else value


CONVERTER = DataConverter(payload_converter_class=OneConverter)
_NO_TARGET = StorageDriverStoreContext(target=None)


class ContextlessRunner(SandboxedWorkflowRunner):
    """The SDK's sandbox in full, but for the contexts of payloads."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """A workflow in the sandbox that answers outside of it that its payloads have no context."""
        return _Contextless(super().create_instance(det))


class _Contextless(WorkflowInstance):
    def __init__(self, sandboxed: WorkflowInstance) -> None:
        self._sandboxed = sandboxed

    def activate(self, act: Any) -> Any:
        return self._sandboxed.activate(act)

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return _NO_TARGET

    def get_info(self) -> Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        return self._sandboxed.get_thread_id()
