"""A real OpenSearch on this machine, of one node or several: fetched by Maven, pinned by checksum, run as plain processes.

The server's zip for integration tests holds no plugin but the transport; the one with the tokenizers is put in beside it, and
others by :mod:`bench.opensearch_plugins`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

VERSION = "2.19.4"
_ZIP = f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip"
_ANALYSIS = f"org.opensearch.plugin:analysis-common:{VERSION}"
_SUMS = {
    f"opensearch-{VERSION}.zip": "3902e642715210d1d9d7cbdcc8f5abd6f931d1d7a679cea3750937becf16c406",
    f"analysis-common-{VERSION}.jar": "46db3a6c8fc53f756853d29b4d14fc326ce96a0f56b62aeb289a8126ec513e66",
}
DESCRIPTOR = f"""\
name={{name}}
description=Tokenizers and filters
version={VERSION}
opensearch.version={VERSION}
java.version=11
classname={{plugin}}
extended.plugins=
has.native.controller=false
"""
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
_NOBODY = 65534
_READY = 90.0  # seconds; ten on an idle machine


class NotHere(Exception):
    """OpenSearch cannot be had or run on this machine; the message says why."""


@dataclass(frozen=True)
class Guard:
    """What makes the nodes of a cluster ask who one is, where their program has the plugin for it: what a node is furnished
    with (called with its folder of settings, returns lines of its settings), and the certificate of whoever may do all.
    """

    furnish: Callable[[Path], Sequence[str]]
    admin: ssl.SSLContext


@dataclass
class Node:
    """One process of a cluster."""

    folder: Path
    port: int
    heap: str
    small: bool
    process: subprocess.Popen[bytes]
    program: Path
    guard: Guard | None = None

    @property
    def url(self) -> str:
        """Address of its HTTP interface."""
        return f"{'https' if self.guard else 'http'}://127.0.0.1:{self.port}"

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal: SIGKILL, SIGSTOP, SIGCONT."""
        self.process.send_signal(number)

    def end(self) -> None:
        """Ends it, frozen or not, and waits for it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)

    def put(self, path: str, body: object) -> None:
        """Changes a setting of the cluster or an index."""
        content = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, orjson.dumps(body), content, method="PUT")  # noqa: S310 - loopback
        with self._open(request, 10):
            pass

    def ask(self, path: str, timeout: float = 5.0) -> object:
        """What it answers to GET."""
        with self._open(urllib.request.Request(self.url + path), timeout) as answer:  # noqa: S310 - our own loopback address
            return orjson.loads(answer.read())

    def _open(self, request: urllib.request.Request, timeout: float) -> Any:
        return urllib.request.urlopen(request, timeout=timeout, context=self.guard.admin if self.guard else None)  # noqa: S310


def server() -> Path:
    """The unpacked server, fetched once a machine; raises :class:`NotHere` where it cannot be had or run."""
    if os.getuid() == 0 and not shutil.which("setpriv"):
        raise NotHere("OpenSearch does not run as root, and there is no setpriv to run it as another user")
    if not shutil.which("java"):
        raise NotHere("no Java on this machine: OpenSearch is not tested")
    wanted = hashlib.sha256(orjson.dumps(_SUMS)).hexdigest()[:8]
    home = Path(tempfile.gettempdir()) / f"wenhao-opensearch-{VERSION}-{wanted}-{os.getuid()}"
    if (home / "complete").exists():
        return home / f"opensearch-{VERSION}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o755)
    fetch(home, (_ZIP, _ANALYSIS), _SUMS)
    _unpack(home)
    (home / "complete").touch()
    return home / f"opensearch-{VERSION}"


def fetch(folder: Path, artifacts: Sequence[str], sums: Mapping[str, str]) -> None:
    """Puts artifacts of Maven into a folder, as files of the names and SHA-256 sums given.

    Raises :class:`NotHere` when Maven has them not, RuntimeError when one is another than was tested.
    """
    if not shutil.which("mvn"):
        raise NotHere("no Maven on this machine to fetch OpenSearch with: it is not tested")
    for artifact in artifacts:
        command = ["mvn", "-q", "-B", _COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
        try:
            fetched = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        except subprocess.TimeoutExpired as error:
            raise NotHere(f"Maven did not fetch {artifact} within five minutes: OpenSearch is not tested") from error
        if fetched.returncode:
            raise NotHere(f"Maven could not fetch {artifact}: OpenSearch is not tested ({fetched.stdout[-200:]})")
    for name, expected in sums.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            raise RuntimeError(f"{name} is not the one that was tested: {found}, expected {expected}")


def _unpack(home: Path) -> None:
    with zipfile.ZipFile(home / f"opensearch-{VERSION}.zip") as archive:
        archive.extractall(home)
    root = home / f"opensearch-{VERSION}"
    module = root / "modules" / "analysis-common"
    module.mkdir()
    shutil.copy(home / f"analysis-common-{VERSION}.jar", module)
    described = DESCRIPTOR.format(name="analysis-common", plugin="org.opensearch.analysis.common.CommonAnalysisPlugin")
    (module / "plugin-descriptor.properties").write_text(described)
    for program in (root / "bin").iterdir():
        program.chmod(0o755)


@contextmanager
def running(
    count: int = 1,
    heap: str = "400m",
    disk: str | None = None,
    *,
    program: Path | None = None,
    guard: Guard | None = None,
) -> Iterator[list[Node]]:
    """A cluster of so many nodes of so much memory; all are ended at the end, and their data removed.

    ``disk``: as large (``256m``) is the file system of each node's data, where one can be mounted (see ``Node.small``);
    ``program``: the server with a plugin (:mod:`bench.opensearch_plugins`); ``guard``: it asks who one is.
    """
    program = program or server()
    work = Path(tempfile.mkdtemp(prefix="wenhao-cluster-"))
    work.chmod(0o755)
    ports = _free_ports(2 * count)
    nodes: list[Node] = []
    try:
        for at in range(count):  # one by one, so that those begun are ended when the next cannot be
            folder = work / f"node{at}"
            small = _furnish(folder, configuration(folder, ports[at], ports[count + at], ports[count:]), disk, guard)
            nodes += [Node(folder, ports[at], heap, small, _process(program, folder, heap), program, guard)]
        await_nodes(nodes, count)
        yield nodes
    finally:
        for node in nodes:
            node.end()
            if node.small:
                subprocess.run(["umount", "-l", str(node.folder / "data")], check=True)
        shutil.rmtree(work, ignore_errors=True)


def _furnish(folder: Path, configuration: str, disk: str | None, guard: Guard | None) -> bool:
    """Makes the folder of a node; True when its data have a file system of their own."""
    shutil.copytree(server() / "config", folder / "config")
    for name in ("data", "logs"):
        (folder / name).mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={disk}", "tmpfs", str(folder / "data")]
    small = disk is not None and not subprocess.run(mount, capture_output=True, check=False).returncode
    options = folder / "config" / "jvm.options"
    # The log of the garbage collector would go into the shared folder of the program.
    options.write_text("\n".join(line for line in options.read_text().splitlines() if "gc.log" not in line) + "\n")
    more = guard.furnish(folder / "config") if guard else ()
    (folder / "config" / "opensearch.yml").write_text("\n".join([configuration, *more]))
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, _NOBODY, _NOBODY)
    return small


def again(node: Node) -> Node:
    """Starts a node that has ended on what it left."""
    return replace(node, process=_process(node.program, node.folder, node.heap))


def _process(program: Path, folder: Path, heap: str) -> subprocess.Popen[bytes]:
    drop = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "JAVA_HOME", "LANG")}
    java = Path(shutil.which("java") or "").resolve().parent.parent
    environment |= {
        "OPENSEARCH_JAVA_HOME": str(java),
        "OPENSEARCH_JAVA_OPTS": f"-Xms{heap} -Xmx{heap} -XX:-UsePerfData",
        "OPENSEARCH_PATH_CONF": str(folder / "config"),
        "HOME": str(folder),
    }
    with (folder / "output.txt").open("ab") as output:
        return subprocess.Popen(
            [*drop, str(program / "bin" / "opensearch")], cwd=folder, env=environment, stdout=output, stderr=output
        )


def configuration(folder: Path, port: int, transport: int, seeds: Sequence[int]) -> str:
    """The settings of a node: where it keeps what and listens, and, of several, how they find each other and faults."""
    lines = [
        "cluster.name: wenhao-test",
        f"node.name: {folder.name}",
        f"path.data: {folder / 'data'}",
        f"path.logs: {folder / 'logs'}",
        "network.host: 127.0.0.1",
        f"http.port: {port}",
        f"transport.port: {transport}",
        # Free bytes of any machine's disk are enough; on a small one (see running) these act as the usual percentages do.
        "cluster.routing.allocation.disk.watermark.low: 60mb",
        "cluster.routing.allocation.disk.watermark.high: 40mb",
        "cluster.routing.allocation.disk.watermark.flood_stage: 20mb",
        "cluster.info.update.interval: 10s",
    ]
    if len(seeds) == 1:
        return "\n".join([*lines, "discovery.type: single-node", ""])
    lines += [
        f"discovery.seed_hosts: [{', '.join(f'127.0.0.1:{seed}' for seed in seeds)}]",
        f"cluster.initial_cluster_manager_nodes: [{', '.join(f'node{at}' for at in range(len(seeds)))}]",
        # As docs/scale.md advises: a node that is frozen is out after ten seconds instead of a minute.
        "cluster.publish.timeout: 5s",
        *(f"cluster.fault_detection.{who}_check.interval: 1s" for who in ("follower", "leader")),
        *(f"cluster.fault_detection.{who}_check.timeout: 2s" for who in ("follower", "leader")),
        *(f"cluster.fault_detection.{who}_check.retry_count: 2" for who in ("follower", "leader")),
    ]
    return "\n".join([*lines, ""])


def await_nodes(nodes: Sequence[Node], count: int) -> None:
    """Returns when one of the nodes says that so many are there; fails with what the first has written."""
    deadline = time.monotonic() + _READY
    while time.monotonic() < deadline and nodes[0].process.poll() is None:
        with contextlib.suppress(OSError, KeyError):
            health = nodes[0].ask(f"/_cluster/health?wait_for_nodes={count}&timeout=1s")
            if isinstance(health, dict) and health["number_of_nodes"] >= count:
                return
        time.sleep(0.2)
    raise AssertionError((nodes[0].folder / "output.txt").read_text("utf-8")[-2000:])


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]
