"""Settings of the API, read once from the environment and passed in."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """What the API may be told beside the engine's settings."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True, env_ignore_empty=True, extra="ignore")

    host: str = Field(default="127.0.0.1", validation_alias="WENHAO_HOST", description="Address the site listens on.")
    port: int = Field(
        default=8000, ge=1, le=65535, validation_alias="WENHAO_PORT", description="Port the site listens on."
    )
    agents_port: int = Field(
        default=8001,
        ge=1,
        le=65535,
        validation_alias="WENHAO_AGENTS_PORT",
        description="Port on which `wenhao mcp --http` answers agents.",
    )
    synonyms_dir: Path = Field(
        default=Path(__file__).parent.parent / "synonyms",
        validation_alias="WENHAO_SYNONYMS",
        description="Folder of the word lists: synonyms, domain words, stop words.",
    )
    site_name: str = Field(
        default="文号 · 公文检索", validation_alias="WENHAO_SITE_NAME", description="Name shown on the pages."
    )
    index_name: str = Field(
        default="wenhao",
        validation_alias="WENHAO_INDEX",
        description="Name by which clients of Meilisearch ask for the index.",
    )
    max_question: int = Field(
        default=300,
        ge=10,
        le=2000,
        validation_alias="WENHAO_MAX_QUESTION",
        description="Characters a question may have.",
    )
    kept_answers: int = Field(
        default=1000,
        ge=0,
        le=100_000,
        validation_alias="WENHAO_KEPT_ANSWERS",
        description="Answers kept in memory for as long as nothing has changed, some 20 kB each; 0: none.",
    )
    rate: str = Field(
        default="3000/minute",
        pattern=r"^off$|^\d+/(?:second|minute|hour|day)$",
        validation_alias="WENHAO_RATE",
        description="Requests that one address may send, as 600/minute; off: no limit.",
    )
    keys: Path | None = Field(
        default=None, validation_alias="WENHAO_KEYS", description="File of those with a key and a rate of their own."
    )
    at_once: int = Field(
        default=64,
        ge=1,
        le=10_000,
        validation_alias="WENHAO_AT_ONCE",
        description="Requests worked on at once; more are told to come again.",
    )
    origins: str = Field(
        default="*",
        validation_alias="WENHAO_ORIGINS",
        description="Sites that may embed the search, by commas; *: all.",
    )
    trusted_proxies: str = Field(
        default="",
        validation_alias="WENHAO_TRUSTED_PROXIES",
        description="Networks of proxies whose X-Forwarded-For is believed, by commas.",
    )
    admin_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        validation_alias="WENHAO_ADMIN_TOKEN",
        description="Token of /metrics and /admin; none: they are not there.",
    )
    access_log: Literal["off", "json", "texts"] = Field(
        default="off",
        validation_alias="WENHAO_ACCESS_LOG",
        description="A line of JSON for each request; texts: with addresses and what was typed.",
    )
    query_log: Path | None = Field(
        default=None,
        validation_alias="WENHAO_QUERY_LOG",
        description="File that searches are written to, without addresses.",
    )
    semantic: Literal["auto", "on", "off"] = Field(
        default="auto",
        validation_alias="WENHAO_SEMANTIC",
        description="Candidates by meaning for questions in words; auto: when the extra wenhao[semantic] is installed.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+(/[^\s]*)?$",
        validation_alias="WENHAO_PUBLIC_URL",
        description="Address of this site as others see it, for feeds, citations and sitemaps; none: the one asked at.",
    )
    export_limit: int = Field(
        default=10_000,
        ge=1,
        le=100_000,
        validation_alias="WENHAO_EXPORT_LIMIT",
        description="Documents that one export may hold.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for name in value.split(","):
            if name.strip():
                ipaddress.ip_network(name.strip(), strict=False)
        return value

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        for origin in (one.strip() for one in value.split(",")):
            if not re.fullmatch(r"\*|https?://[A-Za-z0-9.-]+(?::\d+)?", origin):
                raise ValueError(f"{origin!r} is no origin; write it like https://www.example.gov.cn")
        return value
