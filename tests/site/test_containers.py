"""docker-compose.yml with a real Docker: built, started, asked, hurt, backed up, restored and taken away again.

Asked for by ``WENHAO_CONTAINERS=1 pytest tests/site/test_containers.py``: it takes two minutes, builds the image, and needs Docker
with Compose 2 and the base images of the two files; what the files say is tested without them in ``test_compose.py``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.site.test_command import free_port

ROOT = Path(__file__).parents[2]
USER = 10001  # of the containers
KEYS = ("a-master-key-of-the-container-tests", "another-master-key-of-these-tests")


def _why_not() -> str | None:
    if not os.environ.get("WENHAO_CONTAINERS"):
        return "builds an image and starts containers for two minutes; run with WENHAO_CONTAINERS=1"
    if os.getuid():
        return "gives a file to the user of the containers, which only root may"
    if not shutil.which("docker"):
        return "no docker on this machine"
    said = subprocess.run(["docker", "compose", "version"], capture_output=True, text=True, check=False)
    return f"no Compose 2 on this machine: {said.stderr.strip()}" if said.returncode else None


_REASON = _why_not()
pytestmark = pytest.mark.skipif(_REASON is not None, reason=str(_REASON))


@dataclass(frozen=True)
class Project:
    """The services of the file under a name of their own."""

    folder: Path
    port: int

    def compose(self, *words: str) -> str:
        """What a command of compose says; asserts that it succeeds."""
        variables = os.environ | {
            "WENHAO_PORT": str(self.port),
            "WENHAO_BACKUPS": str(self.folder / "backups"),
            "MEILI_MASTER_KEY_FILE": str(self.folder / "master.key"),
        }
        command = ["docker", "compose", "-p", f"wenhao-test-{self.port}", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout + done.stderr

    def start(self, *words: str) -> None:
        """Starts all services and waits for the site and for the first indexing."""
        self.compose("up", "-d", *words)
        self.wait_for(lambda: self.total() == 78)

    def total(self, question: str = "") -> int | None:
        """The documents that the site finds; None while it does not answer."""
        address = f"http://127.0.0.1:{self.port}/api/v1/search?q={quote(question)}&per_page=1"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return int(json.load(answer)["total"])
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def inspect(self, service: str) -> dict[str, Any]:
        """What Docker says of a running service."""
        container = self.compose("ps", "-q", service).split()[0]
        said = subprocess.run(["docker", "inspect", container], capture_output=True, check=True).stdout
        return dict(json.loads(said)[0])

    def shell(self, service: str, command: str) -> str:
        """What a shell inside a service says, whether or not its command succeeds."""
        return self.compose("exec", "-T", service, "sh", "-c", f"({command}) 2>&1; true")

    def wait_for(self, holds: Callable[[], bool], seconds: float = 90.0) -> None:
        """Returns when it holds; fails after so many seconds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.compose("logs", "--tail", "20")
            time.sleep(0.5)

    def master_key(self, key: str) -> None:
        """Puts the key where the file looks for it, readable to the user of the containers alone."""
        path = self.folder / "master.key"
        path.unlink(missing_ok=True)
        path.write_text(key)
        path.chmod(0o400)
        os.chown(path, USER, USER)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """All services, built and started; taken away with their volumes at the end."""
    made = Project(tmp_path_factory.mktemp("containers"), free_port())
    made.master_key(KEYS[0])
    (made.folder / "backups").mkdir()
    os.chown(made.folder / "backups", USER, USER)
    try:
        made.compose("build", "site")
        made.start()
        yield made
    finally:
        made.compose("down", "--volumes", "--timeout", "5")


def test_the_site_finds_by_number_and_reads_the_word_index(project: Project) -> None:
    assert project.total("国办发[2021]第188号")
    # It is written by one service and read by the other, whose user and volume must fit.
    read = "from pathlib import Path; from engine.word_index import WordIndexReader as R; print(R(Path('/var/lib/wenhao/words')).documents())"
    project.wait_for(lambda: project.shell("site", f'python -c "{read}"').strip() == "78")


def test_the_site_runs_locked_down(project: Project) -> None:
    assert f"uid={USER}(wenhao)" in project.shell("site", "id")
    for path in ("/new", "/opt/wenhao/new", "/etc/wenhao/synonyms/new", "/run/wenhao/new"):
        assert "Read-only file system" in project.shell("site", f"touch {path}")
    assert "No such file" in project.shell("site", "cat /run/secrets/master_key")
    assert KEYS[0] not in json.dumps(project.inspect("site")) + json.dumps(project.inspect("engine"))
    # Only the site can be reached from outside, from this machine alone; the engine has no way out.
    assert project.inspect("site")["NetworkSettings"]["Ports"] == {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(project.port)}]}  # fmt: skip
    assert not any(project.inspect("engine")["NetworkSettings"]["Ports"].values())


@pytest.mark.parametrize("service", ["engine", "site"])
def test_a_service_whose_process_dies_comes_back(project: Project, service: str) -> None:
    before = project.inspect(service)["State"]
    os.kill(before["Pid"], 9)
    project.wait_for(lambda: project.inspect(service)["State"]["StartedAt"] != before["StartedAt"])
    project.wait_for(lambda: project.total() == 78)


def test_a_second_run_of_the_index_changes_nothing(project: Project) -> None:
    assert "76 个文件均未变" in project.compose("run", "--rm", "index")


def test_a_new_master_key_takes_the_place_of_the_old_one(project: Project) -> None:
    old = project.shell("site", "cat /run/wenhao/search.key")
    project.master_key(KEYS[1])
    project.start("--force-recreate")
    assert project.shell("site", "cat /run/wenhao/search.key") != old


def test_a_backup_is_restored_as_the_runbook_says(project: Project) -> None:
    assert "已核对" in project.compose("run", "--rm", "backup")
    (backup,) = (project.folder / "backups").iterdir()
    project.compose("stop", "engine", "site")
    runbook = (ROOT / "docs" / "operations.md").read_text("utf-8")
    told = re.search(r"engine sh -c '(mv /meili_data.+--import-snapshot \S+)'", runbook)
    assert told, "docs/operations.md no longer says how a backup is restored"
    # The runbook ends the server by hand when it listens; here time does.
    command = told[1].replace("备份名", backup.name).replace("exec meilisearch", "exec timeout -s INT 15 meilisearch")
    said = project.compose("run", "--rm", "--no-deps", "-v", f"{project.folder}/backups:/b:ro", "engine", "sh", "-c", f"({command}) 2>&1; true")  # fmt: skip
    assert "Server listening" in said, said[-2000:]
    project.start()
    assert project.total("国办发[2021]第188号")
