"""Payload contexts are answered outside the sandbox: right only as long as nobody looks at them."""

from __future__ import annotations

from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from worker import plugin


def test_nothing_of_ours_converts_by_context():
    """No codec, no outside storage, and a converter that is the same in every context: so a context may be left out."""
    converter = plugin().data_converter
    assert converter.payload_codec is None
    assert converter.external_storage is None
    assert converter.with_context(WorkflowSerializationContext(namespace="n", workflow_id="case/s/1")) is converter


def test_all_cases_of_a_process_convert_with_the_same_converter():
    """Each new one would begin with an empty cache of type adapters, and the SDK asks for one per activation."""
    converter = plugin().data_converter
    assert isinstance(converter, DataConverter)
    assert converter.payload_converter_class() is converter.payload_converter_class()
    hint = tuple[int, str]
    payload = converter.payload_converter_class().to_payloads([(1, "一")])[0]
    assert converter.payload_converter_class().from_payloads([payload], [hint]) == [(1, "一")]


def test_the_sandbox_stays_on():
    """What is left out is the question for contexts: cases still run in the SDK's own sandbox."""
    runner = plugin().workflow_runner
    assert isinstance(runner, SandboxedWorkflowRunner)
    assert runner.restrictions.invalid_module_members.children["datetime"]
