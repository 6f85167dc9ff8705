"""A cluster that asks who one is: the security plugin of OpenSearch, certificates of an authority of our own, two users with
the roles that ``deploy/opensearch`` gives them.
"""

from __future__ import annotations

import contextlib
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from shutil import copy, copytree

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bench import opensearch
from bench.opensearch_plugins import SECURITY, program_with
from engine.settings import EngineSettings

_ROLES = Path(__file__).parents[3] / "deploy" / "opensearch"
_SETTINGS = """\
plugins.security.ssl.transport.pemcert_filepath: node.pem
plugins.security.ssl.transport.pemkey_filepath: node.key
plugins.security.ssl.transport.pemtrustedcas_filepath: authority.pem
plugins.security.ssl.http.enabled: true
plugins.security.ssl.http.pemcert_filepath: node.pem
plugins.security.ssl.http.pemkey_filepath: node.key
plugins.security.ssl.http.pemtrustedcas_filepath: authority.pem
plugins.security.nodes_dn: ["CN=node"]
plugins.security.authcz.admin_dn: ["CN=admin"]
plugins.security.allow_default_init_securityindex: true
"""
ADMIN, SEARCH = "wenhao-index:Bian-Ru_7302", "wenhao-search:Jian-Suo_1186"


@dataclass(frozen=True)
class Authority:
    """Signs certificates, which stand in its folder as ``name.pem`` and ``name.key``; its own is ``authority.pem``."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @classmethod
    def at(cls, folder: Path) -> Authority:
        """A new one."""
        key, name = ec.generate_private_key(ec.SECP256R1()), _named("authority")
        one = cls(folder, key, name)
        authority = x509.BasicConstraints(ca=True, path_length=0)
        one._write("authority", one._signed(name, key, authority))
        return one

    def issue(self, name: str) -> None:
        """A certificate for a node on this machine, or a person."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")])
        self._write(name, self._signed(_named(name), key, here))
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self.folder / f"{name}.key").write_bytes(secret)

    def _signed(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, what: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(what, critical=isinstance(what, x509.BasicConstraints))
            .sign(self.key, hashes.SHA256())
        )

    def _write(self, name: str, certificate: x509.Certificate) -> None:
        (self.folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@contextmanager
def guarded(folder: Path) -> Iterator[EngineSettings]:
    """One node that asks, with the users ADMIN and SEARCH: what the product is told to use it, with ``folder`` for its data.

    Raises :class:`bench.opensearch.NotHere` where there can be none.
    """
    program, certificates = program_with(SECURITY), folder / "certificates"
    users = _users(program)
    certificates.mkdir()
    authority = Authority.at(certificates)
    for name in ("node", "admin"):
        authority.issue(name)
    admin = ssl.create_default_context(cafile=certificates / "authority.pem")
    admin.load_cert_chain(certificates / "admin.pem", certificates / "admin.key")

    def furnish(config: Path) -> Sequence[str]:
        for name in ("authority.pem", "node.pem", "node.key"):
            copy(certificates / name, config)
        own = config / "opensearch-security"
        copytree(program / "plugins" / "opensearch-security" / "config", own)
        for name in ("roles.yml", "roles_mapping.yml"):
            copy(_ROLES / name, own)
        (own / "internal_users.yml").write_text(users)
        return _SETTINGS.splitlines()

    with opensearch.running(heap="512m", program=program, guard=opensearch.Guard(furnish, admin)) as (node,):
        _await_users(node)
        yield EngineSettings(
            data_dir=folder / "data",
            opensearch_url=node.url,
            opensearch_ca=certificates / "authority.pem",
            opensearch_admin=SecretStr(ADMIN),
            opensearch_search=SecretStr(SEARCH),
        )


def _users(program: Path) -> str:
    """The file of users as the plugin's own tool makes it."""
    plugin = program / "plugins" / "opensearch-security"
    lines = ["_meta: {type: internalusers, config_version: 2}"]
    for user in (ADMIN, SEARCH):
        name, password = user.split(":")
        made = subprocess.run(
            ["bash", str(plugin / "tools" / "hash.sh"), "-p", password], capture_output=True, text=True, check=True
        )
        lines.append(f'{name}: {{hash: "{made.stdout.split()[-1]}"}}')
    return "\n".join([*lines, ""])


def _await_users(node: opensearch.Node) -> None:
    """Returns when the node has read who its users are."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if "UP" in str(node.ask("/_plugins/_security/health")):
                return
        time.sleep(0.2)
    raise AssertionError((node.folder / "output.txt").read_text("utf-8")[-2000:])
