"""The Temporal server that demo, `aftersales up` and the tests start."""

from __future__ import annotations

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from local.temporal_server import SEARCH_ATTRIBUTES


async def test_cases_can_be_found_by_our_search_attributes(client: Client) -> None:
    """Engineers can list cases by shop, kind, stage, order, deadline and the reason why a person must act."""
    answer = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    registered = {
        name: IndexedValueType.Name(kind).removeprefix("INDEXED_VALUE_TYPE_").title()
        for name, kind in answer.custom_attributes.items()
    }
    assert dict(SEARCH_ATTRIBUTES).items() <= registered.items()
