"""Payload contexts are answered outside the sandbox: right only as long as nobody looks at them."""

from __future__ import annotations

from temporalio.converter import WorkflowSerializationContext
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from worker import plugin


def test_nothing_of_ours_converts_by_context():
    """No codec, no outside storage, and a converter that is the same in every context: so a context may be left out."""
    converter = plugin().data_converter
    assert converter.payload_codec is None
    assert converter.external_storage is None
    assert converter.with_context(WorkflowSerializationContext(namespace="n", workflow_id="case/s/1")) is converter


def test_the_sandbox_stays_on():
    """What is left out is the question for contexts: cases still run in the SDK's own sandbox."""
    runner = plugin().workflow_runner
    assert isinstance(runner, SandboxedWorkflowRunner)
    assert runner.restrictions.invalid_module_members.children["datetime"]
