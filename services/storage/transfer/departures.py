"""Let the bytes of one blob out."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.storage.domain.claims import BlobClaim
from services.storage.domain.reading import Preview
from services.storage.use_cases.open_blob import OpenBlob

# RFC 9110 §14.1.2, one range; anything else is ignored, as §14.2 allows.
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Range:
    """``size_bytes`` from ``start``."""

    start: int
    size_bytes: int


class Departures:
    """Send blobs, whole or one range, in constant memory."""

    def __init__(self, open_blob: OpenBlob, threads: Executor) -> None:
        self._open = open_blob
        self._threads = threads

    async def get(self, request: Request, claim: BlobClaim) -> Response:
        """Answer a GET or HEAD: 200, 206, 304 or 416 (RFC 9110 §13, §14)."""
        loop = asyncio.get_running_loop()
        read = await loop.run_in_executor(self._threads, partial(self._open, claim.sha256, claim.size_bytes))
        headers = _headers(claim)
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        part = _wanted(request, claim, headers["ETag"])
        if part is not None and part.size_bytes <= 0:
            headers["Content-Range"] = f"bytes */{claim.size_bytes}"
            return Response(status_code=416, headers=headers)
        status = 200 if part is None else 206
        span = part or Range(0, claim.size_bytes)
        if part is not None:
            headers["Content-Range"] = f"bytes {span.start}-{span.start + span.size_bytes - 1}/{claim.size_bytes}"
        headers["Content-Length"] = str(span.size_bytes)
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        return StreamingResponse(self._stream(read(span.start, span.size_bytes)), status_code=status, headers=headers)

    async def _stream(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Read in threads: a cold disk must not stop the loop."""
        loop = asyncio.get_running_loop()
        while (piece := await loop.run_in_executor(self._threads, partial(next, pieces, None))) is not None:
            yield piece


def show_preview(preview: Preview) -> Response:
    """Answer with a picture or table that we made ourselves: the browser may show it."""
    headers = {
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=300",
        "Referrer-Policy": "no-referrer",
    }
    return Response(preview.content, media_type=preview.media_type, headers=headers)


def _headers(claim: BlobClaim) -> dict[str, str]:
    """
    Return what every answer about a blob carries.

    A file of a user is never shown by the browser itself: HTML or SVG in it would run in somebody's name.
    """
    return {
        "ETag": f'"{claim.sha256}"',
        "Accept-Ranges": "bytes",
        "Content-Type": claim.media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(claim.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
    }


def _wanted(request: Request, claim: BlobClaim, etag: str) -> Range | None:
    """Return the range asked for, None for the whole, an empty range when it lies outside."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or asked.groups() == ("", "") or request.headers.get("if-range", etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        size_bytes = min(int(last), claim.size_bytes)
        return Range(claim.size_bytes - size_bytes, size_bytes)
    start = int(first)
    end = min(int(last), claim.size_bytes - 1) if last else claim.size_bytes - 1
    if last and int(last) < start:
        return None
    return Range(start, end - start + 1)
