"""Plugins of OpenSearch that Maven has, in a copy of the server of their own: one server with and one without."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from shutil import copy, copytree, rmtree, which

from bench.opensearch import DESCRIPTOR, VERSION, NotHere, fetch, server

_SMARTCN = "org.apache.lucene:lucene-analysis-smartcn:9.12.3"
_SMARTCN_JAR = "lucene-analysis-smartcn-9.12.3.jar"
_SMARTCN_SUM = "06db5436be801787738b9735ebe81622e263826a39dedc66402a99a1c33fab36"


@dataclass(frozen=True)
class Plugin:
    """A plugin's name, version and the SHA-256 of its zip; ``described`` is what is changed in its description."""

    name: str
    version: str
    checksum: str
    described: tuple[tuple[str, str], ...] = ()

    @property
    def zip(self) -> str:
        """The name of its file."""
        return f"{self.name}-{self.version}.zip"


SECURITY = Plugin(
    "opensearch-security", f"{VERSION}.0", "1f673622c462c4171a8c53f9b1ad20e5b839834cb79b0d3b388da180a0e514e8"
)
KNN = Plugin(
    "opensearch-knn",
    "2.19.6.0",
    "c21b9565624d29fd4024e3a3902712349006cb7894a73c45d976756a761e628f",
    # Maven has not the one of our version; painless, for which it has functions, we ask nothing.
    (("opensearch.version", VERSION), ("extended.plugins", "")),
)


def program_with(plugin: Plugin) -> Path:
    """The server with a plugin, unpacked once a machine; raises :class:`bench.opensearch.NotHere` where it cannot be had."""
    home = server().parent / f"{plugin.name}-{plugin.version}"
    if (home / "complete").exists():
        return home / "program"
    rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o755)
    fetch(home, (f"org.opensearch.plugin:{plugin.name}:{plugin.version}:zip",), {plugin.zip: plugin.checksum})
    copytree(server(), home / "program")
    place = home / "program" / "plugins" / plugin.name
    with zipfile.ZipFile(home / plugin.zip) as packed:
        packed.extractall(place)
    description = place / "plugin-descriptor.properties"
    text = description.read_text("utf-8")
    for name, value in plugin.described:
        text = re.sub(rf"(?m)^{re.escape(name)}=.*$", f"{name}={value}", text)
    description.write_text(text, "utf-8")
    (home / "complete").touch()
    return home / "program"


def with_smartcn() -> None:
    """Puts the analyzer ``smartcn`` into the server, for the next node that is started.

    Its plugin is in no Maven repository, so ours of thirty lines gives the same analyzer of Lucene. Raises :class:`NotHere`
    without a Java compiler.
    """
    root = server()
    module = root / "modules" / "analysis-smartcn"
    if module.exists():
        return
    if not which("javac"):
        raise NotHere("no Java compiler on this machine: smartcn is no peer")
    words = root.parent / _SMARTCN_JAR
    fetch(root.parent, (_SMARTCN,), {_SMARTCN_JAR: _SMARTCN_SUM})
    with tempfile.TemporaryDirectory(dir=root.parent) as folder:
        work, classes = Path(folder) / "module", Path(folder) / "classes"
        work.mkdir()
        path = f"{root / 'lib' / '*'}:{words}"
        source = Path(__file__).parent / "smartcn" / "SmartcnPlugin.java"
        subprocess.run(["javac", "-d", str(classes), "-cp", path, str(source)], check=True)
        with zipfile.ZipFile(work / "smartcn.jar", "w") as jar:
            for one in classes.iterdir():
                jar.write(one, one.name)
        copy(words, work)
        described = DESCRIPTOR.format(name="analysis-smartcn", plugin="SmartcnPlugin")
        (work / "plugin-descriptor.properties").write_text(described)
        work.rename(module)
