"""The look of the pages, chosen by a link and remembered by a cookie, so that it needs no script."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from api.pages.rendering import LARGE, VIEW_COOKIE

router = APIRouter()
_YEAR_SECONDS = 365 * 24 * 3600


@router.get("/view")
async def view(size: str = "", back: str = "/") -> Response:
    """Sets the large look (``size=large``) or the usual one, and goes back to a page of this site.

    Any other address in ``back`` leads to the first page: nobody can use this to send visitors elsewhere.
    """
    target = urlsplit(back)
    own = not target.scheme and not target.netloc and back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if own else "/", 303)
    if size == LARGE:
        answer.set_cookie(VIEW_COOKIE, LARGE, max_age=_YEAR_SECONDS, samesite="lax", httponly=True)
    else:
        answer.delete_cookie(VIEW_COOKIE, samesite="lax", httponly=True)
    return answer
