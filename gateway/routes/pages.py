"""The front door, the pages' style sheet, and what a problem means."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.pages.rendering import page, style_sheet
from gateway.problems import KINDS, GatewayProblem

router = APIRouter(include_in_schema=False)


async def front_door(request: Request) -> Response:
    """Say what this is and where its parts are."""
    return page("front_door.html", request)


@router.get("/style.css")
async def style() -> Response:
    """Return the pages' style sheet; its address carries its digest."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(style_sheet(), media_type="text/css", headers=headers)


@router.get("/problems/{code}")
async def problem(request: Request, code: str) -> Response:
    """Explain a problem type (RFC 9457 §3.1.1: the type's page)."""
    if code not in KINDS:
        raise GatewayProblem("not_found")
    return page("problem.html", request, code=code, kind=KINDS[code], correlation_id="")
