"""No rule of the rulebook is forgotten: what `aftersales rulebook coverage` finds, and the gate that stands on it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest

from commands.coverage import READING, Row, coverage, rows
from commands.coverage_rules import GATED, page, rules
from commands.coverage_seen import Sighting, keep, product, seen, whole
from tests import exercised
from tests.test_cli import run

MISSING = Path(__file__).with_name("data") / "rulebook_missing.toml"

PAGE = dedent("""
    ## 2. The generic spine

    | id | rule | source |
    |---|---|---|
    | R-DAILY [T][M] | call him | S0:1 |
    | R-INV-RET / -EX | look, see | S0:2 |

    ## 3. Case-specific rules

    | id | rule | marks | source |
    |---|---|---|---|
    | R-PRICE-15D | pay | T **A** | S0:3 |

    ## 5. Clocks (one table)

    | id | starts at | length |
    |---|---|---|
    | D-DAILY | first | 3 d |

    ## 8. Rules that protect people [P] — must be guards

    | id | guard | source |
    |---|---|---|
    | P-HOURS | no calls | S0:4 |

    ## 9. Records

    | id | none |
    |---|---|
    | R-KB | no rule |
    """)

RULEBOOK = '[clocks.D-DAILY]\nrule = "R-DAILY"\n[numbers.calls]\nrule = "P-HOURS"\n[agenda.sweep]\nrule = "R-INV-EX"\n'


def found(code: str, **more: str) -> dict[str, Row]:
    """What is found in a made-up file of ours, by rule."""
    files = {"domain/rulebook.toml": RULEBOOK, "workflows/made_up.py": dedent(code), **more}
    return {row.rule.id: row for row in rows(rules(PAGE), files, {})}


def ways(code: str, id: str) -> list[str]:
    """How a rule is held by a made-up file."""
    return [str(how) for how in found(code)[id].ways]


# --- the rulebook's tables ---


def test_marks_come_from_the_rulebooks_tables() -> None:
    """A mark stands in its column, in the row or in the heading of its section; a clock needs a clock."""
    assert {rule.id: rule.marks for rule in rules(PAGE).values()} == {
        "R-DAILY": "TM", "R-INV-RET": "", "R-INV-EX": "", "R-PRICE-15D": "TA", "D-DAILY": "T", "P-HOURS": "P",
    }  # fmt: skip


def test_every_id_of_the_rulebook_is_listed_once() -> None:
    """Whatever stands first in a row of the tables is a rule of the list, in the rulebook's order, once."""
    text = page().read_text(encoding="utf-8")
    sections = re.split(r"^## (\d+)\. ", text, flags=re.MULTILINE)
    of_tables = [
        id
        for number, section in zip(sections[1::2], sections[2::2], strict=True)
        if int(number) in (1, 2, 3, 4, 5, 6, 7, 8, 10)
        for first in re.findall(r"^\| ([^|]+) \|", section, flags=re.MULTILINE)
        for id in re.findall(r"\b(?:[TRDMAP]-[A-Z0-9]+(?:-[A-Z0-9]+)*|W-\d+|X\d+)", first)
    ]
    listed = list(rules(text))
    assert len(listed) == len(set(listed)) > 200
    assert set(of_tables) <= set(listed)
    assert set(listed) - set(of_tables) == {
        "R-N1", "R-ONESOP", "R-SELF", "R-CHANNEL",  # a sentence under the first table defines them
        "R-INV-EX", "R-INV-REP",  # their row shortens them
    }  # fmt: skip


# --- what holds a rule ---


@pytest.mark.parametrize(
    ("code", "id", "how"),
    [
        ("@workflow.run\nasync def go(case): await case.tell('words', 'R-PRICE-15D')", "R-PRICE-15D", "executed"),
        ("@workflow.run\ndef go(case): case.record('kind', 'key', 'R-PRICE-15D', more=1)", "R-PRICE-15D", "recorded"),
        ("@workflow.run\ndef go(case): escalate(case, 'late', 'R-PRICE-15D')", "R-PRICE-15D", "reminded"),
        ("@workflow.run\ndef go(case): return refuse('no', 'R-PRICE-15D', 'zh', 'en')", "R-PRICE-15D", "guarded"),
        ("@workflow.run\ndef go(case): return case.clock('D-DAILY')", "D-DAILY", "scheduled"),
        ("@workflow.run\ndef go(case): return case.clock('D-DAILY')", "R-DAILY", "scheduled"),
        (
            "NAME = 'D-DAILY'\n@workflow.run\ndef go(case): return case.rules.clocks[NAME].length",
            "D-DAILY",
            "scheduled",
        ),
        ("@workflow.run\ndef go(case): return case.numbers.calls", "P-HOURS", "guarded"),
        ("@workflow.run\ndef go(book): return book.agenda['sweep']", "R-INV-EX", "reminded"),
        ("class Said(Fact):\n    rule = 'R-INV-RET'\nmodels = (Said,)\nprint(models)", "R-INV-RET", "executed"),
        ("@holds('P-HOURS')\ndef shut(at): return at\nprint(shut)", "P-HOURS", "guarded"),
        ("@holds('R-INV-RET')\ndef send(at): return at\nprint(send)", "R-INV-RET", "executed"),
        ("def under(a):\n    return 'R-PRICE-15D' if a else 'R-INV-RET'\nprint(under(1))", "R-INV-RET", "executed"),
    ],
)
def test_a_rule_is_held_by_what_is_done_under_it(code: str, id: str, how: str) -> None:
    """Steps, records, escalations, refusals, clocks, numbers and agenda items hold the rule that they name."""
    assert ways(code, id) == [how]


