"""What an installation sets: environment variables `AFTERSALES_*`, a `.env` file, or files in a secrets folder.

Precedence: environment, `.env`, secrets folder (`AFTERSALES_SECRETS_DIR`, else /run/secrets; a file is named like the
variable in lower case), then what a running `aftersales up` has written for this checkout. A variable that we do not
know is an error, since a misspelt secret is otherwise silently absent.
Temporal's address, namespace and TLS are not ours: they come from Temporal's own environment and configuration file.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain import return_address
from domain.webhook_signature import SigningKeys

PREFIX = "AFTERSALES_"
PARTNERS = ("contact", "courier", "warehouse", "repair", "refund")
OUTSIDE = ("LANG", "HOME", "SECRETS_DIR")  # read before or beside these settings

_BIND = r"^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$"


@dataclass(frozen=True)
class SettingProblem:
    """What is wrong with one variable, in both languages. Never its value: it may be a secret."""

    variable: str
    zh: str
    en: str


class SettingsInvalid(Exception):
    """The settings cannot be used. `problems` says which variables and what to do."""

    def __init__(self, *problems: SettingProblem) -> None:
        super().__init__("; ".join(f"{problem.variable}: {problem.en}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Partner:
    """Where a partner is and with which keys the wire is signed."""

    url: str
    keys: SigningKeys


class Settings(BaseSettings):
    """Everything an installation can set. Fields without a value are off or asked for when they are needed."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    database_dsn: SecretStr | None = None  # postgresql://user:password@host:port/database
    rulebook_file: Path | None = None  # replaces the rulebook that comes with the program
    calendar_folder: Path | None = None  # the shop's own calendar files; None: the one that comes with the program

    contact_url: str | None = Field(None, pattern=r"^https?://")
    contact_secret: SecretStr | None = None
    courier_url: str | None = Field(None, pattern=r"^https?://")
    courier_secret: SecretStr | None = None
    warehouse_url: str | None = Field(None, pattern=r"^https?://")
    warehouse_secret: SecretStr | None = None
    repair_url: str | None = Field(None, pattern=r"^https?://")
    repair_secret: SecretStr | None = None
    refund_url: str | None = Field(None, pattern=r"^https?://")
    refund_secret: SecretStr | None = None

    return_address: str = ""  # where customers send returns: address, name, phone of the warehouse

    door_bind: str = Field("127.0.0.1:8080", pattern=_BIND)  # HTTP: events in
    door_secret: SecretStr | None = None  # what senders of events sign with
    metrics_bind: str | None = Field(None, pattern=_BIND)  # Prometheus; None: off

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    language: Literal["zh", "en"] = "zh"  # of what the worker writes for people

    @field_validator(*(f"{partner}_secret" for partner in PARTNERS), "door_secret")
    @classmethod
    def _readable_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            SigningKeys.parse(secret.get_secret_value())
        return secret

    def database(self) -> str:
        """The database's DSN. Raises SettingsInvalid when there is none."""
        if self.database_dsn is None:
            raise missing(
                "database_dsn",
                "例如 postgresql://user:password@host:5432/aftersales",
                "for example postgresql://user:password@host:5432/aftersales",
            )
        return self.database_dsn.get_secret_value()

    def partner(self, name: str) -> Partner:
        """One of PARTNERS. Raises SettingsInvalid when its address or secret is not set."""
        url: str | None = getattr(self, f"{name}_url")
        secret: SecretStr | None = getattr(self, f"{name}_secret")
        if url is None:
            raise missing(
                f"{name}_url",
                "合作方接口地址，例如 https://partner.example/api",
                "the partner's address, such as https://partner.example/api",
            )
        if secret is None:
            raise missing(
                f"{name}_secret",
                "与合作方约定的签名密钥 whsec_…",
                "the signing secret shared with the partner, whsec_…",
            )
        return Partner(url, SigningKeys.parse(secret.get_secret_value()))

    def door_keys(self) -> SigningKeys:
        """The keys that senders of events sign with. Raises SettingsInvalid when there are none."""
        if self.door_secret is None:
            raise missing(
                "door_secret", "事件发送方的签名密钥 whsec_…", "the secret that senders of events sign with, whsec_…"
            )
        return SigningKeys.parse(self.door_secret.get_secret_value())


def home() -> Path:
    """Where a local stack keeps its data: AFTERSALES_HOME, else `.local` of this checkout."""
    return Path(os.environ.get(f"{PREFIX}HOME") or Path(__file__).parent / ".local").resolve()


def load(env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings. Raises SettingsInvalid with every problem at once."""
    files = [file for file in (home() / "stack.env", env_file) if file is not None and file.is_file()]
    _refuse_unknown({*os.environ, *(name for file in files for name in dotenv_values(file))})
    secrets = Path(os.environ.get(f"{PREFIX}SECRETS_DIR") or "/run/secrets")
    arguments: dict[str, Any] = {"_env_file": files, "_secrets_dir": secrets if secrets.is_dir() else None}
    try:
        found = Settings(**arguments)
    except ValidationError as error:
        raise SettingsInvalid(
            *(
                SettingProblem(
                    PREFIX + str(one["loc"][0]).upper(), f"不能使用：{one['msg']}", f"cannot be used: {one['msg']}"
                )
                for one in error.errors(include_url=False, include_input=False, include_context=False)
            )
        ) from None
    _refuse_long_address(found.return_address)
    return found


def temporal_connection() -> dict[str, Any]:
    """Keyword arguments for `Client.connect`: from TEMPORAL_* variables, Temporal's own file, or a running `up`."""
    from temporalio.envconfig import ClientConfig  # noqa: PLC0415  half a second that most verbs do not need

    written = home() / "temporal.toml"
    own = written.is_file() and not {"TEMPORAL_ADDRESS", "TEMPORAL_CONFIG_FILE"} & set(os.environ)
    found: dict[str, Any] = dict(ClientConfig.load_client_connect_config(config_file=str(written) if own else None))
    return {"target_host": "localhost:7233", **found}


def missing(field: str, zh: str, en: str) -> SettingsInvalid:
    """The error for a setting that is needed now and not set."""
    return SettingsInvalid(SettingProblem(PREFIX + field.upper(), f"没有设置；{zh}", f"is not set; {en}"))


def _refuse_long_address(address: str) -> None:
    if over := return_address.too_long(address):
        room = return_address.room()
        zh = f"太长：多 {over} 个字，客户收到的消息放不下；最多 {room} 字节，一个汉字占 3 字节"
        en = f"is {over} characters too long for the messages that say it: {room} bytes at most, a Chinese one takes 3"
        raise SettingsInvalid(SettingProblem(f"{PREFIX}RETURN_ADDRESS", zh, en))


def _refuse_unknown(names: Iterable[str]) -> None:
    known = {PREFIX + field.upper() for field in Settings.model_fields} | {PREFIX + name for name in OUTSIDE}
    strangers = sorted({name for name in names if name.upper().startswith(PREFIX)} - known)
    problems = []
    for name in strangers:
        close = difflib.get_close_matches(name.upper(), known, n=1)
        hint = (f"；是 {close[0]} 吗？", f"; did you mean {close[0]}?") if close else ("；请删除", "; remove it")
        problems.append(SettingProblem(name, f"没有这个设置{hint[0]}", f"there is no such setting{hint[1]}"))
    if problems:
        raise SettingsInvalid(*problems)
