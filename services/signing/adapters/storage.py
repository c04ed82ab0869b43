"""Ask the house of storage; bytes travel by signed URLs, never over the bus."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.error import URLError
from urllib.request import Request, urlopen

from chassis.bus.client import BusClient
from contracts.errors import Unavailable
from contracts.identifiers import Sha256
from contracts.storage import calls

_CHUNK_BYTES = 1 << 20


class BusStorage:
    """Speak to storage over the bus and to its door over HTTP."""

    def __init__(self, bus: BusClient, *, timeout_seconds: float) -> None:
        self._bus = bus
        self._timeout_seconds = timeout_seconds

    @contextmanager
    def read(self, sha256: Sha256, *, name: str) -> Iterator[Iterator[bytes]]:
        """Stream a blob from the door."""
        url = self.download_url(sha256, name=name, media_type="application/octet-stream")
        try:
            with urlopen(Request(url), timeout=self._timeout_seconds) as reply:  # noqa: S310 - a URL storage signed
                yield iter(lambda: reply.read(_CHUNK_BYTES), b"")
        except (URLError, TimeoutError) as error:
            raise Unavailable(what="storage_door") from error

    def keep(self, file: Path, *, name: str, media_type: str, sha256: Sha256) -> None:
        """Upload a file by the plan storage gives, then have it checked."""
        plan = cast(
            "calls.UploadPlan",
            self._bus.call(
                calls.CreateUpload(
                    name=name,
                    media_type=media_type,
                    size_bytes=file.stat().st_size,
                    sha256=sha256,
                    purpose="evidence",
                ),
                timeout_seconds=self._timeout_seconds,
            ),
        )
        with file.open("rb") as stream:
            for part in plan.parts:
                stream.seek(part.offset)
                self._put(part, stream.read(part.size_bytes))
        call = calls.CompleteUpload(upload=plan.id, sha256=sha256)
        self._bus.call(call, timeout_seconds=self._timeout_seconds)

    def _put(self, part: calls.UploadPart, content: bytes) -> None:
        headers = {"Content-Type": "application/octet-stream", **part.headers}
        request = Request(part.url, data=content, headers=headers, method="PUT")  # noqa: S310 - a URL storage signed
        try:
            with urlopen(request, timeout=self._timeout_seconds):  # noqa: S310 - as above
                return
        except (URLError, TimeoutError) as error:
            raise Unavailable(what="storage_door") from error

    def download_url(self, sha256: Sha256, *, name: str, media_type: str) -> str:
        """Return a short-lived URL."""
        call = calls.IssueDownloadUrl(sha256=sha256, name=name, media_type=media_type)
        reply = self._bus.call(call, timeout_seconds=self._timeout_seconds)
        return cast("calls.SignedUrl", reply).url