@pytest.mark.parametrize(
    "code",
    [
        '"""Holds R-PRICE-15D, it says: R-PRICE-15D."""',
        "# R-PRICE-15D\nprint(1)",
        "@workflow.run\ndef go(case):\n    'R-PRICE-15D'",
        "@workflow.run\ndef go(case): return case.rule == 'R-PRICE-15D'",
        "@workflow.run\ndef go(case): return case.rule in {'R-PRICE-15D', 'R-INV-RET'}",
        "@workflow.run\ndef go(case): return f'the rule is {case}, R-PRICE-15D'",
        "@workflow.run\ndef go(case):\n    match case.rule:\n        case 'R-PRICE-15D':\n            return 1",
        "WORDS = {'R-PRICE-15D': 'pay'}\n@workflow.run\ndef go(case): return WORDS[case.rule]",
        "RULE = 'R-PRICE-15D'\nprint(1)",
        "def forgotten(case): case.note('paid', 'R-PRICE-15D')",
        "class Forgotten:\n    def step(self, case): case.note('paid', 'R-PRICE-15D')\nprint(step)",
    ],
)
def test_a_mere_mention_holds_nothing(code: str) -> None:
    """Docstrings, comments, comparisons, tables of words and code to which nothing leads are no proof."""
    assert not [id for id, row in found(code).items() if row.held]


def test_looking_at_a_clock_does_not_start_it() -> None:
    """A step that only asks after a clock or settles it does not make the shop keep it."""
    code = """
        @workflow.run
        def go(case):
            case.met("D-DAILY")
            case.no_longer_due("D-DAILY")
            return case.clock_if_started("D-DAILY") or case.state.clocks.get("D-DAILY") or case.state.clocks["D-DAILY"]
    """
    assert not found(code)["D-DAILY"].held
    assert not found(code)["R-DAILY"].held


def test_a_rule_is_no_longer_held_when_its_code_goes() -> None:
    """Who strikes the last line that pays under R-PRICE-15D finds the rule without a holder."""
    step = "async def paid(case):\n    await case.money.refund(rule='R-PRICE-15D')\n"
    procedure = "@workflow.run\nasync def go(case):\n    await paid(case)\n"
    assert [str(one) for one in found(step + procedure)["R-PRICE-15D"].held] == ["workflows/made_up.py:paid"]
    assert not found(step + "@workflow.run\nasync def go(case):\n    return case\n")["R-PRICE-15D"].held
    assert not found(procedure)["R-PRICE-15D"].held


def test_what_a_procedure_held_is_not_held_without_it() -> None:
    """Our own code without one procedure: its case type and its clock have no holder any more."""
    files = product()
    known = rules(page().read_text(encoding="utf-8"))
    with_it = {row.rule.id: row for row in rows(known, files, {})}
    del files["workflows/procedures/customer_unreachable.py"]
    without = {row.rule.id: row for row in rows(known, files, {})}
    assert with_it["D-UNREACH"].held
    assert with_it["R-UNREACH-3D"].held
    assert not without["D-UNREACH"].held
    assert len(without["R-UNREACH-3D"].held) < len(with_it["R-UNREACH-3D"].held)


def test_words_that_may_not_be_said_hold_their_rule_while_somebody_reads_them() -> None:
    """A list with a rule counts when living code names its file."""
    words = {"domain/tone.toml": '[[phrase]]\nrule = "P-HOURS"\ncode = "threat"\n'}
    (held,) = found("print(open('tone.toml'))", **words)["P-HOURS"].held
    assert (str(held), held.how) == ("domain/tone.toml:threat", "guarded")
    assert not found("print(1)", **words)["P-HOURS"].held


