"""Verify an evidence file in public: no account, no script, and nothing kept."""

import asyncio
from itertools import groupby
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from contracts.errors import Overloaded
from gateway.context import Gateway, Here
from gateway.pages.languages import language_of
from gateway.pages.rendering import messages, page, spoken_time
from gateway.pages.verification import NoVerdict
from gateway.problems import GatewayProblem

router = APIRouter(include_in_schema=False)
ANCHORS = ("root.pem", "tsa.pem", "crls.pem", "log.vkey")
SCRIPT = Path(__file__).parents[2] / "verifier" / "standalone" / "verify.sh"
_STATUS = {
    "none": 422, "unreadable": 400, "too_large": 413, "busy": 503, "no_verdict": 422, "cross_site": 403,
}  # fmt: skip


class _Refused(Exception):
    """The upload cannot be judged; ``reason`` names the sentence of the catalogue."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@router.get("/verify")
async def verify_page(request: Request, here: Here) -> Response:
    """Show the form."""
    return page("verify.html", request, error=None, **_surroundings(request, here))


@router.post("/verify")
async def verify(request: Request, here: Here) -> Response:
    """Judge the file sent and say the verdict in words."""
    try:
        name, report = await _judged(request, here)
    except _Refused as refused:
        answer = page(
            "verify.html", request, status=_STATUS[refused.reason], error=refused.reason, **_surroundings(request, here)
        )
        if refused.reason == "busy":
            answer.headers["Retry-After"] = "10"
        return answer
    return page(
        "verdict.html", request, file_name=name, report=report, authorities=_authorities(request, report),
        **_surroundings(request, here),
    )  # fmt: skip


async def _judged(request: Request, here: Gateway) -> tuple[str, dict[str, Any]]:
    _refuse_early(request, here)
    try:
        async with asyncio.timeout(here.settings.evidence_upload_seconds):
            form = await request.form(max_files=1, max_fields=5)
    except (HTTPException, ClientDisconnect, TimeoutError) as error:
        raise _Refused("unreadable") from error
    try:
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.size:
            raise _Refused("none")
        # A file without a name on disk: it is gone when closed, whatever happens to this process.
        sent.file.rollover()  # type: ignore[attr-defined]  # starlette types SpooledTemporaryFile as BinaryIO
        await sent.seek(0)
        return sent.filename or "", await here.verifier.judge(sent.file, language_of(request))
    except NoVerdict as error:
        raise _Refused("no_verdict") from error
    except Overloaded as error:
        raise _Refused("busy") from error
    finally:
        await form.close()


def _refuse_early(request: Request, here: Gateway) -> None:
    try:
        here.holders.refuse_cross_site(request)
    except GatewayProblem as problem:
        raise _Refused("cross_site") from problem
    declared = request.headers.get("content-length", "")
    if not declared.isdigit():
        raise _Refused("unreadable")
    if int(declared) > here.settings.evidence_limit_bytes:
        raise _Refused("too_large")
    if here.verifier.gate.locked():
        raise _Refused("busy")


def _surroundings(request: Request, here: Gateway) -> dict[str, Any]:
    unit = "Mo" if language_of(request) == "fr" else "MB"
    found = [name for name in ANCHORS if _anchor(here, name) is not None]
    return {"anchors": found, "limit": f"{here.settings.evidence_limit_bytes // 1_000_000} {unit}"}


def _authorities(request: Request, report: dict[str, Any]) -> list[str]:
    language = language_of(request)
    sentence = messages(language)["verify"]["authority"]
    stamps = sorted(report["times"], key=lambda one: (one["authority"], one["at"]))
    said = []
    for name, group in groupby(stamps, key=lambda one: one["authority"]):
        times = [one["at"] for one in group]
        first, last = spoken_time(times[0], language), spoken_time(times[-1], language)
        said.append(sentence.format(name=name, count=len(times), first=first, last=last))
    return said


@router.get("/verify/verify.sh")
async def script() -> Response:
    """Return the published script: the one inside a file proves nothing against whoever made the file."""
    return FileResponse(SCRIPT, media_type="text/x-shellscript", filename="verify.sh")


@router.get("/verify/trust/{name}")
async def anchor(here: Here, name: str) -> Response:
    """Return a trust anchor of this installation."""
    found = _anchor(here, name)
    if found is None:
        raise GatewayProblem("not_found")
    return FileResponse(found, media_type="application/octet-stream", filename=name)


def _anchor(here: Gateway, name: str) -> Path | None:
    folder = here.settings.trust_dir
    if folder is None or name not in ANCHORS:
        return None
    path = folder / name
    return path if path.is_file() else None
