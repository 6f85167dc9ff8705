"""Settings of the indexer, read once from the environment and passed in."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class IndexerSettings(BaseSettings):
    """What the indexer may be told beside the engine's settings."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True, env_ignore_empty=True, extra="ignore")

    synonyms_dir: Path = Field(
        default=Path(__file__).parent.parent / "synonyms",
        validation_alias="WENHAO_SYNONYMS",
        description="Folder of the word lists: synonyms, domain words, stop words.",
    )
    max_file_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=1024,
        validation_alias="WENHAO_MAX_FILE_BYTES",
        description="Bytes a file may have; a larger one is rejected unread.",
    )
