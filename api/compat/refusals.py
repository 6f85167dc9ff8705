"""Errors in the shape that clients of Meilisearch read: message, code, type, link."""

from __future__ import annotations

_STATUS = {
    "index_not_found": 404,
    "invalid_api_key": 403,
    "internal": 503,
    "payload_too_large": 413,
    "missing_content_type": 415,
    "invalid_content_type": 415,
}
_TYPES = {"invalid_api_key": "auth", "internal": "internal"}


class Refusal(Exception):
    """A request that is answered with an error; ``code`` is Meilisearch's word for it (``invalid_search_filter``)."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or _STATUS.get(code, 400)

    def body(self) -> dict[str, str]:
        """The answer's body."""
        return {
            "message": self.message,
            "code": self.code,
            "type": _TYPES.get(self.code, "invalid_request"),
            "link": f"https://docs.meilisearch.com/errors#{self.code}",
        }

    def inside(self, place: str) -> Refusal:
        """The same for one of several queries, which is named (``.queries[0]``); all are then refused with 400."""
        return Refusal(self.code, f"Inside `{place}`: {self.message}", status=min(self.status, 400))


def unsupported(what: str) -> Refusal:
    """The refusal of something that Meilisearch can do and this site does not."""
    return Refusal("feature_not_enabled", f"{what} is not available on this site.")
