"""Settings of the indexer, read once from the environment and passed in."""

from __future__ import annotations

import os
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
    mask_personal: bool = Field(
        default=True,
        validation_alias="WENHAO_MASK_PERSONAL",
        description="Identity card, mobile and bank card numbers and home addresses of persons are masked in the index.",
    )
    read_seconds: int = Field(
        default=60,
        ge=1,
        validation_alias="WENHAO_READ_SECONDS",
        description="Seconds of computing that reading one file may take; a file that takes longer is rejected.",
    )
    read_memory_bytes: int = Field(
        default=1024 * 1024 * 1024,
        ge=128 * 1024 * 1024,
        validation_alias="WENHAO_READ_MEMORY_BYTES",
        description="Bytes of memory that reading one file may take beyond what the reading process has.",
    )
    workers: int = Field(
        default_factory=lambda: min(8, os.cpu_count() or 2),
        ge=1,
        validation_alias="WENHAO_WORKERS",
        description="Processes that read files, one for each processor: reading takes longer than the engine does.",
    )
    ocr_command: str | None = Field(
        default=None,
        validation_alias="WENHAO_OCR_COMMAND",
        description="Program that gets a scanned PDF or OFD on its standard input and writes its text (UTF-8) to its output.",
    )
