"""Say what went wrong as problem+json (RFC 9457): the one place of storage that knows HTTP status codes."""

from typing import Any

from starlette.responses import JSONResponse, Response

from contracts.errors import (
    Conflict,
    Forbidden,
    IntegrityBroken,
    Invalid,
    NotFound,
    PaillasseError,
    Sealed,
    StorageFull,
    Unavailable,
    Unsupported,
)

# Same table as the gateway's (decisions.md 6); the narrower class first.
_STATUS: tuple[tuple[type[PaillasseError], int, str], ...] = (
    (Invalid, 422, "The bytes are not what the plan says"),
    (Forbidden, 403, "This URL does not open anything"),
    (NotFound, 404, "No such upload or file"),
    (Conflict, 409, "The upload is in another state"),
    (Sealed, 409, "This can never change again"),
    (StorageFull, 507, "There is no room for these bytes"),
    (Unavailable, 503, "Try again later"),
    (IntegrityBroken, 500, "The stored bytes are damaged"),
    (Unsupported, 501, "Not supported"),
)
_NOT_OURS = (500, "Something went wrong")


def problem(error: PaillasseError) -> Response:
    """Return the answer for ``error``; nothing of the request is echoed but what the client sent wrong."""
    status, title = next(((code, text) for kind, code, text in _STATUS if isinstance(error, kind)), _NOT_OURS)
    body: dict[str, Any] = {"type": f"/problems/{error.code}", "title": title, "status": status, **error.detail}
    if isinstance(error, Invalid):
        body["errors"] = [
            {"name": field.name, "problem": field.problem, "remedy": field.remedy} for field in error.fields
        ]
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = "5"
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=headers)
