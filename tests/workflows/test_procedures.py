"""A case finds its procedure by the name of its type."""

import inspect

import pytest

from domain.vocabulary import CaseType
from workflows.procedures import BEGINS_AS, procedure_of


@pytest.mark.parametrize("type", CaseType)
def test_every_type_has_a_procedure_of_its_name(type: CaseType) -> None:
    """Function and file are called as the type, or as the procedure with which the type begins."""
    procedure = procedure_of(type)
    assert inspect.iscoroutinefunction(procedure)
    assert procedure.__name__ == BEGINS_AS.get(type, type)
