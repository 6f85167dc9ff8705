"""The systemd units: right by systemd's own check, and they run commands that exist. The runbook names metrics that exist."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main

from api.guard.metrics import Metrics
from tests.support import ROOT
from wenhao.cli import app

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]


def read(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(path.read_text("utf-8"))
    return parser


def test_each_timer_has_its_service() -> None:
    timers = {path.stem for path in UNITS if path.suffix == ".timer"}
    assert timers == {"wenhao-sync", "wenhao-backup"}
    assert {path.stem for path in SERVICES} == timers | {"wenhao"}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_runs_a_command_that_exists_with_options_it_has_and_few_rights(path: Path) -> None:
    service = read(path)["Service"]
    program, command, *rest = shlex.split(service["ExecStart"])
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert program.endswith("/wenhao")
    options = {name for parameter in commands[command].params for name in parameter.opts}
    assert {one for one in rest if one.startswith("-")} <= options
    assert (service["User"], service["ProtectSystem"], service["NoNewPrivileges"]) == ("wenhao", "strict", "true")
    assert service["CapabilityBoundingSet"] == ""
    assert service["StateDirectory"] == "wenhao"


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not on this machine")
    for path in UNITS:  # the program need not be installed for the check
        text = path.read_text("utf-8").replace("/srv/wenhao/.venv/bin/wenhao", "/bin/true")
        (tmp_path / path.name).write_text(text, "utf-8")
    done = subprocess.run([verify, "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, check=False)  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "wenhao" in line]
    assert ours == [], done.stderr


def test_the_runbook_names_every_metric_that_is_exposed_and_no_other() -> None:
    named = set(re.findall(r"`(wenhao_[a-z_]+)`", (ROOT / "docs" / "operations.md").read_text("utf-8")))
    exposed = set(
        re.findall(r"^# TYPE (wenhao_\w+) (?!gauge$.*_created)", Metrics(ROOT).written().decode(), re.MULTILINE)
    )
    exposed = {name for name in exposed if not name.endswith("_created")}
    assert named == exposed