def test_a_case_type_is_held_by_its_procedure() -> None:
    """The slug of section 1 leads to the procedure of that name, or of the name it begins as; else it is not held."""
    head = "## 1. Case types\n\n| id | case type | sources |\n|---|---|---|\n"
    table = head + "| T-LOST | `parcel_lost` lost | S |\n| T-ADDR | `address_change` | S |\n| T-REPAIR | `care` | S |\n"
    seen_by = {"CaseType:parcel_lost": [Sighting(0, "tests/test_lost.py::test_lost", ("opened",))]}
    files = {
        "domain/vocabulary.py": (
            "class CaseType(StrEnum):\n    LOST = 'parcel_lost'\n    ADDR = 'address_change'\n    CARE = 'care'\n"
        ),
        "workflows/procedures/__init__.py": "BEGINS_AS = {CaseType.CARE: 'mend'}\nprint(BEGINS_AS)\n",
        "workflows/procedures/parcel_lost.py": "async def parcel_lost(case):\n    return case\n",
        "workflows/procedures/mend.py": "async def mend(case):\n    return case\n",
    }
    by_id = {row.rule.id: row for row in rows(rules(table), files, seen_by)}
    assert [str(one) for one in by_id["T-LOST"].held] == ["workflows/procedures/parcel_lost.py:parcel_lost"]
    assert [str(one) for one in by_id["T-REPAIR"].held] == ["workflows/procedures/mend.py:mend"]
    assert by_id["T-LOST"].exercised
    assert not by_id["T-ADDR"].held


def test_a_persons_business_is_accounted_for_and_never_counted_as_held() -> None:
    """A reason beside the rule says why no program does it; where code holds it after all the reason is idle."""
    reading = {READING: '[people.R-INV-RET]\nzh = "由人"\nen = "a person looks"\n'}
    row = found("print(1)", **reading)["R-INV-RET"]
    assert row.accounted
    assert not row.held
    assert not row.done
    held = found("@workflow.run\ndef go(case): case.note('seen', 'R-INV-RET')", **reading)["R-INV-RET"]
    assert not held.accounted


# --- who saw it ---


def test_what_a_test_saw_is_replaced_when_it_runs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that no longer sees a rule is no witness any more; others of a partial run keep their word."""
    own, none = tmp_path / "exercised.json", tmp_path / "none.json"
    monkeypatch.setattr("commands.coverage_seen.OWN", own)
    here, other = "tests/test_rulebook_coverage.py::a", "tests/test_rulebook_coverage.py::b"
    gone = "tests/test_that_was_deleted.py::c"
    keep(
        {here: {"R-PRICE-15D": {"noted"}}, other: {"R-PRICE-15D": {"noted"}}, gone: {"R-PRICE-15D": {"noted"}}},
        [],
        "old",
        full=True,
    )
    keep({here: {"R-INV-RET": {"decided"}}}, [here], "new", full=False)
    now = seen("new", own, none)
    assert [(one.test, one.old) for one in now["R-PRICE-15D"]] == [(other, True)]
    assert [(one.test, one.how, one.old) for one in now["R-INV-RET"]] == [(here, ("decided",), False)]


def test_the_snapshot_fills_in_until_everything_ran_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh clone and an installed shop show what was seen when the snapshot was kept, and that it is old."""
    own, snapshot = tmp_path / "exercised.json", tmp_path / "snapshot.json"
    monkeypatch.setattr("commands.coverage_seen.OWN", own)
    snapshot.write_text('{"code": "old", "saw": {"R-PRICE-15D": ["tests/x.py::x", ["noted"]]}}')
    assert [(one.test, one.old) for one in seen("new", own, snapshot)["R-PRICE-15D"]] == [("tests/x.py::x", True)]
    keep({"tests/conftest.py::a": {"R-INV-RET": {"noted"}}}, [], "new", full=True)
    assert set(seen("new", own, snapshot)) == {"R-INV-RET"}


