"""Comments and tags of a page, what waits today, what changed between two revisions."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from contracts.entries.calls import (
    AddComment,
    ChangeTags,
    Comment,
    CommentFields,
    CommentList,
    CompareRevisions,
    Comparison,
    GetToday,
    ListComments,
    ResolveComment,
    SuggestTags,
    TagList,
    Today,
)
from contracts.identifiers import CommentId, EntryId, NotebookId, RevisionNumber
from gateway.context import Visitor, json_answer
from gateway.routes.people import Limit

router = APIRouter(tags=["remarks"])
Tag = Annotated[str, Path(min_length=1, max_length=100)]


class NewTags(BaseModel):
    """Tags to add; those that are there already change nothing."""

    items: tuple[str, ...] = Field(min_length=1, max_length=50)


@router.get("/me/today", responses={200: {"model": Today}})
async def today(visit: Visitor, limit: Annotated[int, Query(ge=1, le=50)] = 10) -> Response:
    """Return drafts with unsaved text, pages returned to me, and pages I wrote lately; to sign: `/signing/inbox`."""
    return json_answer(await visit.ask(GetToday(limit=limit)))


@router.get("/entries/{entry}/comments", responses={200: {"model": CommentList}})
async def comments(visit: Visitor, entry: EntryId, cursor: str | None = None, limit: Limit = 200) -> Response:
    """List a page's comments, oldest first; a thread is named by its first comment."""
    return json_answer(await visit.ask(ListComments(entry=entry, cursor=cursor, limit=limit)))


@router.post("/entries/{entry}/comments", status_code=201, responses={201: {"model": Comment}})
async def add_comment(visit: Visitor, entry: EntryId, body: CommentFields) -> Response:
    """Comment on a page; who is mentioned, and who has a part in the thread, is told."""
    return json_answer(await visit.ask(AddComment(entry=entry, comment=body)), status=201)


@router.post("/entries/{entry}/comments/{comment}/resolve", responses={200: {"model": Comment}})
async def resolve(visit: Visitor, entry: EntryId, comment: CommentId) -> Response:
    """Resolve a thread."""
    return json_answer(await visit.ask(ResolveComment(entry=entry, comment=comment)))


@router.post("/entries/{entry}/comments/{comment}/reopen", responses={200: {"model": Comment}})
async def reopen(visit: Visitor, entry: EntryId, comment: CommentId) -> Response:
    """Open a thread again."""
    return json_answer(await visit.ask(ResolveComment(entry=entry, comment=comment, reopen=True)))


@router.post("/entries/{entry}/tags", responses={200: {"model": TagList}})
async def add_tags(visit: Visitor, entry: EntryId, body: NewTags) -> Response:
    """Add tags to a page."""
    return json_answer(await visit.ask(ChangeTags(entry=entry, add=body.items)))


@router.delete("/entries/{entry}/tags/{tag}", responses={200: {"model": TagList}})
async def remove_tag(visit: Visitor, entry: EntryId, tag: Tag) -> Response:
    """Remove a tag from a page."""
    return json_answer(await visit.ask(ChangeTags(entry=entry, remove=(tag,))))


@router.get("/notebooks/{notebook}/tags", responses={200: {"model": TagList}})
async def suggest_tags(visit: Visitor, notebook: NotebookId, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Return tags used in this notebook, then in its unit, that begin with the words."""
    return json_answer(await visit.ask(SuggestTags(notebook=notebook, q=q)))


@router.get("/entries/{entry}/compare", responses={200: {"model": Comparison}})
async def compare(
    visit: Visitor,
    entry: EntryId,
    before: Annotated[RevisionNumber, Query(alias="from", ge=1)],
    after: Annotated[RevisionNumber, Query(alias="to", ge=1)],
) -> Response:
    """Compare two revisions of a page, block by block and word by word."""
    return json_answer(await visit.ask(CompareRevisions(entry=entry, from_revision=before, to_revision=after)))
