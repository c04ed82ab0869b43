"""Structures and people: who belongs where, and holds which role."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from contracts.entries.calls import (
    AddAffiliation,
    CreatePerson,
    CreateStructure,
    FindPeople,
    GetPeople,
    GetStructure,
    GiveRole,
    ListStructures,
    PeopleList,
    PersonDetail,
    PersonFields,
    RecordDeparture,
    RoleName,
    Structure,
    StructureList,
)
from contracts.identifiers import PersonId, StructureId
from gateway.context import Visitor, json_answer
from gateway.routes.identity import Invited, invite

router = APIRouter(tags=["people"])
Limit = Annotated[int, Query(ge=1, le=200)]


class NewPerson(BaseModel):
    """A person to add, where they belong, and whether to invite them to set a password."""

    person: PersonFields
    structure: StructureId
    invite: bool = False


class AffiliationFields(BaseModel):
    """A belonging to add; dates inclusive."""

    structure: StructureId
    from_date: date | None = None
    until_date: date | None = None


class RoleFields(AffiliationFields):
    """A role to give at a structure."""

    role: RoleName


@router.get("/structures", responses={200: {"model": StructureList}})
async def structures(
    visit: Visitor, parent: StructureId | None = None, cursor: str | None = None, limit: Limit = 50
) -> Response:
    """List structures, parents before children."""
    return json_answer(await visit.ask(ListStructures(parent=parent, cursor=cursor, limit=limit)))


@router.get("/structures/{structure}", responses={200: {"model": Structure}})
async def structure(visit: Visitor, structure: StructureId) -> Response:
    """Return one structure."""
    return json_answer(await visit.ask(GetStructure(structure=structure)))


@router.post("/structures", status_code=201, responses={201: {"model": Structure}})
async def create_structure(visit: Visitor, body: CreateStructure) -> Response:
    """Add a region, unit or team."""
    return json_answer(await visit.ask(body), status=201)


@router.get("/people", responses={200: {"model": PeopleList}})
async def people(
    visit: Visitor,
    q: Annotated[str, Query(max_length=200)] = "",
    ids: Annotated[list[PersonId], Query(max_length=200)] = [],  # noqa: B006 - FastAPI copies it
    cursor: str | None = None,
    limit: Limit = 50,
) -> Response:
    """Find people by the beginning of a name or mail; or name those with these ``ids``."""
    if ids:
        return json_answer(await visit.ask(GetPeople(ids=tuple(ids))))
    return json_answer(await visit.ask(FindPeople(q=q, cursor=cursor, limit=limit)))


@router.post("/people", status_code=201, responses={201: {"model": Invited}})
async def create_person(visit: Visitor, body: NewPerson) -> Response:
    """Add a person; with ``invite`` the answer holds a one-time link to hand to them."""
    person = await visit.ask(CreatePerson(person=body.person, structure=body.structure))
    answer: dict[str, Any] = {"person": person}
    if body.invite:
        answer["invitation_url"] = await invite(visit.gateway, PersonId(person["id"]), login=person["mail"])
    return json_answer(answer, status=201)


@router.post("/people/{person}/affiliations", status_code=201, responses={201: {"model": PersonDetail}})
async def add_affiliation(visit: Visitor, person: PersonId, body: AffiliationFields) -> Response:
    """Attach a person to a structure."""
    return json_answer(await visit.ask(AddAffiliation(person=person, **dict(body))), status=201)


@router.post("/people/{person}/roles", status_code=201, responses={201: {"model": PersonDetail}})
async def give_role(visit: Visitor, person: PersonId, body: RoleFields) -> Response:
    """Give a person a role at a structure."""
    return json_answer(await visit.ask(GiveRole(person=person, **dict(body))), status=201)


@router.post("/people/{person}/departure", responses={200: {"model": PersonDetail}})
async def record_departure(visit: Visitor, person: PersonId) -> Response:
    """
    Record that a person left: their account is closed, nothing is theirs to read any more, their pages stay.

    A repeat shuts what is left open.
    """
    left = await visit.ask(RecordDeparture(person=person))
    await visit.gateway.accounts.close(person, now=datetime.now(UTC))
    visit.gateway.holders.forget_person(person)
    return json_answer(left)
