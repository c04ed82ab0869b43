"""Search, and the notices a person has."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from contracts.entries.calls import EntryState
from contracts.errors import Invalid
from contracts.identifiers import NotebookId, NoticeId, PersonId, StructureId
from contracts.notify.calls import ListNotices, NoticeList, ReadNotices
from contracts.search.calls import Facet, FindEntries, Found
from gateway.context import Visitor, json_answer
from gateway.problems import QueryInvalid
from gateway.routes.people import Limit

router = APIRouter(tags=["search", "notices"])


class Filters(BaseModel):
    """What to look for, where, and how to sort it."""

    q: str = Field(default="", max_length=2000)
    notebook: NotebookId | None = None
    unit: StructureId | None = None
    team: StructureId | None = None
    author: PersonId | None = None
    state: EntryState | None = None
    tag: str | None = Field(default=None, max_length=200)
    file_type: str | None = Field(default=None, max_length=20)
    year_month: str | None = Field(default=None, pattern=r"^\d{4}-\d\d$")
    sort: Literal["relevance", "newest"] = "relevance"
    facets: list[Facet] = Field(default=[], max_length=8)
    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=200)


class Read(BaseModel):
    """The notices that were read."""

    ids: tuple[NoticeId, ...] = Field(min_length=1, max_length=200)


@router.get("/search", responses={200: {"model": Found}})
async def search(visit: Visitor, filters: Annotated[Filters, Query()]) -> Response:
    """Find pages the reader may read; counts and facets never betray any other."""
    call = FindEntries(**dict(filters) | {"facets": tuple(filters.facets)})
    try:
        return json_answer(await visit.ask(call))
    except Invalid as error:
        raise QueryInvalid(*error.fields, **error.detail) from error


@router.get("/notices", responses={200: {"model": NoticeList}})
async def notices(
    visit: Visitor,
    unread_only: bool = False,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Response:
    """List the reader's notices, newest first."""
    return json_answer(await visit.ask(ListNotices(unread_only=unread_only, cursor=cursor, limit=limit)))


@router.post("/notices/read", status_code=204)
async def read_notices(visit: Visitor, body: Read) -> Response:
    """Mark notices as read."""
    await visit.ask(ReadNotices(ids=body.ids))
    return Response(status_code=204)
