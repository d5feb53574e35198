"""The `aftersales` command as a person meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import VERBS
from commands.language import language

AFTERSALES = str(Path(sys.executable).with_name("aftersales"))
HEAVY = ("temporalio", "asyncpg", "fastapi", "uvicorn", "pydantic", "pydantic_settings", "httpx2", "cryptography")


def run(*arguments: str, lang: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own, with none of this machine's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    return subprocess.run(
        [AFTERSALES, *arguments],
        env={**inherited, "AFTERSALES_LANG": lang, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_help_imports_nothing_heavy() -> None:
    """`aftersales --help` answers at once: no database driver, no Temporal SDK, no web framework is loaded."""
    program = (
        "import sys, cli; sys.argv = ['aftersales', '--help']\n"
        "try: cli.main()\n"
        f"except SystemExit: print('LOADED', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Usage: aftersales" in done.stdout
    assert done.stdout.splitlines()[-1] == "LOADED []"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_help_names_every_verb_in_the_persons_language(lang: str) -> None:
    """Staff read the list of verbs in Chinese or in English."""
    shown = run("--help", lang=lang, COLUMNS="200").stdout
    for name, verb in VERBS.items():
        assert name in shown
        assert (verb.zh if lang == "zh" else verb.en) in shown


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_of_its_own(verb: str) -> None:
    """`aftersales <verb> --help` works for every verb in the list."""
    done = run(verb, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: aftersales {verb}" in done.stdout


def test_wrong_usage_is_exit_code_2_with_a_suggestion() -> None:
    """A misspelt verb is not run, and the right one is named."""
    done = run("docter")
    assert done.returncode == 2
    assert "doctor" in done.stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_expected_error_is_a_sentence_with_a_remedy(lang: str, tmp_path: Path) -> None:
    """A missing setting is told in the person's language, without a traceback, with exit code 1."""
    done = run("db", "status", lang=lang, AFTERSALES_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "AFTERSALES_DATABASE_DSN" in done.stderr
    assert ("没有设置" if lang == "zh" else "is not set") in done.stderr


def test_a_program_gets_its_errors_as_json(tmp_path: Path) -> None:
    """With --json the error is one JSON object on stderr and stdout stays empty."""
    done = run("db", "status", "--json", AFTERSALES_HOME=str(tmp_path))
    told = json.loads(done.stderr)
    assert done.stdout == ""
    assert "AFTERSALES_DATABASE_DSN" in told["error"]
    assert told["remedy"]


@pytest.mark.parametrize("where", ["no-such-host.invalid", "127.0.0.1:1"])
def test_a_database_that_is_not_there_is_a_sentence_whatever_is_wrong_with_its_address(where: str) -> None:
    """A misspelt host and a server that is down are told alike: what cannot be reached, and what finds out which."""
    done = run("case", "list", "--json", AFTERSALES_DATABASE_DSN=f"postgresql://nobody:x@{where}/x")
    told = json.loads(done.stderr)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be reached" in told["error"]
    assert "doctor" in told["remedy"]


def test_a_file_is_not_blamed_for_a_database_that_is_away(tmp_path: Path) -> None:
    """`intake` says which of the two is not there, and a script sees by exit code 2 that the file was not taken in."""
    away = {"AFTERSALES_DATABASE_DSN": "postgresql://nobody:x@127.0.0.1:1/x"}
    missing = run("intake", str(tmp_path / "missing.csv"), "--json", **away)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "cannot be opened" in json.loads(missing.stderr)["error"]
    (tmp_path / "orders.csv").write_text("a,b\n1,2\n")
    there = run("intake", str(tmp_path / "orders.csv"), "--json", **away)
    assert (there.returncode, there.stdout) == (2, "")
    assert "cannot be reached" in json.loads(there.stderr)["error"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AFTERSALES_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_persons_own(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AFTERSALES_LANG decides, then the system's own language."""
    for name in ("AFTERSALES_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected
