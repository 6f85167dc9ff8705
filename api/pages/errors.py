"""A problem as a page for readers, as a problem document for programs."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from api.pages.rendering import render
from api.schemas import Problem

_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz")


def error_page(request: Request, problem: Problem) -> Response:
    """The answer to a request that failed, in the form that its path asks for."""
    if request.url.path.startswith(_FOR_PROGRAMS):
        headers = {"Retry-After": "2"} if problem.status == 503 else None
        return JSONResponse(
            problem.model_dump(), problem.status, media_type="application/problem+json", headers=headers
        )
    return render(request, "error.html", problem.status, problem=problem, q=request.query_params.get("q", ""))
