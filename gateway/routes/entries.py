"""Entries: read a page, save a revision, strike out, share, fetch an attachment."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from contracts.entries.calls import (
    AppendRevision,
    EntryView,
    GetAttachment,
    GetAttachmentText,
    GetEntry,
    GetRevision,
    GiveGrant,
    Grant,
    GrantList,
    ListGrants,
    ListRevisions,
    RevisionFields,
    RevisionList,
    RevisionView,
    StrikeOut,
)
from contracts.errors import NotFound
from contracts.identifiers import EntryId, EntryReference, RevisionNumber
from contracts.storage.calls import FileText
from gateway.context import Visitor, if_match, json_answer
from gateway.routes.notebooks import GrantFields, IfMatch, entry_etag
from gateway.routes.people import Limit

router = APIRouter(tags=["entries"])
# A million characters cross two houses.
TEXT_SECONDS = 10.0
PreviewKind = Literal["thumbnail", "page-1", "page-2", "page-3", "table"]


class Reason(BaseModel):
    """Why it is done; kept for ever."""

    reason: str = Field(min_length=1, max_length=2000)


@router.get("/entries", responses={200: {"model": EntryView}})
async def entry_by_reference(visit: Visitor, reference: EntryReference) -> Response:
    """Return the page with a printed reference, such as U1234-2026-007/37."""
    found = await visit.ask(GetEntry(reference=reference))
    return json_answer(found, etag=entry_etag(found))


@router.get("/entries/{entry}", responses={200: {"model": EntryView}})
async def entry(visit: Visitor, entry: EntryId) -> Response:
    """Return a page with its newest revision; its ETag is what the next save must name."""
    found = await visit.ask(GetEntry(entry=entry))
    return json_answer(found, etag=entry_etag(found))


@router.get("/entries/{entry}/revisions", responses={200: {"model": RevisionList}})
async def revisions(visit: Visitor, entry: EntryId, cursor: str | None = None, limit: Limit = 50) -> Response:
    """List a page's revisions, newest first."""
    return json_answer(await visit.ask(ListRevisions(entry=entry, cursor=cursor, limit=limit)))


@router.post("/entries/{entry}/revisions", status_code=201, responses={201: {"model": RevisionView}})
async def append_revision(visit: Visitor, entry: EntryId, body: RevisionFields, if_match_: IfMatch = None) -> Response:
    """Save a new revision; 412 when another one came first."""
    call = AppendRevision(entry=entry, expected_head=if_match(if_match_), revision=body)
    made = await visit.ask(call)
    location = f"/api/v1/entries/{entry}/revisions/{made['number']}"
    return json_answer(made, status=201, etag=str(made["number"]), location=location)


@router.get("/entries/{entry}/revisions/{number}", responses={200: {"model": RevisionView}})
async def revision(visit: Visitor, entry: EntryId, number: RevisionNumber) -> Response:
    """Return one revision whole."""
    return json_answer(await visit.ask(GetRevision(entry=entry, number=number)))


# Before the route of the files themselves, whose names may hold slashes.
@router.get("/entries/{entry}/revisions/{number}/attachments/{name:path}/text", responses={200: {"model": FileText}})
async def attachment_text(
    visit: Visitor, entry: EntryId, number: RevisionNumber, name: str, places: bool = True
) -> Response:
    """Return what is written in a file, by page, cell, slide or line, or without ``places``; 202 while it is read."""
    call = GetAttachmentText(entry=entry, number=number, name=name, with_places=places)
    try:
        found = await visit.ask(call, timeout_seconds=TEXT_SECONDS)
    except NotFound:
        # A file may itself bear that name, in a folder of its own.
        return await attachment(visit, entry, number, f"{name}/text")
    return json_answer(found, status=202 if found["status"] == "pending" else 200)


@router.get("/entries/{entry}/revisions/{number}/attachments/{name:path}/preview", status_code=307)
async def attachment_preview(
    visit: Visitor, entry: EntryId, number: RevisionNumber, name: str, kind: PreviewKind = "thumbnail"
) -> Response:
    """Redirect to a signed URL of a picture (PNG) or table (JSON) made from a file, good for five minutes."""
    try:
        signed = await visit.ask(GetAttachment(entry=entry, number=number, name=name, preview=kind))
    except NotFound:
        return await attachment(visit, entry, number, f"{name}/preview")
    return RedirectResponse(signed["url"], status_code=307, headers={"Cache-Control": "no-store"})


@router.get("/entries/{entry}/revisions/{number}/attachments/{name:path}", status_code=307)
async def attachment(visit: Visitor, entry: EntryId, number: RevisionNumber, name: str) -> Response:
    """Redirect to a signed URL of the file, good for five minutes."""
    signed = await visit.ask(GetAttachment(entry=entry, number=number, name=name))
    return RedirectResponse(signed["url"], status_code=307, headers={"Cache-Control": "no-store"})


@router.post("/entries/{entry}/strike-out", responses={200: {"model": EntryView}})
async def strike_out(visit: Visitor, entry: EntryId, body: Reason) -> Response:
    """Strike a page out with a reason: it stays in the sequence."""
    return json_answer(await visit.ask(StrikeOut(entry=entry, reason=body.reason)))


@router.get("/entries/{entry}/grants", responses={200: {"model": GrantList}})
async def grants(visit: Visitor, entry: EntryId, cursor: str | None = None, limit: Limit = 50) -> Response:
    """List the shares of a page."""
    return json_answer(await visit.ask(ListGrants(entry=entry, cursor=cursor, limit=limit)))


@router.post("/entries/{entry}/grants", status_code=201, responses={201: {"model": Grant}})
async def give_grant(visit: Visitor, entry: EntryId, body: GrantFields) -> Response:
    """Share a page until a date."""
    return json_answer(await visit.ask(GiveGrant(entry=entry, **dict(body))), status=201)
