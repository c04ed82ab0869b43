"""Files: a plan of signed URLs; the bytes go straight to the store."""

from typing import Annotated

from fastapi import APIRouter, Body, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from contracts.identifiers import HoldId, Sha256, UploadId
from contracts.storage.calls import (
    Blob,
    CompleteUpload,
    CreateUpload,
    DiscardUpload,
    GetUpload,
    Hold,
    HoldList,
    LiftHold,
    ListHolds,
    PlaceHold,
    UploadPlan,
)
from gateway.context import Visitor, json_answer

router = APIRouter(tags=["files"])
# Joining the parts of a large file takes as long as reading it once.
COMPLETE_SECONDS = 60.0
Limit = Annotated[int, Query(ge=1, le=200)]


class Completion(BaseModel):
    """The digest the client computed, checked against what came."""

    sha256: Sha256 | None = None


@router.post("/uploads", status_code=201, responses={201: {"model": UploadPlan}})
async def create_upload(visit: Visitor, body: CreateUpload) -> Response:
    """Plan an upload: PUT each part to its URL, in any order, again if it broke."""
    plan = await visit.ask(body)
    return json_answer(plan, status=201, location=f"/api/v1/uploads/{plan['id']}")


@router.get("/uploads/{upload}", responses={200: {"model": UploadPlan}})
async def upload(visit: Visitor, upload: UploadId) -> Response:
    """Return the plan with the parts that are there and fresh URLs for the others."""
    return json_answer(await visit.ask(GetUpload(upload=upload)))


@router.post("/uploads/{upload}/complete", responses={200: {"model": Blob}})
async def complete_upload(
    visit: Visitor, upload: UploadId, body: Annotated[Completion, Body(default_factory=Completion)]
) -> Response:
    """Check the parts and keep the bytes durably."""
    call = CompleteUpload(upload=upload, sha256=body.sha256)
    return json_answer(await visit.ask(call, timeout_seconds=COMPLETE_SECONDS))


@router.delete("/uploads/{upload}", status_code=204)
async def discard_upload(visit: Visitor, upload: UploadId) -> Response:
    """Drop an upload nothing names yet."""
    await visit.ask(DiscardUpload(upload=upload))
    return Response(status_code=204)


class Lifting(BaseModel):
    """Why a hold ends."""

    reason: str = Field(min_length=1, max_length=1000)


@router.get("/holds", responses={200: {"model": HoldList}})
async def holds(visit: Visitor, cursor: str | None = None, limit: Limit = 50) -> Response:
    """List legal holds, newest first; for archivists."""
    return json_answer(await visit.ask(ListHolds(cursor=cursor, limit=limit)))


@router.post("/holds", status_code=201, responses={201: {"model": Hold}})
async def place_hold(visit: Visitor, body: PlaceHold) -> Response:
    """Keep everything of a unit, person or notebook until the hold is lifted; for archivists."""
    return json_answer(await visit.ask(body), status=201)


@router.post("/holds/{hold}/lift", responses={200: {"model": Hold}})
async def lift_hold(visit: Visitor, hold: HoldId, body: Lifting) -> Response:
    """End a hold; for archivists."""
    return json_answer(await visit.ask(LiftHold(hold=hold, reason=body.reason)))
