"""Payload contexts are answered outside the sandbox, which stays on; it is right only as long as nobody looks at them."""

from __future__ import annotations

from temporalio.converter import WithSerializationContext
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from contextless import ContextlessRunner
from worker import plugin


def test_nothing_of_ours_converts_by_context():
    """No codec, no outside storage, and a converter that treats all payloads alike: so a context may be left out."""
    converter = plugin().data_converter
    assert converter.payload_codec is None
    assert converter.external_storage is None
    assert not isinstance(converter.payload_converter, WithSerializationContext)
    assert not isinstance(converter.failure_converter, WithSerializationContext)


def test_the_sandbox_stays_on():
    """Whatever else the SDK asks, its own sandbox answers: ours is that sandbox and changes one method."""
    assert isinstance(plugin().workflow_runner, SandboxedWorkflowRunner)
    assert [name for name in vars(ContextlessRunner) if not name.startswith("__")] == ["create_instance"]
