"""docker-compose.yml: right by its schema, locked down, and its commands and environment work as plain processes.

Docker itself is not needed: what a container would be given (secrets, volumes, the names of other services) is put in place
by replacing paths and addresses.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from engine import binary
from engine.settings import EngineSettings
from tests.site.test_command import ask, free_port
from tests.support import ROOT

FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
LASTING = [name for name, service in SERVICES.items() if "restart" in service]
MASTER = "a-master-key-for-the-tests-of-compose"


@pytest.mark.parametrize("name", ["docker-compose.yml", "docker-compose.cluster.yml"])
def test_it_is_right_by_the_compose_specification(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(ROOT / name)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_services_are_those_that_are_documented() -> None:
    assert set(SERVICES) == {"folder", "engine", "search-key", "index", "backup", "site"}
    assert set(LASTING) == {"engine", "site"}
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    assert all(f"`{name}`" in text for name in SERVICES)


@pytest.mark.parametrize("name", ["folder", "engine"])
def test_the_engine_is_the_official_image_of_the_tested_version(name: str) -> None:
    assert SERVICES[name]["image"] == f"getmeili/meilisearch:v{binary.VERSION}"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    # One ends after a moment, has no network, and may do nothing but give a folder away.
    assert (service["user"], service.get("cap_add", []), service.get("network_mode")) == (
        ("0:0", ["CHOWN"], "none") if name == "folder" else ("10001:10001", [], None)
    )


@pytest.mark.parametrize("name", LASTING)
def test_what_runs_on_is_watched(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_those_that_need_it_are_given_the_master_key_and_none_in_the_file_itself() -> None:
    given = {name for name, service in SERVICES.items() if service.get("secrets")}
    assert given == {"engine", "search-key", "index", "backup"}
    for service in SERVICES.values():
        assert not {name for name in service.get("environment", {}) if name.endswith("_KEY")}
    assert not [name for name in SERVICES["site"]["environment"] if "MASTER" in name or "ADMIN" in name]


def test_only_the_site_is_reached_from_outside_and_only_from_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["site"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["site"]["ports"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["engine"]["networks"] == ["inside"]


def test_everything_named_is_declared() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume["source"] if isinstance(volume, dict) else volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith((".", "${")), source
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"])
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)


def test_no_secret_can_be_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "secrets/" in ignored
    assert COMPOSE["secrets"]["master_key"]["file"].endswith("./secrets/master.key}")


@dataclass(frozen=True)
class Machine:
    """Where the containers' folders and addresses are in a test."""

    folder: Path
    engine_port: int
    site_port: int

    def here(self, text: str) -> str:
        """A command or value of the file as it is without containers, with what compose puts in for variables not set."""
        text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
        for there, here in {
            "$$": "$",
            "/run/secrets": f"{self.folder}/secrets",
            "/run/wenhao": f"{self.folder}/keys",
            "/meili_data": f"{self.folder}/engine",
            "/var/lib/wenhao": f"{self.folder}/state",
            "/etc/wenhao/synonyms": str(ROOT / "synonyms"),
            "/corpus": str(ROOT / "corpus"),
            "http://engine:7700": f"http://127.0.0.1:{self.engine_port}",
            "127.0.0.1:7700": f"127.0.0.1:{self.engine_port}",
            "0.0.0.0:7700": f"127.0.0.1:{self.engine_port}",
            "127.0.0.1:8000": f"127.0.0.1:{self.site_port}",
            "0.0.0.0": "127.0.0.1",  # noqa: S104 - what is replaced
        }.items():
            text = text.replace(there, here)
        return text

    def command(self, name: str) -> list[str]:
        entry = ["wenhao"] if name in OURS else []
        return [*entry, *(self.here(part) for part in SERVICES[name]["command"])]

    def environment(self, name: str) -> dict[str, str]:
        """What the file gives a service, and the PATH of its image; nothing of ours."""
        given = {key: self.here(str(value)) for key, value in SERVICES[name]["environment"].items()}
        tools = f"{self.folder}/bin:{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        port = {"WENHAO_PORT": str(self.site_port)} if name == "site" else {}
        return {"PATH": tools, "HOME": "/nonexistent", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", **given, **port}

    def run(self, name: str) -> str:
        """What a service that ends says; asserts that it succeeds."""
        done = subprocess.run(
            self.command(name),
            env=self.environment(name),
            cwd=self.folder / "empty",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    def healthy(self, name: str) -> bool:
        check = [self.here(part) for part in SERVICES[name]["healthcheck"]["test"][1:]]
        return subprocess.run(check, env=self.environment(name), capture_output=True, timeout=20, check=False).returncode == 0  # fmt: skip

    @contextmanager
    def running(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """A service that stays, once its own health check says so."""
        log = (self.folder / f"{name}.log").open("wb")
        process = subprocess.Popen(self.command(name), env=self.environment(name), cwd=self.folder / "empty", stdout=log, stderr=log)  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while not self.healthy(name):
                assert process.poll() is None, (self.folder / f"{name}.log").read_text("utf-8", "replace")
                assert time.monotonic() < deadline, (self.folder / f"{name}.log").read_text("utf-8", "replace")
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            log.close()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """All services as the file has them: folders, engine, key, index, site."""
    folder = tmp_path_factory.mktemp("compose")
    for name in ("bin", "secrets", "keys", "engine", "state", "empty"):
        (folder / name).mkdir()
    (folder / "secrets" / "master_key").write_text(f"{MASTER}\n")
    (folder / "bin" / "meilisearch").symlink_to(binary.find(EngineSettings()))
    made = Machine(folder, free_port(), free_port())
    with ExitStack() as running:
        running.enter_context(made.running("engine"))
        made.run("search-key")
        assert "78 件" in made.run("index")
        running.enter_context(made.running("site"))
        yield made


def engine_says(machine: Machine, method: str, path: str, key: str, body: object = None) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{machine.engine_port}{path}",
        json.dumps(body).encode() if body is not None else None,
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_site_answers(machine: Machine) -> None:
    assert ask(machine.site_port, "/api/v1/search")["total"] == 78
    assert (
        ask(machine.site_port, f"/api/v1/numbers/{quote('国办发[2021]第188号')}")["canonical"] == "国办发〔2021〕188号"
    )
    assert ask(machine.site_port, "/readyz") == {"status": "ready"}


def test_the_key_of_the_site_may_search_and_not_write(machine: Machine) -> None:
    path = machine.folder / "keys" / "search.key"
    assert path.stat().st_mode & 0o777 == 0o600
    key = path.read_text().strip()
    assert key != MASTER
    assert engine_says(machine, "POST", "/indexes/wenhao/search", key, {"q": ""}) == 200
    assert engine_says(machine, "POST", "/indexes/wenhao/documents", key, [{"id": "1"}]) == 403
    assert engine_says(machine, "DELETE", "/indexes/wenhao", key) == 403
    assert engine_says(machine, "GET", "/keys", key) == 403
    assert engine_says(machine, "POST", "/indexes/wenhao/search", "nobody", {"q": ""}) == 403


def test_the_master_key_is_in_no_argument_and_not_with_the_site(machine: Machine) -> None:
    assert MASTER not in " ".join(machine.command("engine"))
    assert all(MASTER not in value for value in machine.environment("site").values())
    assert not [path for path in (machine.folder / "keys").iterdir() if MASTER in path.read_text()]


def test_nothing_is_written_but_into_volumes(machine: Machine) -> None:
    assert list((machine.folder / "empty").iterdir()) == []
    assert {path.name for path in (machine.folder / "keys").iterdir()} == {"search.key"}


def test_a_second_run_of_the_index_changes_nothing(machine: Machine) -> None:
    assert "76 个文件均未变" in machine.run("index")


def test_a_second_start_hands_out_the_same_key(machine: Machine) -> None:
    path = machine.folder / "keys" / "search.key"
    before = path.read_text()
    machine.run("search-key")
    assert path.read_text() == before


def test_without_a_master_key_the_reason_is_said(machine: Machine) -> None:
    variables = {**machine.environment("search-key"), "MEILI_MASTER_KEY_FILE": ""}
    done = subprocess.run(machine.command("search-key"), env=variables, capture_output=True, text=True, timeout=60, check=False, cwd=machine.folder / "empty")  # fmt: skip
    assert done.returncode == 1
    assert "MEILI_MASTER_KEY_FILE" in done.stderr
    unwritable = [*machine.command("search-key")[:-1], "/nonexistent/search.key"]
    done = subprocess.run(unwritable, env=machine.environment("search-key"), capture_output=True, text=True, timeout=60, check=False, cwd=machine.folder / "empty")  # fmt: skip
    assert done.returncode == 1
    assert "/nonexistent/search.key" in done.stderr
    assert "Traceback" not in done.stderr
