"""Payload contexts are answered outside the sandbox: right only as long as nobody looks at them."""

from __future__ import annotations

from datetime import UTC, datetime

from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from bench.request import request
from contextless import OneConverter
from domain import rulebook_file
from domain.events import CaseStart
from domain.vocabulary import CaseType
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


def test_cases_under_the_same_rules_share_them():
    """Rules that are equal are one object; a digest alone does not make them equal."""
    converter = OneConverter()
    rules = rulebook_file.default().rules()
    other = rules.model_copy(update={"name": "another"})
    starts = [
        CaseStart(request=request(CaseType.REFUND_ONLY, "1"), rules=one, opened_at=datetime(2026, 3, 1, tzinfo=UTC))
        for one in (rules, rules, other)
    ]
    first, second, third = converter.from_payloads(converter.to_payloads(starts), [CaseStart] * 3)
    assert first.rules is second.rules
    assert third.rules == other
    assert [first, second, third] == starts
