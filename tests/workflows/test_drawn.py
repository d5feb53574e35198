"""The pages of docs/procedures say what the recorded histories say."""

from __future__ import annotations

from domain.vocabulary import CaseType
from tests.workflows.draw import PAGES, lives, pages


def test_the_pages_are_as_the_histories_are() -> None:
    """Each procedure has its page, as it ends and costs today; `python -m tests.workflows.draw` draws them anew."""
    written = {file.name: file.read_text(encoding="utf-8") for file in PAGES.glob("*.md")}
    assert written == pages()


def test_every_way_ends_and_names_its_steps() -> None:
    """No recorded way is empty, and each call and timer says in plain words what it is for."""
    for type in CaseType:
        for way in lives(type):
            assert way.course[-1].kind == "end"
            assert all(step.text for step in way.course), f"{type}-{way.name}"
