"""Settings of the engine: one frozen table of name, environment variable, default and meaning."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gongwen.errors import SettingsError

_KEY_VARIABLES = {
    "meili_master_key": "MEILI_MASTER_KEY",
    "meili_admin_key": "MEILI_ADMIN_KEY",
    "meili_search_key": "MEILI_SEARCH_KEY",
    "opensearch_admin": "OPENSEARCH_ADMIN",
    "opensearch_search": "OPENSEARCH_SEARCH",
}


class EngineSettings(BaseSettings):
    """Where the engine and its data are, read once from the environment and passed in.

    ``EngineSettings(data_dir=Path("/srv/wenhao"))`` sets one value and reads the others. An empty variable counts as
    not set. Each key is also read from the file named by its variable with ``_FILE`` behind it (the habit of container secrets).
    Raises :class:`SettingsError` when such a file cannot be read, pydantic's ``ValidationError`` for a wrong value.
    """

    model_config = SettingsConfigDict(
        frozen=True, populate_by_name=True, env_ignore_empty=True, env_prefix="WENHAO_", extra="ignore"
    )

    data_dir: Path = Field(
        default=Path("data"),
        validation_alias="WENHAO_DATA",
        description="Folder of the private engine: data, keys, log.",
    )
    words_dir: Path | None = Field(
        default=None,
        validation_alias="WENHAO_WORDS",
        description="Folder of the word index, written by the indexer and read by the site; none: words in the data folder.",
    )
    meili_url: str | None = Field(
        default=None,
        validation_alias="MEILI_URL",
        description="Address of a Meilisearch 1.21 to use; none: a private one.",
    )
    meili_master_key: SecretStr | None = Field(
        default=None,
        validation_alias="MEILI_MASTER_KEY",
        description="Master key of that engine; other keys come from it.",
    )
    meili_admin_key: SecretStr | None = Field(
        default=None, validation_alias="MEILI_ADMIN_KEY", description="Key that may write; only the indexer needs it."
    )
    meili_search_key: SecretStr | None = Field(
        default=None,
        validation_alias="MEILI_SEARCH_KEY",
        description="Key that may only search; the API holds this one.",
    )
    meili_bin: Path | None = Field(
        default=None, validation_alias="MEILI_BIN", description="Meilisearch 1.21 program for the private engine."
    )
    opensearch_url: str | None = Field(
        default=None,
        validation_alias="OPENSEARCH_URL",
        description="Addresses of the nodes of an OpenSearch 2.19 cluster to use instead, with commas between them.",
    )
    opensearch_admin: SecretStr | None = Field(
        default=None,
        validation_alias="OPENSEARCH_ADMIN",
        description="name:password of the cluster's user that may write; only the indexer needs it.",
    )
    opensearch_search: SecretStr | None = Field(
        default=None,
        validation_alias="OPENSEARCH_SEARCH",
        description="name:password of the cluster's user that may only search.",
    )
    opensearch_ca: Path | None = Field(
        default=None,
        validation_alias="OPENSEARCH_CA",
        description="File of the authority that signed the cluster's certificates; none: the usual ones.",
    )
    shards: int = Field(
        default=1, ge=1, validation_alias="WENHAO_SHARDS", description="Parts of a new index on the cluster."
    )
    replicas: int = Field(
        default=1,
        ge=0,
        validation_alias="WENHAO_REPLICAS",
        description="Further copies of each part, on other machines, as far as there are some.",
    )
    index_name: str = Field(
        default="wenhao",
        validation_alias="WENHAO_INDEX",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Name of the index; keys are limited to names that begin with it.",
    )
    search_timeout: float = Field(
        default=5.0, gt=0, validation_alias="WENHAO_SEARCH_TIMEOUT", description="Seconds a search may take."
    )
    write_timeout: float = Field(
        default=600.0, gt=0, validation_alias="WENHAO_WRITE_TIMEOUT", description="Seconds one write task may take."
    )
    max_indexing_memory: str = Field(
        default="1GiB",
        validation_alias="WENHAO_INDEXING_MEMORY",
        description="Memory of the private engine while it indexes; more was not faster, and used up to 3.4 GB.",
    )
    indexing_threads: int | None = Field(
        default=None,
        ge=1,
        validation_alias="WENHAO_INDEXING_THREADS",
        description="Threads with which the private engine indexes; none: half of the processors, the rest is for searches.",
    )
    max_batched_tasks: int = Field(
        default=20,
        ge=1,
        validation_alias="WENHAO_BATCHED_TASKS",
        description="Write tasks the private engine joins at most; a killed batch starts again from zero.",
    )

    @property
    def private(self) -> bool:
        """True when no engine is named, so that one of our own is started in the data folder."""
        return self.meili_url is None and self.opensearch_url is None

    @property
    def words(self) -> Path:
        """The folder of the word index."""
        return self.words_dir or self.data_dir / "words"

    @model_validator(mode="after")
    def _one_engine(self) -> EngineSettings:
        if self.opensearch_url is not None and self.meili_url is not None:
            raise SettingsError("both MEILI_URL and OPENSEARCH_URL are set; unset the one of the engine not to be used")
        if self.opensearch_url is not None and self.index_name != self.index_name.lower():
            raise SettingsError(
                f"WENHAO_INDEX is {self.index_name!r}; names of a cluster's indexes have no capital letters"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _read_key_files(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        found = dict(values)
        for name, variable in _KEY_VARIABLES.items():
            path = os.environ.get(f"{variable}_FILE")
            if path and not (found.get(name) or found.get(variable)):
                found[variable] = _first_line(path, f"{variable}_FILE")
        return found


def _first_line(path: str, variable: str) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable} names {path}, which cannot be read: {error}") from error
    if not text:
        raise SettingsError(f"{variable} names {path}, which is empty; put the key on its first line")
    return text.splitlines()[0].strip()
