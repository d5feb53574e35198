"""`aftersales rulebook` as a person meets it."""

import json
from pathlib import Path

import pytest

from tests.test_cli import run


@pytest.fixture
def shop_file(tmp_path: Path) -> Path:
    """A shop's own rulebook: quicker refunds, fewer calls."""
    file = tmp_path / "shop.toml"
    file.write_text('name = "shop-1"\n[clocks.D-REFPAY]\nlength = "48 h"\n[numbers.calls_per_day]\nvalue = 2\n')
    return file


@pytest.mark.parametrize(("lang", "words"), [("zh", "收到退货后退款"), ("en", "Refund after the return came in")])
def test_a_value_is_shown_with_its_name_rule_and_source(lang: str, words: str) -> None:
    """An agent looks up a clock and reads what it is, in his language."""
    done = run("rulebook", "show", "d-refpay", lang=lang)
    assert done.returncode == 0, done.stderr
    for part in (words, "72 h", "R-REF-72H", "S0:79"):
        assert part in done.stdout


def test_all_values_are_shown() -> None:
    """Without an id every clock, sum, count and choice is listed."""
    rows = json.loads(run("rulebook", "show", "--json").stdout)
    assert {"D-UNREACH", "M-QUAL", "flaw", "agent", "calls_per_day", "X17"} <= {row["id"] for row in rows}
    assert all(row["rule"] and row["source"] and row["label"] for row in rows)
    rules = {row["id"]: row["rule"] for row in rows}
    assert (rules["ladder"], rules["agent"], rules["X17"]) == ("M-COMP-LADDER", "A-CAP", "X17")


def test_an_unknown_id_is_refused_with_a_way_on() -> None:
    """A mistyped id says how to find the right one."""
    done = run("rulebook", "show", "D-NOPE")
    assert done.returncode == 1
    assert "aftersales rulebook show" in done.stderr


def test_a_good_file_is_checked_with_what_it_changes(shop_file: Path) -> None:
    """Before a file is put in force one sees what it changes."""
    checked = json.loads(run("rulebook", "check", str(shop_file), "--json").stdout)
    assert checked["name"] == "shop-1"
    assert {change["path"] for change in checked["changes"]} == {
        "clocks.D-REFPAY.length",
        "numbers.calls_per_day.value",
    }
    assert checked["loosened_guards"] == []


@pytest.mark.parametrize(("lang", "words"), [("zh", "比默认值 3 宽松"), ("en", "looser than the default 3")])
def test_a_loosened_guard_fails_the_check_until_it_is_acknowledged(tmp_path: Path, lang: str, words: str) -> None:
    """More calls than the guard allows are refused; acknowledged, they stay visible."""
    file = tmp_path / "shop.toml"
    file.write_text("[numbers.calls_per_day]\nvalue = 4\n")
    refused = run("rulebook", "check", str(file), lang=lang)
    assert refused.returncode == 1
    assert words in refused.stderr
    file.write_text('acknowledge = ["P-CALLCAP"]\n[numbers.calls_per_day]\nvalue = 4\n')
    allowed = run("rulebook", "check", str(file), lang=lang)
    assert allowed.returncode == 0
    assert "P-CALLCAP" in allowed.stdout


def test_two_versions_are_compared_value_by_value(shop_file: Path) -> None:
    """A supervisor sees what a new version would change before a case is moved to it."""
    rows = json.loads(run("rulebook", "diff", "default", str(shop_file), "--json").stdout)
    assert {"path": "clocks.D-REFPAY.length", "before": "72 h", "after": "48 h"} in rows


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A wrong path is told, not traced."""
    done = run("rulebook", "check", str(tmp_path / "none.toml"))
    assert done.returncode == 1
    assert "none.toml" in done.stderr
    assert "Traceback" not in done.stderr
