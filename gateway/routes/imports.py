"""Imports: an uploaded .eln archive becomes numbered pages."""

from fastapi import APIRouter
from fastapi.responses import Response

from contracts.entries.calls import GetImport, ImportView, StartImport
from contracts.identifiers import ImportId
from gateway.context import Visitor, json_answer

router = APIRouter(tags=["import"])


@router.post("/imports", status_code=202, responses={202: {"model": ImportView}})
async def start_import(visit: Visitor, body: StartImport) -> Response:
    """Start importing; poll the Location for progress and the report."""
    started = await visit.ask(body)
    return json_answer(started, status=202, location=f"/api/v1/imports/{started['id']}")


@router.get("/imports/{import_id}", responses={200: {"model": ImportView}})
async def get_import(visit: Visitor, import_id: ImportId) -> Response:
    """Return an import's progress and report."""
    return json_answer(await visit.ask(GetImport(id=import_id)))
