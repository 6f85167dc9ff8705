"""Keys of the private engine: a random master key in a file of mode 0600, and two lesser keys derived from it.

Meilisearch derives an API key as HMAC-SHA256 of the key's uid with the master key, so with uids of our choice every
process that may read the master key knows the others without asking, and nothing but the master key is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import uuid
from pathlib import Path

import httpx2

from engine.client import RefusedError, decode, unreachable
from gongwen.errors import SettingsError

# What the indexer calls, and no more: `indexes.*` includes swapping. The search key may search
# and see when an index last changed, which tells whether a kept answer still holds; it reads no settings and writes nothing.
ADMIN_ACTIONS = ("documents.*", "indexes.*", "search", "settings.*", "stats.get", "tasks.*", "version")
SEARCH_ACTIONS = ("indexes.get", "search")

_NAMESPACE = uuid.UUID("6a3c1f4e-6f0a-4f6b-9d0e-2f5f0c3b7a11")


def master_key(folder: Path) -> str:
    """Return the master key kept in ``folder/keys.json``, made on first use; a mode wider than 0600 is mended.

    Raises :class:`SettingsError` when the file is there but holds no key.
    """
    path = folder / "keys.json"
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o777 != 0o600:
        path.chmod(0o600)
    try:
        key = json.loads(path.read_text(encoding="utf-8"))["master_key"]
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path} holds no master key ({error!r}); remove it, and a new one is made") from error
    if not isinstance(key, str) or len(key.encode()) < 16:
        raise SettingsError(f"{path} holds a master key of less than 16 bytes; remove it, and a new one is made")
    return key


def derived(master: str, index_name: str) -> tuple[str, str]:
    """Return (admin key, search key) for the index; ``ensure`` makes the engine know them."""
    admin, search = _uid("admin", ADMIN_ACTIONS, index_name), _uid("search", SEARCH_ACTIONS, index_name)
    return _derive(master, admin), _derive(master, search)


def hand_out(key: str, path: Path) -> None:
    """Write a key to a file of mode 0600 for another process to read (``MEILI_SEARCH_KEY_FILE``), at once or not at all.

    Raises :class:`SettingsError` when it cannot be written.
    """
    aside = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{key}\n")
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise SettingsError(
            f"the key cannot be written to {path}: {error.strerror}; name a file in a folder of yours"
        ) from error


def ensure(url: str, http: httpx2.Client, index_name: str) -> None:
    """Make both keys known to the engine; ``http`` carries the master key. Raises ``EngineError``."""
    for role, actions in (("admin", ADMIN_ACTIONS), ("search", SEARCH_ACTIONS)):
        uid = _uid(role, actions, index_name)
        body = {
            "uid": uid,
            "name": f"wenhao {role}",
            "description": f"{role} key of wenhao for indexes {index_name}*",
            "actions": list(actions),
            # The star lets an index be built beside the one in use and swapped.
            "indexes": [f"{index_name}*"],
            "expiresAt": None,
        }
        try:
            # Asked first, because the engine writes a warning to its log for every refusal.
            if http.get(f"/keys/{uid}").status_code != 200:
                decode(http.post("/keys", json=body), url)
        except httpx2.HTTPError as error:
            raise unreachable(error, url) from error
        except RefusedError as error:
            if error.code != "api_key_already_exists":
                raise


def _create(path: Path) -> None:
    # Written aside with its final mode, then linked: there is no moment at which the file is empty or readable to
    # others, and `link` does not overwrite a key that another process made meanwhile.
    aside = path.with_name(f".keys-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"master_key": secrets.token_urlsafe(32)}, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink(missing_ok=True)


def _uid(role: str, actions: tuple[str, ...], index_name: str) -> str:
    # The actions of a key can never be changed, so other actions make another key. The engine takes version 4 only.
    digest = uuid.uuid5(_NAMESPACE, f"{role}|{index_name}|{','.join(actions)}")
    return str(uuid.UUID(bytes=digest.bytes, version=4))


def _derive(master: str, uid: str) -> str:
    return hmac.new(master.encode(), uid.encode(), hashlib.sha256).hexdigest()
