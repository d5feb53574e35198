"""The deployment shape is valid, pinned, healthy and free of secrets. (Compose itself is not run here.)"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from local.temporal_server import SEARCH_ATTRIBUTES
from settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
FILE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
JOBS = {"temporal-schema", "temporal-namespace", "migrations"}


def test_the_file_is_valid_compose() -> None:
    """The official Compose schema accepts it."""
    schema = json.loads((ROOT / "tests/data/compose-spec.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(FILE)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({"services": {"x": {"imagee": "y"}}})


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned(name: str) -> None:
    """An installation that is brought up again next year runs the same versions."""
    image = SERVICES[name]["image"]
    assert image == "aftersales:${AFTERSALES_VERSION:-dev}" or re.fullmatch(r"[a-z/-]+:\d+(\.\d+)+", image)


def test_no_secret_stands_in_the_file() -> None:
    """Whatever is called a password or secret comes from `.env`, and Compose refuses to start without it."""
    for name, service in SERVICES.items():
        for variable, value in service["environment"].items() if "environment" in service else ():
            if re.search("PASSWORD|PWD|SECRET|DSN", variable):
                assert "${POSTGRES_PASSWORD:?" in value, (name, variable)
    assert ".env" in (ROOT / ".gitignore").read_text().split()
    assert ".env" not in (ROOT / ".dockerignore").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_what_runs_is_watched_and_comes_back_and_a_job_runs_once(name: str) -> None:
    """Services restart; those that others wait for say when they are healthy; jobs end."""
    service = SERVICES[name]
    if name in JOBS:
        assert service["restart"] == "on-failure:5"
        assert "healthcheck" not in service
    else:
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or name == "temporal-ui"
    for awaited, how in service.get("depends_on", {}).items():
        job = awaited in JOBS
        assert how["condition"] == ("service_completed_successfully" if job else "service_healthy")
        assert job or "healthcheck" in SERVICES[awaited]


def test_nothing_is_open_to_the_network() -> None:
    """Ports are published on this machine only; a proxy with TLS stands in front."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_namespace_job_registers_our_search_attributes() -> None:
    """Cases can be found by the same attributes as in the tests."""
    script = SERVICES["temporal-namespace"]["command"][0]
    registered = {}
    for command in script.replace("\\\n", " ").splitlines():
        if "search-attribute create" in command:
            kind = re.search(r"--type (\w+)", command)
            assert kind is not None
            registered |= dict.fromkeys(re.findall(r"--name (\w+)", command), kind[1])
    assert registered == dict(SEARCH_ATTRIBUTES)


def test_the_deployed_temporal_is_the_tested_one() -> None:
    """The images carry the versions of the server and Web UI that the tests run on."""
    binary = Path(sys.executable).with_name("temporal")
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    versions = re.search(r"Server ([\d.]+), UI ([\d.]+)", told)
    assert versions is not None
    server, ui = versions.groups()
    for name in ("temporal-schema", "temporal", "temporal-namespace"):
        assert SERVICES[name]["image"].endswith(f":{server}")
    assert SERVICES["temporal-ui"]["image"].endswith(f":{ui}")


def test_every_setting_in_the_file_exists() -> None:
    """Our programs refuse unknown settings: the file must not send one."""
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    for name in ("migrations", "worker", "door"):
        assert {key for key in SERVICES[name]["environment"] if key.startswith(PREFIX)} <= known


def test_the_image_holds_every_room_that_runs() -> None:
    """What `.dockerignore` lets through is what the package contains, and nothing that only tests need."""
    listed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert rooms <= listed
    assert not listed & {"tests", "bench", ".env", ".local"}