def test_two_runs_that_were_all_tests_together_need_no_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make test` runs in two processes: each adds what it saw, and nothing fills in for what both did not see."""
    own, snapshot = tmp_path / "exercised.json", tmp_path / "snapshot.json"
    monkeypatch.setattr("commands.coverage_seen.OWN", own)
    snapshot.write_text('{"code": "old", "saw": {"R-KB": ["tests/x.py::x", ["noted"]]}}')
    here, there = "tests/test_rulebook_coverage.py::a", "tests/conftest.py::b"
    keep({here: {"R-PRICE-15D": {"noted"}}}, [here], "new", full=False)
    keep({there: {"R-INV-RET": {"noted"}}}, [there], "new", full=False)
    assert set(seen("new", own, snapshot)) == {"R-PRICE-15D", "R-INV-RET", "R-KB"}
    whole()
    assert set(seen("new", own, snapshot)) == {"R-PRICE-15D", "R-INV-RET"}


def test_a_made_up_value_is_no_witness() -> None:
    """A test that builds an entry by hand proves nothing of the shop; a decision of the shop's own code does."""
    from domain.compensation import may_offer
    from domain.decision import Decision
    from domain.rulebook_file import default

    def saw(id: str) -> bool:
        return any(one == id and where == exercised.running() for one, _, where in exercised.all_seen())

    Decision(allowed=True, rule="R-KB", reason="made_up")
    assert not saw("R-KB")
    may_offer(default().rules(), "coupon")
    assert saw("M-COMP-LADDER")


# --- the command ---


@pytest.mark.parametrize(("lang", "words"), [("zh", ("落实方式", "守护", "全部")), ("en", ("Held", "guarded", "all"))])
def test_a_person_reads_rules_holders_tests_and_shares(lang: str, words: tuple[str, ...]) -> None:
    """The table names rule, marks, holder and test, and ends with the shares, in both languages."""
    done = run("rulebook", "coverage", lang=lang)
    assert done.returncode == 0, done.stderr
    for part in (*words, "P-HOURS", "domain/contact_guard.py:", "[T]", "[A]", "[P]"):
        assert part in done.stdout


def test_a_program_reads_every_rule_once_and_the_missing_alone_on_demand() -> None:
    """`--json` gives id, marks, held, exercised of each rule; `--missing` leaves out what is accounted for."""
    every = json.loads(run("rulebook", "coverage", "--json").stdout)
    ids = [row["id"] for row in every["rules"]]
    assert ids == list(rules(page().read_text(encoding="utf-8")))
    by_id = {row["id"]: row for row in every["rules"]}
    assert {"how": "guarded", "by": "domain/contact_guard.py:_refused"} in by_id["P-HOURS"]["held"]
    assert {"id", "marks", "held", "exercised"} <= by_id["D-UNREACH"].keys()
    assert [share["of"] for share in every["shares"]] == [*GATED, "all"]
    missing = json.loads(run("rulebook", "coverage", "--json", "--missing").stdout)
    assert [row["id"] for row in missing["rules"]] == [row["id"] for row in every["rules"] if not row["accounted"]]


def test_the_help_of_the_verb_reads_no_code() -> None:
    """Asking for help costs no look through the code."""
    program = (
        "import sys, cli; sys.argv = ['aftersales', 'rulebook', 'coverage', '--help']\n"
        "try: cli.app(prog_name='aftersales')\n"
        "except SystemExit: print('READS', 'commands.coverage' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "--missing" in done.stdout
    assert done.stdout.splitlines()[-1] == "READS False"


# --- the gate ---


def still_missing() -> set[str]:
    """The ids that are known not to stand yet."""
    ids = tomllib.loads(MISSING.read_text(encoding="utf-8"))["missing"]
    assert len(ids) == len(set(ids))
    return set(ids)


def test_what_is_said_of_rules_is_said_of_rules_that_exist() -> None:
    """The list of missing rules and the reasons beside rules name ids of the rulebook; the listed ones need holding."""
    known = rules(page().read_text(encoding="utf-8"))
    reading = tomllib.loads((Path(__file__).parents[1] / READING).read_text(encoding="utf-8"))
    assert still_missing() <= {id for id, rule in known.items() if rule.gated}
    named = {*reading["people"], *reading["classes"], *reading["same"]}
    assert named | {other for others in reading["same"].values() for other in others} <= known.keys()
    assert all(reason["zh"] and reason["en"] for reason in reading["people"].values())
    assert not [id for id in reading["people"] if known[id].gated], "a clock, an authority or a guard is no advice"


@pytest.mark.after_all_others
def test_every_rule_with_a_clock_an_authority_or_a_guard_is_held_and_exercised(request: pytest.FixtureRequest) -> None:
    """Each [T], [A] and [P] rule has code that holds it and a test that saw it at work; what lacks that is listed."""
    exercised.keep(request.session)
    every = coverage()
    lacking = {
        row.rule.id: "not held" if not row.held else "held, not exercised"
        for row in every
        if row.rule.gated and not row.done
    }
    listed = still_missing()
    new = {id: why for id, why in lacking.items() if id not in listed}
    assert not new, f"hold and exercise it, or say in {MISSING.name} that it is still missing: {new}"
    assert not listed - lacking.keys(), f"strike from {MISSING.name}, it stands: {sorted(listed - lacking.keys())}"
    idle = [row.rule.id for row in every if row.people and row.held]
    assert not idle, f"code holds it: strike the reason from {READING}: {idle}"
