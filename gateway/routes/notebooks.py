"""Notebooks: open, read, retitle, restrict, close, share; their pages in order."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from contracts.entries.calls import (
    ChangeNotebook,
    CloseNotebook,
    CreateEntry,
    EntryList,
    EntryState,
    EntryView,
    GetNotebook,
    GiveGrant,
    Grant,
    GrantList,
    ListEntries,
    ListGrants,
    ListNotebooks,
    Notebook,
    NotebookList,
    OpenNotebook,
    RevisionFields,
    RevokeGrant,
)
from contracts.identifiers import EntryId, GrantId, NotebookId, NotebookReference, PersonId, StructureId
from gateway.context import Visitor, if_match, json_answer
from gateway.routes.people import Limit

router = APIRouter(tags=["notebooks"])
IfMatch = Annotated[str | None, Header(alias="If-Match")]


class NotebookChange(BaseModel):
    """What to change of a notebook."""

    title: str | None = Field(default=None, min_length=1, max_length=500)
    restricted: bool | None = None


class NewEntry(BaseModel):
    """A page to create; ``entry`` is an id a client chose offline, ``first`` its first revision."""

    title: str = Field(min_length=1, max_length=500)
    entry: EntryId | None = None
    first: RevisionFields | None = None


class Contents(BaseModel):
    """Which pages of a notebook to list; ``q`` are words of the title, accents and case ignored."""

    state: tuple[EntryState, ...] = ()
    author: PersonId | None = None
    tag: str | None = Field(default=None, max_length=100)
    q: str = Field(default="", max_length=200)
    newest_first: bool = False


class GrantFields(BaseModel):
    """A share: with exactly one of ``person`` and ``structure``."""

    person: PersonId | None = None
    structure: StructureId | None = None
    level: Literal["reader", "commenter", "contributor"]
    until_date: date | None = None


def entry_etag(entry: dict[str, Any]) -> str:
    """Return an entry's ETag: head revision, then change number."""
    return f"{entry['head']}.{entry['change_number']}"


@router.get("/notebooks", responses={200: {"model": NotebookList}})
async def notebooks(
    visit: Visitor,
    structure: StructureId | None = None,
    reference: NotebookReference | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Response:
    """List the notebooks the reader may see, newest first; or the one with a reference."""
    if reference is not None:
        found = await visit.ask(GetNotebook(reference=reference))
        return json_answer({"items": [found], "next_cursor": None})
    return json_answer(await visit.ask(ListNotebooks(structure=structure, cursor=cursor, limit=limit)))


@router.post("/notebooks", status_code=201, responses={201: {"model": Notebook}})
async def open_notebook(visit: Visitor, body: OpenNotebook) -> Response:
    """Open a notebook; its number is the next of its unit and year."""
    made = await visit.ask(body)
    return json_answer(made, status=201, etag=str(made["version"]), location=f"/api/v1/notebooks/{made['id']}")


@router.get("/notebooks/{notebook}", responses={200: {"model": Notebook}})
async def notebook(visit: Visitor, notebook: NotebookId) -> Response:
    """Return one notebook."""
    found = await visit.ask(GetNotebook(notebook=notebook))
    return json_answer(found, etag=str(found["version"]))


@router.patch("/notebooks/{notebook}", responses={200: {"model": Notebook}})
async def change_notebook(
    visit: Visitor, notebook: NotebookId, body: NotebookChange, if_match_: IfMatch = None
) -> Response:
    """Retitle, restrict or open up a notebook."""
    changed = await visit.ask(ChangeNotebook(notebook=notebook, version=if_match(if_match_), **dict(body)))
    return json_answer(changed, etag=str(changed["version"]))


@router.post("/notebooks/{notebook}/close", responses={200: {"model": Notebook}})
async def close(visit: Visitor, notebook: NotebookId) -> Response:
    """Close a notebook: it takes no new page."""
    return json_answer(await visit.ask(CloseNotebook(notebook=notebook)))


@router.post("/notebooks/{notebook}/reopen", responses={200: {"model": Notebook}})
async def reopen(visit: Visitor, notebook: NotebookId) -> Response:
    """Open a closed notebook again."""
    return json_answer(await visit.ask(CloseNotebook(notebook=notebook, reopen=True)))


@router.get("/notebooks/{notebook}/entries", responses={200: {"model": EntryList}})
async def entries(
    visit: Visitor, notebook: NotebookId, sought: Annotated[Contents, Query()], cursor: str | None = None,
    limit: Limit = 50,
) -> Response:  # fmt: skip
    """List a notebook's pages in order of their number: its table of contents, or what of it is asked for."""
    call = ListEntries(notebook=notebook, cursor=cursor, limit=limit, **dict(sought))
    return json_answer(await visit.ask(call))


@router.post("/notebooks/{notebook}/entries", status_code=201, responses={201: {"model": EntryView}})
async def create_entry(visit: Visitor, notebook: NotebookId, body: NewEntry) -> Response:
    """Allocate the next page."""
    call = CreateEntry(notebook=notebook, entry=body.entry, title=body.title, first=body.first)
    made = await visit.ask(call)
    return json_answer(made, status=201, etag=entry_etag(made), location=f"/api/v1/entries/{made['id']}")


@router.get("/notebooks/{notebook}/grants", responses={200: {"model": GrantList}})
async def grants(visit: Visitor, notebook: NotebookId, cursor: str | None = None, limit: Limit = 50) -> Response:
    """List the shares of a notebook."""
    return json_answer(await visit.ask(ListGrants(notebook=notebook, cursor=cursor, limit=limit)))


@router.post("/notebooks/{notebook}/grants", status_code=201, responses={201: {"model": Grant}})
async def give_grant(visit: Visitor, notebook: NotebookId, body: GrantFields) -> Response:
    """Share a notebook until a date."""
    return json_answer(await visit.ask(GiveGrant(notebook=notebook, **dict(body))), status=201)


@router.delete("/grants/{grant}", status_code=204)
async def revoke_grant(visit: Visitor, grant: GrantId) -> Response:
    """End a share at once."""
    await visit.ask(RevokeGrant(grant=grant))
    return Response(status_code=204)
