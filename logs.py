"""Logs: one JSON object a line on standard output, with the case's context, and personal fields masked.

Workflow code logs through `workflow.logger` only, which is silent on replay; everything ends in the same handler.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict

MASKED = frozenset(
    {
        "name",
        "phone",
        "address",
        "text",
        "person",
        "recipient",
        "value",
        "secret",
        "signature",
        "authorization",
        "password",
        "dsn",
    }
)
"""Fields by name: a pattern for telephone numbers would take order numbers for them."""


def mask(_: Any, __: str, event: EventDict) -> EventDict:
    """Hide personal and secret fields, at any depth."""
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if key.lower() in MASKED:
        return "***"
    if isinstance(value, dict):
        return {inner: _masked(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(key, item) for item in value]
    return value


def case_context(_: Any, __: str, event: EventDict) -> EventDict:
    """Bring Temporal's own context up: which case, which activity, which attempt."""
    for source, fields in (
        ("temporal_workflow", ("workflow_id", "run_id")),
        ("temporal_activity", ("workflow_id", "activity_type", "attempt")),
    ):
        context = event.pop(source, None)
        if isinstance(context, dict):
            event.update({field: context[field] for field in fields if field in context})
    return event


def configure(level: str, stream: TextIO = sys.stdout) -> None:
    """Send every log of this process to standard output, or another stream, as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            case_context,
            mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
