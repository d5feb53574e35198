"""The sandbox for a converter to which it is all one whose payload it converts.

The SDK asks a workflow three or four times per payload for the context in which it is to be converted, and each time
compiles a line of Python and enters the sandbox with it: a fifth of our worker's time. Only a codec or a storage that
works by context would look at the answer, and we have neither: `pydantic_data_converter` converts all alike.
"""

from __future__ import annotations

from typing import Any

from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

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
