"""The pages: search, document, figures; rendered on the server, complete without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import document, figures, search, view

router = APIRouter(include_in_schema=False)
for _part in (search, document, figures, view):
    router.include_router(_part.router)
