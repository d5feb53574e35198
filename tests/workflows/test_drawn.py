"""The pages of docs/procedures say what the recorded histories say."""

from __future__ import annotations

from domain.vocabulary import CaseType
from tests.workflows.draw import PAGES, lives, page, pages


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


def test_only_what_a_customer_hears_of_goes_on_after_its_end() -> None:
    """A claim on a courier and a parcel of nobody close unheard; every other page tells of survey and reopening."""
    unheard = {type for type in CaseType if "time of free reopening" not in page(type)}
    assert unheard == {CaseType.COURIER_CLAIM, CaseType.UNIDENTIFIED_PARCEL}


def test_a_page_lists_the_clocks_of_the_shop_too() -> None:
    """How long a courier may take to answer and to pay, and a parcel to be claimed, stands on their pages."""
    assert {"| `S-CLAIM` | 7 d |", "| `S-CLAIMPAY` | 30 d |"} <= _starts(page(CaseType.COURIER_CLAIM))
    assert "| `S-UNCLAIMED` | 15 d |" in _starts(page(CaseType.UNIDENTIFIED_PARCEL))


def _starts(drawn: str) -> set[str]:
    return {f"|{line.split('|')[1]}|{line.split('|')[2]}|" for line in drawn.splitlines() if line.startswith("| ")}
