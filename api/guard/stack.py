"""The guard as a whole: which part stands before which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api.guard.addresses import Network
from api.guard.bodiless import Bodiless
from api.guard.bounds import Bounded, Shedding
from api.guard.headers import SecurityHeaders
from api.guard.metrics import Metrics
from api.guard.observed import Observed
from api.guard.rates import KeyHolder, Limited
from api.guard.unchanged import Unchanged

_SMALLEST = 1024  # bytes; smaller answers fit in one packet anyway
_LEVEL = 4  # 40 kB of JSON in 0.6 ms to 20 %; level 9 takes 2 ms to 19 %


class Limits(NamedTuple):
    """What the settings say of visitors."""

    rate: str | None
    at_once: int
    origins: Sequence[str]
    trusted: Sequence[Network]
    keys: Mapping[str, KeyHolder]
    log_texts: bool


def guard(app: FastAPI, metrics: Metrics, limits: Limits) -> None:
    """Puts the guard around an application. The last added stands outermost, so this reads from the inside out."""
    every = "*" in limits.origins
    app.add_middleware(Unchanged)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALLEST, compresslevel=_LEVEL)
    app.add_middleware(Bodiless)
    app.add_middleware(Shedding, most=limits.at_once)
    app.add_middleware(Limited, rate=limits.rate, trusted=limits.trusted, keys=limits.keys)
    app.add_middleware(Bounded)
    # What is answered is public and no cookie decides it, so any site may ask unless the settings name those that may.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"] if every else list(limits.origins),
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
        expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
    )
    app.add_middleware(SecurityHeaders, frames="*" if every else " ".join(("'self'", *limits.origins)))
    app.add_middleware(Observed, metrics=metrics, texts=limits.log_texts, trusted=limits.trusted)
