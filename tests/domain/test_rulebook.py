"""The packaged rulebook: complete, sourced, and known by its content."""

import re
import tomllib
from pathlib import Path

import pytest

from domain.rulebook import Rulebook, diff
from domain.rulebook_file import default, default_text, kept, load
from domain.rules import Numbers, Unit
from domain.vocabulary import Party

ROOT = Path(__file__).parents[2]
RULEBOOK = (ROOT / "docs" / "rulebook.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return default()


def _section(number: int) -> str:
    return RULEBOOK.split(f"\n## {number}. ")[1].split("\n## ")[0]


def test_every_clock_of_the_rulebook_is_there(book: Rulebook) -> None:
    """No row of section 5 was forgotten, and no D-clock was invented."""
    named = {id for row in re.findall(r"^\| (D-[^|]+?) \|", _section(5), re.MULTILINE) for id in row.split(" / ")}
    assert named == {id for id in book.clocks if id.startswith("D-")}


def test_every_clock_cites_its_line_of_the_rulebook(book: Rulebook) -> None:
    """The source that a clock shows is the one that the rulebook gives for it."""
    for id, row in book.clocks.items():
        if id.startswith("D-"):
            line = next(line for line in _section(5).splitlines() if re.search(rf"\b{id}\b(?!-)", line))
            source, first_line = row.source.split(":")
            assert source in line, id
            assert re.search(rf"\b{first_line.split('-')[0]}\b", line.rpartition("|")[0]), id
        else:
            assert row.source == "shop default", id


def test_every_rule_that_is_cited_exists(book: Rulebook) -> None:
    """An agent who looks up a cited rule finds it in the rulebook."""
    cited = set(re.findall(r'^(?:rule|guard) = "([^"]+)"', default_text(), re.MULTILINE))
    for id in cited | {*book.freight} | {*book.switches}:
        assert re.search(rf"\b{re.escape(id)}\b", RULEBOOK), id


def test_a_choice_is_one_that_the_code_carries_out(book: Rulebook) -> None:
    """Whatever a shop may choose otherwise is asked for by the code: no switch turns nothing."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "domain").rglob("*.py"))
    for id, row in book.switches.items():
        assert len(row.allowed) == 1 or f'switches.get("{id}"' in code, id


def test_every_conflict_of_the_rulebook_has_a_switch(book: Rulebook) -> None:
    """X1 to X17 are choices that a shop can see."""
    named = set(re.findall(r"^\| (X\d+) \|", _section(10), re.MULTILINE))
    assert named == {id for id in book.switches if id.startswith("X")}


@pytest.mark.parametrize(
    ("clock", "unit", "length"),
    [
        ("D-NOINFO", Unit.WORKING_DAYS, 2),
        ("D-COURIER", Unit.SECONDS, 48 * 3600),
        ("D-FAKESHIP", Unit.SECONDS, 4 * 86400),
        ("D-UNREACH", Unit.SECONDS, 3 * 86400),
        ("D-UNREACH-BACK", Unit.SECONDS, 7 * 86400),
        ("D-REFDEC", Unit.SECONDS, 24 * 3600),
        ("D-REFPAY", Unit.SECONDS, 72 * 3600),
        ("D-PRICE", Unit.WORKING_DAYS, 15),
        ("D-EX", Unit.CALENDAR_MONTHS, 1),
        ("D-WARR", Unit.CALENDAR_YEARS, 1),
        ("S-EVIDENCE", Unit.SECONDS, 72 * 3600),
        ("S-TRACKING", Unit.SECONDS, 7 * 86400),
        ("S-RETURN", Unit.SECONDS, 10 * 86400),
        ("S-REOPEN", Unit.SECONDS, 15 * 86400),
    ],
)
def test_a_clock_runs_as_long_as_the_handbook_says(book: Rulebook, clock: str, unit: Unit, length: int) -> None:
    """The lengths that bind the shop are those of the handbooks."""
    rule = book.rules().clocks[clock]
    assert (rule.unit, rule.length) == (unit, length)


def test_warnings_come_where_the_handbook_puts_them(book: Rulebook) -> None:
    """The courier's answer warns at 24 h of 48, an unscanned waybill after one day of four, others at 50 and 80 %."""
    clocks = book.rules().clocks
    assert clocks["D-COURIER"].warn_percent == (50,)
    assert clocks["D-FAKESHIP"].warn_percent == (25,)
    assert clocks["S-CONSENT"].warn_percent == (50, 80)


def test_the_executable_rules_carry_the_guards_and_the_ladder(book: Rulebook) -> None:
    """A case is pinned to calls from 10 to 18, three a day, six a week, and to the ladder of authority."""
    rules = book.rules()
    assert (rules.contact.call_from_hour, rules.contact.call_until_hour) == (10, 18)
    assert (rules.contact.calls_per_day, rules.contact.calls_per_week) == (3, 6)
    ladder = [
        (rung.role, rung.compensation and rung.compensation.minor, rung.refund and rung.refund.minor)
        for rung in rules.authority
    ]
    assert ladder == [(Party.AGENT, 1500, 5000), (Party.SUPERVISOR, 20000, 20000), (Party.MANAGER, None, None)]
    assert rules.numbers.free_reopen_days == 15
    assert rules.switches["X2"] == "longer"
    assert (rules.name, rules.digest) == (book.name, book.digest)


def test_a_case_pinned_before_a_number_was_in_the_rulebook_goes_by_what_the_code_said_then(book: Rulebook) -> None:
    """Waits that came into the rulebook later are for older cases what they were; the default has the same ones."""
    then = {"next_attempt_hours": 23, "courier_plan_percent": 50, "tracking_asked_percent": 50,
            "first_refund_look_hours": 1, "last_refund_look_hours": 12}  # fmt: skip
    pinned = Numbers.model_validate_json('{"unreachable_attempts": 3}')
    assert {name: getattr(pinned, name) for name in then} == then
    assert {name: getattr(book.rules().numbers, name) for name in then} == then
    other = book.rules().numbers.model_copy(update={"courier_plan_percent": 25})
    assert Numbers.model_validate_json(other.model_dump_json()) == other


def test_comments_order_and_labels_do_not_change_the_digest(book: Rulebook) -> None:
    """A version is known by its values: tidying the file binds nobody to a new version."""
    tree = tomllib.loads(default_text())
    assert "compensation" in tree["authority"]["agent"]
    relabelled = book.clocks["D-OOS"].model_copy(update={"label": book.clocks["D-NR"].label})
    turned = {id: book.clocks[id] for id in reversed(book.clocks)} | {"D-OOS": relabelled}
    assert book.model_copy(update={"clocks": turned, "name": "other"}).digest == book.digest
    assert load('# only a comment\nname = "mine"').digest == book.digest


def test_a_version_kept_before_the_ladders_named_their_rules_is_still_that_version(book: Rulebook) -> None:
    """Where a value comes from is no value: open cases may go on changing to what was kept earlier."""
    rung, ladder = 'rule = "A-CAP"\nsource = "shop default"\n', 'rule = "M-COMP-LADDER"\nsource = "S2:264"\n'
    earlier = default_text().replace(rung, 'source = "shop default"\n').replace(ladder, "")
    assert '"M-COMP-LADDER"' in default_text()
    assert '"M-COMP-LADDER"' not in earlier
    assert kept(earlier, "kept").digest == book.digest


def test_a_changed_value_changes_the_digest_and_shows_in_the_diff(book: Rulebook) -> None:
    """Two versions that differ in one value are told apart, and the difference is named."""
    mine = load('name = "mine"\n[clocks.D-REFPAY]\nlength = "48 h"')
    assert mine.digest != book.digest
    assert [(d.path, d.before, d.after) for d in diff(book, mine)] == [("clocks.D-REFPAY.length", "72 h", "48 h")]
    assert diff(book, book) == ()


def test_rules_survive_the_wire(book: Rulebook) -> None:
    """A case carries its rules by value: written to JSON and read back they are the same."""
    rules = book.rules()
    assert type(rules).model_validate_json(rules.model_dump_json()) == rules
