"""The description of the interface, OpenAPI 3.1: what FastAPI writes, with problems under their own media type."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.schemas import Problem

_PROBLEM = "application/problem+json"  # RFC 9457
_FIRST_FAULT = 400


def describe(app: FastAPI) -> None:
    """Makes the application describe itself so; written at the first request and kept."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _written(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _written(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if status.isdigit() and int(status) >= _FIRST_FAULT:
                    answer["content"] = {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    parts = document.setdefault("components", {}).setdefault("schemas", {})
    parts.setdefault("Problem", Problem.model_json_schema(ref_template="#/components/schemas/{model}"))
    return document
