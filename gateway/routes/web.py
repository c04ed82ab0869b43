"""
Serve the built web app: hashed files for ever, the index never from a cache, nothing outside the folder.

Every file is known by name when the process starts, so a path from outside is looked up and never opened.
"""

import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from gateway.context import Here
from gateway.problems import GatewayProblem
from gateway.routes.pages import front_door

router = APIRouter(include_in_schema=False)
INDEX = "index.html"
# Best first; the build wrote both beside every text file.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
# Addresses of the server's own: a mistyped one is an error, not a screen of the app.
SERVED_ELSEWHERE = frozenset({"api", "problems"})
PERMISSIONS = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), "
    "payment=(), usb=(), publickey-credentials-get=(self), clipboard-write=(self)"
)


@dataclass(frozen=True, slots=True)
class WebApp:
    """The files of one build, by the path they are asked for."""

    files: dict[str, Path]

    @classmethod
    def of(cls, folder: Path) -> "WebApp":
        """Read the names in a folder; what is hidden or made for the build's own use is left out."""
        found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        return cls({path.relative_to(folder).as_posix(): path for path in found})

    def answer(self, name: str, request: Request, headers: dict[str, str]) -> Response:
        """Return a file in the best encoding the client takes."""
        accepted = request.headers.get("accept-encoding", "")
        kind = "application/manifest+json" if name.endswith(".webmanifest") else mimetypes.guess_type(name)[0]
        headers |= {"Vary": "Accept-Encoding"}
        for encoding, suffix in ENCODINGS:
            if encoding in accepted and (twin := self.files.get(name + suffix)):
                return FileResponse(twin, media_type=kind, headers=headers | {"Content-Encoding": encoding})
        return FileResponse(self.files[name], media_type=kind, headers=headers)


@cache
def _built(folder: Path) -> WebApp:
    return WebApp.of(folder)


def policy(files_origin: str) -> str:
    """
    Return the app's content security policy (W3C CSP 3): our own files, and bytes of signed URLs.

    No inline script or style: what somebody smuggles into a page has nothing to run with.
    """
    elsewhere = f" {files_origin}" if files_origin else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; manifest-src 'self'; "
        f"worker-src 'self'; img-src 'self' blob:{elsewhere}; connect-src 'self'{elsewhere}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )


@router.get("/")
async def index(request: Request, here: Here) -> Response:
    """Open the app; without one, say what this server is."""
    if here.settings.web_dir is None:
        return await front_door(request)
    return _index(request, here, here.settings.web_dir)


@router.get("/{path:path}")
async def file(request: Request, here: Here, path: str) -> Response:
    """Return a file of the build, or the app itself for the addresses of its screens."""
    folder = here.settings.web_dir
    if folder is None or path.split("/", 1)[0] in SERVED_ELSEWHERE:
        raise GatewayProblem("not_found")
    app = _built(folder)
    if path in app.files and path != INDEX:
        return app.answer(path, request, {"Cache-Control": _freshness(path)})
    if path.startswith("assets/") or "text/html" not in request.headers.get("accept", ""):
        raise GatewayProblem("not_found")
    return _index(request, here, folder)


def _index(request: Request, here: Here, folder: Path) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy(here.settings.files_origin),
        "Permissions-Policy": PERMISSIONS,
    }
    return _built(folder).answer(INDEX, request, headers)


def _freshness(path: str) -> str:
    # Names under assets/ carry a digest of the content (Vite); the others keep their name and are asked for again.
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
