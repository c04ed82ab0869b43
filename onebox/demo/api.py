"""Speak to the gateway as a person would: sign in, ask, upload, wait."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

# Every call has a deadline; the gateway's own is shorter, so that its answer comes first.
TIMEOUT = httpx.Timeout(75.0, connect=5.0)
COOKIE = "__Host-sid"
POLL_SECONDS = 0.05
CHUNK_BYTES = 1024 * 1024
RETRIED_STATUSES = {502, 503, 504}
LONGEST_RETRY_SECONDS = 60.0


class Refused(Exception):
    """The gateway answered with a problem (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"{status} {problem.get('title', '')} {problem.get('errors') or problem.get('detail') or ''}")


@dataclass(slots=True)
class Person:
    """
    One signed-in person.

    The session cookie is set by hand: it is always Secure, and only browsers take http://localhost as such.
    """

    http: httpx.AsyncClient
    id: str = ""
    cookie: str = ""
    password: str = ""

    @classmethod
    async def sign_in(cls, http: httpx.AsyncClient, *, login: str, password: str) -> Self:
        """Open a session with login and password."""
        person = cls(http, password=password)
        answer = await person.request("POST", "/auth/local", json={"login": login, "password": password})
        person._remember(answer)
        return person

    @classmethod
    async def accept(cls, http: httpx.AsyncClient, *, invitation_url: str, password: str) -> Self:
        """Use an invitation: set the first password and open a session."""
        person = cls(http, password=password)
        secret = invitation_url.rsplit("/", 1)[1]
        answer = await person.request("POST", f"/auth/invitations/{secret}", json={"password": password})
        person._remember(answer)
        return person

    def _remember(self, answer: httpx.Response) -> None:
        self.cookie = answer.cookies[COOKIE]
        self.id = answer.json()["person"]
        # Kept out of the shared jar: each person has their own.
        self.http.cookies.clear()

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """
        Send one request; a write carries an idempotency key and is repeated while the answer is lost.

        Raises:
            Refused: the gateway answered with a problem that a repeat would not mend.

        """
        headers = dict(options.pop("headers", {}))
        if self.cookie:
            headers["Cookie"] = f"{COOKIE}={self.cookie}"
        if method != "GET":
            headers.setdefault("Idempotency-Key", uuid4().hex)
        deadline = time.monotonic() + LONGEST_RETRY_SECONDS
        while True:
            try:
                answer = await self.http.request(method, f"/api/v1{path}", headers=headers, **options)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code not in RETRIED_STATUSES or time.monotonic() > deadline:
                    return _checked(answer)
            await asyncio.sleep(POLL_SECONDS * 4)

    async def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a GET."""
        return (await self.request("GET", path, params=params)).json()

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Return the JSON of a POST."""
        answer = await self.request("POST", path, json={} if body is None else body, headers=headers)
        return answer.json() if answer.content else None

    async def upload(self, file: Path, *, media_type: str) -> dict[str, Any]:
        """Send a file part by part to the store's own door, again where it broke; return the blob."""
        digest = await asyncio.to_thread(_sha256, file)
        fields = {"name": file.name, "media_type": media_type, "size_bytes": file.stat().st_size}
        plan = await self.post("/uploads", fields)
        await _until_done(lambda: self._send_missing(plan["id"], file))
        blob: dict[str, Any] = await self.post(f"/uploads/{plan['id']}/complete", {"sha256": digest})
        return blob

    async def _send_missing(self, upload: str, file: Path) -> None:
        plan = await self.get(f"/uploads/{upload}")
        for part in plan["parts"]:
            if not part["received"]:
                headers = {"Content-Length": str(part["size_bytes"]), **part["headers"]}
                _checked(await self.http.put(part["url"], content=_part_of(file, part), headers=headers))

    async def download(self, path: str, to: Path, *, deadline_seconds: float = 60.0) -> int:
        """Follow the redirect to a signed URL and write the bytes; wait while the answer is 202."""
        deadline = time.monotonic() + deadline_seconds
        while True:
            answer = await self.request("GET", path)
            if answer.status_code != httpx.codes.ACCEPTED:
                break
            if time.monotonic() > deadline:
                raise TimeoutError(path)
            await asyncio.sleep(POLL_SECONDS)
        await _until_done(lambda: self._fetch(answer.headers["location"], to))
        return to.stat().st_size

    async def _fetch(self, url: str, to: Path) -> None:
        async with self.http.stream("GET", url) as stream:
            if stream.status_code != httpx.codes.OK:
                await stream.aread()
            _checked(stream)
            with to.open("wb") as sink:
                async for piece in stream.aiter_bytes(CHUNK_BYTES):
                    sink.write(piece)

    async def wait_for(
        self, path: str, until: Callable[[Any], bool], *, deadline_seconds: float = 60.0, **params: Any
    ) -> Any:
        """Ask again until the answer satisfies ``until``; TimeoutError after the deadline."""
        deadline = time.monotonic() + deadline_seconds
        while True:
            found = await self.get(path, **params)
            if until(found):
                return found
            if time.monotonic() > deadline:
                message = f"{path}: not so after {deadline_seconds:g} s"
                raise TimeoutError(message)
            await asyncio.sleep(POLL_SECONDS)


def client(base_url: str) -> httpx.AsyncClient:
    """Return the one connection pool all people of a demo share."""
    return httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT, headers={"Accept-Language": "en"})


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


async def _until_done(attempt: Callable[[], Awaitable[None]]) -> None:
    deadline = time.monotonic() + LONGEST_RETRY_SECONDS
    while True:
        try:
            return await attempt()
        except (httpx.TransportError, Refused) as error:
            lost = isinstance(error, httpx.TransportError) or error.status in RETRIED_STATUSES
            if not lost or time.monotonic() > deadline:
                raise
        await asyncio.sleep(POLL_SECONDS * 4)


async def _part_of(file: Path, part: dict[str, Any]) -> AsyncIterator[bytes]:
    with file.open("rb") as source:
        source.seek(part["offset"])
        left = part["size_bytes"]
        while left:
            piece = source.read(min(left, CHUNK_BYTES))
            left -= len(piece)
            yield piece


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.status_code < httpx.codes.BAD_REQUEST:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = {"title": answer.reason_phrase}
    raise Refused(answer.status_code, problem)
