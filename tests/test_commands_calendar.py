"""`aftersales calendar` as a person meets it."""

import json
from pathlib import Path

import pytest

from domain.calendar_file import parse_notice
from tests.test_cli import run

NOTICE = {
    "year": 2027,
    "papers": ["an invented notice"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
    ],
}


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    """A notice for 2027, invented."""
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(NOTICE), encoding="utf-8")
    return file


@pytest.mark.parametrize(("lang", "words"), [("zh", "调休上班"), ("en", "make-up working day")])
def test_a_years_days_are_shown(lang: str, words: str) -> None:
    """Staff see the days off and the make-up days of 2026."""
    shown = run("calendar", "show", "2026", lang=lang)
    assert shown.returncode == 0, shown.stderr
    assert "2026-02-14" in shown.stdout
    assert words in shown.stdout


def test_a_year_without_notice_is_shown_as_provisional() -> None:
    """A year that nobody announced yet does not look sure."""
    assert json.loads(run("calendar", "show", "2028", "--json").stdout)["status"] == "provisional"


def test_an_imported_notice_makes_its_year_official(tmp_path: Path, notice: Path) -> None:
    """After the import the shop's folder holds the year, and it is official."""
    folder = tmp_path / "calendar"
    done = run("calendar", "import", str(notice), "--folder", str(folder))
    assert done.returncode == 0, done.stderr
    assert "2027-01-03" in done.stdout
    kept = parse_notice((folder / "cn-2027.json").read_text(encoding="utf-8"), "cn-2027.json")
    assert {day.isoformat() for day in kept.work} == {"2027-01-03"}
    shown = run("calendar", "show", "2027", "--json", AFTERSALES_CALENDAR_FOLDER=str(folder))
    assert json.loads(shown.stdout)["status"] == "official"


def test_another_notice_for_the_same_year_is_not_written_over_in_silence(tmp_path: Path, notice: Path) -> None:
    """The days that would change are shown first; only --overwrite replaces them. The same notice again is harmless."""
    folder = tmp_path / "calendar"
    run("calendar", "import", str(notice), "--folder", str(folder))
    assert run("calendar", "import", str(notice), "--folder", str(folder)).returncode == 0
    before = (folder / "cn-2027.json").read_text(encoding="utf-8")
    other = {**NOTICE, "days": [{"date": "2027-01-02", "isOffDay": True}]}
    notice.write_text(json.dumps(other), encoding="utf-8")
    refused = run("calendar", "import", str(notice), "--folder", str(folder))
    assert refused.returncode == 1
    assert "--overwrite" in refused.stderr
    assert "2027-01-02" in refused.stdout
    assert (folder / "cn-2027.json").read_text(encoding="utf-8") == before
    assert run("calendar", "import", str(notice), "--folder", str(folder), "--overwrite").returncode == 0
    assert (folder / "cn-2027.json").read_text(encoding="utf-8") != before


@pytest.mark.parametrize(("lang", "words"), [("zh", "尚未发布"), ("en", "not out yet")])
def test_an_empty_year_is_refused(tmp_path: Path, lang: str, words: str) -> None:
    """A file for a year whose notice is not out changes nothing."""
    file = tmp_path / "2028.json"
    file.write_text('{"year": 2028, "days": []}')
    done = run("calendar", "import", str(file), "--folder", str(tmp_path / "calendar"), lang=lang)
    assert done.returncode == 1
    assert words in done.stderr
    assert not (tmp_path / "calendar").exists()


def test_without_a_folder_it_says_where_to_name_one(notice: Path) -> None:
    """A shop that configured no folder is told how."""
    done = run("calendar", "import", str(notice))
    assert done.returncode == 1
    assert "AFTERSALES_CALENDAR_FOLDER" in done.stderr
