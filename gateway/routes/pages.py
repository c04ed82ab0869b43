"""The few pages without a web app: the front door, an invitation, what a problem means."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from gateway.context import Here
from gateway.problems import KINDS, GatewayProblem

router = APIRouter(include_in_schema=False)
_templates = Environment(loader=PackageLoader("gateway", "pages"), autoescape=True, undefined=StrictUndefined)
STYLE = _templates.get_template("style.css").render()


def _page(name: str, request: Request, **values: object) -> Response:
    french = not request.headers.get("accept-language", "fr").lower().lstrip().startswith("en")
    text = _templates.get_template(name).render(french=french, language="fr" if french else "en", **values)
    return HTMLResponse(text, headers={"Cache-Control": "no-store"})


@router.get("/")
async def front_door(request: Request, here: Here) -> Response:
    """Say what this is and where its parts are."""
    return _page("front_door.html", request, demo=here.settings.demo)


@router.get("/style.css")
async def style() -> Response:
    """Return the pages' style sheet."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/problems/{code}")
async def problem(request: Request, here: Here, code: str) -> Response:
    """Explain a problem type (RFC 9457 §3.1.1: the type's page)."""
    if code not in KINDS:
        raise GatewayProblem("not_found")
    return _page("problem.html", request, code=code, kind=KINDS[code], demo=here.settings.demo)
