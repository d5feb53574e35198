"""What an installation sets, and how a mistake in it is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import settings
from settings import SettingsInvalid

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine that runs the tests plays a part."""
    for name in list(os.environ):
        if name.startswith(("AFTERSALES_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AFTERSALES_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_a_misspelt_setting_is_refused_with_the_right_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing mistake must not leave a partner without its secret in silence."""
    monkeypatch.setenv("AFTERSALES_COURIER_SECRT", SECRET)
    with pytest.raises(SettingsInvalid, match="did you mean AFTERSALES_COURIER_SECRET"):
        settings.load()


def test_a_misspelt_setting_in_the_env_file_is_refused_too(tmp_path: Path) -> None:
    """`.env` is held to the same rule; foreign variables in it are left alone."""
    (tmp_path / ".env").write_text("TEMPORAL_ADDRESS=example:7233\nAFTERSALES_LOG_LEVL=debug\n")
    with pytest.raises(SettingsInvalid, match="LOG_LEVL"):
        settings.load()


def test_every_mistake_is_told_at_once_and_no_secret_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engineer mends all settings in one go, and the error may be pasted into a ticket."""
    monkeypatch.setenv("AFTERSALES_DOOR_SECRET", "hunter2-very-secret")
    monkeypatch.setenv("AFTERSALES_CONTACT_URL", "partner.example")
    with pytest.raises(SettingsInvalid) as caught:
        settings.load()
    assert {problem.variable for problem in caught.value.problems} == {
        "AFTERSALES_DOOR_SECRET",
        "AFTERSALES_CONTACT_URL",
    }
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("address", "over"), [("仓" * 80, 46), ("Street 1, Warehouse " * 6, 18)])
def test_a_return_address_that_no_message_holds_is_refused(
    address: str, over: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-RET-ADDR: at start we say by how many characters it is too long, in both languages, and do not repeat it."""
    monkeypatch.setenv("AFTERSALES_RETURN_ADDRESS", address)
    with pytest.raises(SettingsInvalid) as caught:
        settings.load()
    (problem,) = caught.value.problems
    assert problem.variable == "AFTERSALES_RETURN_ADDRESS"
    assert f"多 {over} 个字" in problem.zh
    assert f"is {over} characters too long" in problem.en
    assert address not in problem.zh + problem.en


def test_a_return_address_that_fits_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty-four Chinese characters fit."""
    monkeypatch.setenv("AFTERSALES_RETURN_ADDRESS", "仓" * 34)
    assert settings.load().return_address == "仓" * 34


def test_the_environment_wins_over_the_file_and_the_file_over_the_secrets_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is nearest to the process counts."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "aftersales_database_dsn").write_text("postgresql://from-secrets/x\n")
    (secrets / "aftersales_log_level").write_text("error")
    monkeypatch.setenv("AFTERSALES_SECRETS_DIR", str(secrets))
    assert settings.load().database() == "postgresql://from-secrets/x"
    (tmp_path / ".env").write_text("AFTERSALES_DATABASE_DSN=postgresql://from-file/x\nAFTERSALES_LOG_LEVEL=warning\n")
    assert settings.load().database() == "postgresql://from-file/x"
    monkeypatch.setenv("AFTERSALES_DATABASE_DSN", "postgresql://from-environment/x")
    assert settings.load().database() == "postgresql://from-environment/x"
    assert settings.load().log_level == "warning"


def test_a_running_stack_is_found_without_setting_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `aftersales up` the other verbs find database and Temporal; an own setting still wins."""
    home = settings.home()
    home.mkdir()
    (home / "stack.env").write_text("AFTERSALES_DATABASE_DSN=postgresql://local/x\n")
    (home / "temporal.toml").write_text('[profile.default]\naddress = "127.0.0.1:4711"\n')
    assert settings.load().database() == "postgresql://local/x"
    assert settings.temporal_connection()["target_host"] == "127.0.0.1:4711"
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    assert settings.temporal_connection()["target_host"] == "temporal.example:7233"


def test_secrets_are_not_shown() -> None:
    """Printing the settings shows no secret."""
    shown = repr(settings.Settings(database_dsn="postgresql://u:geheim@h/x", courier_secret=SECRET))
    assert "geheim" not in shown
    assert SECRET not in shown


@pytest.mark.parametrize("name", settings.PARTNERS)
def test_a_partner_without_address_or_secret_says_which_is_missing(name: str) -> None:
    """The worker refuses to start half connected, and says what to set."""
    with pytest.raises(SettingsInvalid, match=f"AFTERSALES_{name.upper()}_URL"):
        settings.Settings().partner(name)
    url = settings.Settings(**{f"{name}_url": "https://partner.example"})
    with pytest.raises(SettingsInvalid, match=f"AFTERSALES_{name.upper()}_SECRET"):
        url.partner(name)
    both = settings.Settings(**{f"{name}_url": "https://partner.example", f"{name}_secret": SECRET})
    assert both.partner(name).url == "https://partner.example"
