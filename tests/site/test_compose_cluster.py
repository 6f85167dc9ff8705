"""docker-compose.cluster.yml: locked down, and set as the faults of a cluster were tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bench import opensearch
from engine.settings import EngineSettings
from tests.support import ROOT

FILE = ROOT / "docker-compose.cluster.yml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))["services"]
NODES = [name for name in SERVICES if name.startswith("node-")]
OURS = ["index", "site"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] not in ("0:0", "root")
    assert bool(service.get("ports")) == (name == "site")
    assert "outside" not in service["networks"] or name in OURS


@pytest.mark.parametrize("name", NODES)
def test_the_nodes_are_of_the_tested_version_and_know_each_other(name: str) -> None:
    node = SERVICES[name]
    assert node["image"] == f"opensearchproject/opensearch:{opensearch.VERSION}"
    assert node["environment"]["node.name"] == name
    for setting in ("discovery.seed_hosts", "cluster.initial_cluster_manager_nodes"):
        assert node["environment"][setting].split(",") == NODES


@pytest.mark.parametrize("name", NODES)
def test_the_nodes_find_faults_as_fast_as_those_of_the_tests(name: str) -> None:
    tested = opensearch.configuration(Path("node"), 1, 2, [2, 3, 4])
    wanted = dict(
        line.split(": ", 1) for line in tested.splitlines() if line.startswith(("cluster.fault", "cluster.pub"))
    )
    assert len(wanted) == 7
    assert wanted.items() <= {key: str(value) for key, value in SERVICES[name]["environment"].items()}.items()


@pytest.mark.parametrize("name", OURS)
def test_ours_are_given_every_node_and_known_settings(name: str) -> None:
    given = SERVICES[name]["environment"]
    assert all(f"http://{node}:9200" in given["OPENSEARCH_URL"] for node in NODES)
    known = {str(field.validation_alias) for field in EngineSettings.model_fields.values()}
    asked = {key.removesuffix("_FILE") for key in given if key.startswith("OPENSEARCH_") or key == "WENHAO_SHARDS"}
    assert asked <= known
    assert SERVICES[name]["build"]["args"] == {"LOCK": "requirements-cluster.lock"}
    assert (ROOT / "requirements-cluster.lock").exists()
