"""Drafts: sync as bytes, and a stream of what happens to an open page (docs/flows/sync-a-draft.md)."""

import asyncio
import base64
import struct
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from contracts.entries.calls import DraftFileList, GetDraftFile, ListDraftFiles, SyncDraft, WatchEntry
from contracts.entries.drafts import UPDATE_LIMIT_BYTES
from contracts.errors import FieldProblem, Invalid, NotFound, PaillasseError, TooLarge, Unavailable
from contracts.identifiers import EntryId, PersonId
from gateway.context import Visit, Visitor, gateway_of, json_answer
from gateway.problems import GatewayProblem
from gateway.watching import BEAT_SECONDS, Stream, Watchers

router = APIRouter(tags=["drafts"])
BYTES = "application/octet-stream"
VERSION: Final = 1
_MORE, _NOT_TAKEN = 1, 2


@router.post(
    "/entries/{entry}/sync",
    responses={200: {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}},
    openapi_extra={
        "requestBody": {"required": True, "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def sync(visit: Visitor, request: Request, entry: EntryId) -> Response:
    """Exchange what both sides of a page's draft lack; the layout is in docs/flows/sync-a-draft.md. Idempotent."""
    visit.gateway.sync_rates.take((visit.holder.person, entry))
    call = _read(entry, await request.body())
    if call.update:
        visit.demand_scope("write")
    state = await visit.ask(call)
    return Response(_write(state), media_type=BYTES, headers={"Cache-Control": "no-store"})


@router.get("/entries/{entry}/draft/files", responses={200: {"model": DraftFileList}})
async def draft_files(visit: Visitor, entry: EntryId) -> Response:
    """List what people sent for a page they write together: whoever saves a version names these uploads too."""
    return json_answer(await visit.ask(ListDraftFiles(entry=entry)))


@router.get("/entries/{entry}/draft/files/{name:path}", status_code=307)
async def draft_file(visit: Visitor, entry: EntryId, name: str) -> Response:
    """Redirect to a signed URL of the newest such file of this name, good for five minutes."""
    signed = await visit.ask(GetDraftFile(entry=entry, name=name))
    return RedirectResponse(signed["url"], status_code=307, headers={"Cache-Control": "no-store"})


@router.get("/entries/{entry}/events", responses={200: {"content": {"text/event-stream": {}}}})
async def events(visit: Visitor, request: Request, entry: EntryId) -> Response:
    """Stream what happens to an open page: somebody wrote, saved, commented; who else is here."""
    watchers = visit.gateway.watchers
    watchers.demand_room(visit.holder.person)
    seen = await visit.ask(WatchEntry(entry=entry))
    since = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    stream = Stream(entry, PersonId(seen["person"]), seen["name"], since)
    # nginx, where one stands before us, must not gather events into blocks.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _told(visit, request, watchers, stream), media_type="text/event-stream", headers=headers
    )  # fmt: skip


async def _told(visit: Visit, request: Request, watchers: Watchers, stream: Stream) -> AsyncIterator[bytes]:
    """Write events as they come; registered only once somebody reads, so that no stream is left behind."""
    every, checked = visit.gateway.settings.recheck_seconds, time.monotonic()
    with watchers.opened(stream):
        yield b"retry: 2000\n\n"
        while True:
            event, data = await _next(stream, seconds=min(BEAT_SECONDS, every))
            if time.monotonic() - checked >= every:
                checked = time.monotonic()
                if (reason := await _ended(visit, request, stream.entry)) is not None:
                    event, data = "closed", {"reason": reason}
            yield _event(event, data)
            if event == "closed":
                return


async def _next(stream: Stream, *, seconds: float) -> tuple[str, dict[str, Any]]:
    """Return the next event; after a while without one, an empty one that keeps the line open."""
    try:
        return await asyncio.wait_for(stream.waiting.get(), seconds)
    except TimeoutError:
        return "", {}


async def _ended(visit: Visit, request: Request, entry: EntryId) -> str | None:
    """Say why a stream must end: its session or its reader's right is over. A machine that is away ends nothing."""
    try:
        await gateway_of(request).holders.of(request)
        await visit.ask(WatchEntry(entry=entry))
    except NotFound:
        return "rights"
    except GatewayProblem as problem:
        return "session" if problem.problem == "unauthenticated" else None
    except (Unavailable, OSError):
        return None
    except PaillasseError:
        return "rights"
    return None


def _event(name: str, data: dict[str, Any]) -> bytes:
    """Write one event (HTML Living Standard §9.2.6); JSON has no line breaks. Without a name it is a comment."""
    if not name:
        return b": here\n\n"
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def _read(entry: EntryId, body: bytes) -> SyncDraft:
    """Read a request; Invalid when it is no such thing, TooLarge when its update is."""
    try:
        version, epoch, cursor = struct.unpack_from(">BII", body)
        state_vector, place = _bytes(body, 9)
        update, place = _bytes(body, place)
    except (struct.error, IndexError) as error:
        raise _wrong("ends too early") from error
    if version != VERSION or place != len(body):
        raise _wrong("another version, or bytes too many")
    if len(update) > UPDATE_LIMIT_BYTES or len(state_vector) > UPDATE_LIMIT_BYTES:
        large = FieldProblem("update", f"larger than {UPDATE_LIMIT_BYTES} bytes", "send it in parts, or attach a file")
        raise TooLarge(large, reason="update", limit_bytes=str(UPDATE_LIMIT_BYTES))
    return SyncDraft(
        entry=entry, epoch=epoch, cursor=cursor, state_vector=base64.b64encode(state_vector).decode(),
        update=base64.b64encode(update).decode(),
    )  # fmt: skip


def _bytes(body: bytes, place: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">I", body, place)
    end = place + 4 + length
    if end > len(body):
        raise IndexError
    return body[place + 4 : end], end


def _wrong(problem: str) -> Invalid:
    return Invalid(FieldProblem("body", problem, "see docs/flows/sync-a-draft.md"))


def _write(state: dict[str, Any]) -> bytes:
    flags = _MORE * state["more"] | _NOT_TAKEN * (not state["taken"])
    updates = [_sized(content) for content in state["updates"]]
    head = struct.pack(">BBII", VERSION, flags, state["epoch"], state["cursor"])
    return b"".join((head, _sized(state["state_vector"]), struct.pack(">I", len(updates)), *updates))


def _sized(packed: str) -> bytes:
    content = base64.b64decode(packed)
    return struct.pack(">I", len(content)) + content
