"""Signing: circuits, the inbox, ceremonies with step-up, receipts, evidence files, the public log."""

import base64
import time
from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import Ceremony as Proof
from contracts.identifiers import CeremonyId, EntryId, PersonId, ReceiptId, RevisionNumber, StepId
from contracts.signing.calls import (
    Ceremony,
    Circuit,
    CompleteCeremony,
    Evidence,
    GetCircuit,
    GetEvidence,
    GetLogFile,
    GetReceipt,
    InboxList,
    ListInbox,
    OpenCeremony,
    ReassignStep,
    Receipt,
    ReceiptList,
    ReturnStep,
    StageFields,
    StartCircuit,
)
from gateway.context import Visit, Visitor, ask_as_nobody, json_answer
from gateway.identity.step_up import prove_code, prove_password
from gateway.problems import GatewayProblem
from gateway.routes.authenticators import Method
from gateway.routes.entries import Reason
from gateway.routes.people import Limit
from gateway.store.sessions import OpenCeremony as Remembered

router = APIRouter(tags=["signing"])
Language = Literal["fr", "en"]
# A ceremony of a hundred statements, each with two time-stamps.
COMPLETE_SECONDS = 60.0


class NewCircuit(BaseModel):
    """Who signs, in which order; ``revision`` guards against signing another than the one seen."""

    revision: RevisionNumber | None = None
    stages: tuple[StageFields, ...] = Field(min_length=1, max_length=20)


class StepsToSign(BaseModel):
    """The steps of one ceremony."""

    steps: tuple[StepId, ...] = Field(min_length=1, max_length=100)
    locale: Language = "fr"
    # How identity will be proven: the statements say it, so it is chosen before they are made.
    method: Method = "password"


class IdentityProof(BaseModel):
    """The factor that proves identity again: ``password``, or the ``code`` of an authenticator app."""

    method: Method
    password: str = Field(default="", max_length=1024)
    code: str = Field(default="", max_length=12)


class Reassignment(Reason):
    """Whom the step passes to, and why."""

    person: PersonId


@router.get("/entries/{entry}/circuit", responses={200: {"model": Circuit}})
async def circuit(visit: Visitor, entry: EntryId) -> Response:
    """Return a page's newest circuit."""
    return json_answer(await visit.ask(GetCircuit(entry=entry)))


@router.post("/entries/{entry}/circuit", status_code=201, responses={201: {"model": Circuit}})
async def start_circuit(visit: Visitor, entry: EntryId, body: NewCircuit) -> Response:
    """Freeze the newest revision and ask its signers, in order."""
    call = StartCircuit(entry=entry, revision=body.revision, stages=body.stages)
    return json_answer(await visit.ask(call, timeout_seconds=20.0), status=201)


@router.get("/signing/inbox", responses={200: {"model": InboxList}})
async def inbox(visit: Visitor, locale: Language = "fr", cursor: str | None = None, limit: Limit = 50) -> Response:
    """List what the reader is asked to sign now."""
    return json_answer(await visit.ask(ListInbox(locale=locale, cursor=cursor, limit=limit)))


@router.post("/signing/ceremonies", status_code=201, responses={201: {"model": Ceremony}})
async def open_ceremony(visit: Visitor, body: StepsToSign) -> Response:
    """Build the statements to sign and return one challenge over all of them."""
    if visit.holder.session is None:
        raise GatewayProblem("forbidden", reason="needs_a_session")
    opened = await visit.ask(OpenCeremony(steps=body.steps, locale=body.locale, proof_method=body.method))
    remembered = Remembered(CeremonyId(opened["id"]), visit.holder.person, visit.holder.session, opened["challenge"])
    until = datetime.fromisoformat(opened["expires_at"])
    await visit.gateway.sessions.remember_ceremony(remembered, until=until)
    return json_answer(opened, status=201)


@router.post("/signing/ceremonies/{ceremony}/complete", responses={200: {"model": ReceiptList}})
async def complete_ceremony(request: Request, visit: Visitor, ceremony: CeremonyId, body: IdentityProof) -> Response:
    """Prove identity again and sign; a repeat returns the same receipts."""
    opened = await visit.gateway.sessions.ceremony(ceremony, visit.holder, now=datetime.now(UTC))
    if opened is None:
        raise GatewayProblem("not_found", reason="ceremony_expired_or_of_another_session")
    credential = await _step_up(visit, body, address=request.client.host if request.client else "")
    proof = Proof(ceremony, body.method, credential, int(time.time()), opened.challenge)
    call = CompleteCeremony(ceremony=ceremony)
    return json_answer(await visit.ask(call, ceremony=proof, timeout_seconds=COMPLETE_SECONDS))


async def _step_up(visit: Visit, proof: IdentityProof, *, address: str) -> str:
    given = proof.password if proof.method == "password" else proof.code
    if not given:
        name = "password" if proof.method == "password" else "code"
        raise Invalid(FieldProblem(name, "missing", f"the method {proof.method} needs it"))
    if proof.method == "totp":
        return f"totp:{await prove_code(visit, given)}"
    return f"local:{(await prove_password(visit, given, address=address)).person}"


@router.post("/signing/steps/{step}/return", responses={200: {"model": Circuit}})
async def return_step(visit: Visitor, step: StepId, body: Reason) -> Response:
    """Refuse to sign, with a reason."""
    return json_answer(await visit.ask(ReturnStep(step=step, reason=body.reason)))


@router.post("/signing/steps/{step}/reassign", responses={200: {"model": Circuit}})
async def reassign_step(visit: Visitor, step: StepId, body: Reassignment) -> Response:
    """Hand a step to another person."""
    return json_answer(await visit.ask(ReassignStep(step=step, person=body.person, reason=body.reason)))


@router.get("/entries/{entry}/evidence", status_code=307, responses={202: {"model": Evidence}})
async def evidence(visit: Visitor, entry: EntryId) -> Response:
    """Redirect to the evidence file; 202 with Retry-After while it is being made."""
    found = await visit.ask(GetEvidence(entry=entry))
    if not found["ready"]:
        answer = json_answer(found, status=202)
        answer.headers["Retry-After"] = str(found["retry_after_seconds"])
        return answer
    return RedirectResponse(found["url"], status_code=307, headers={"Cache-Control": "no-store"})


@router.get("/receipts/{receipt}", responses={200: {"model": Receipt}})
async def receipt(visit: Visitor, receipt: ReceiptId) -> Response:
    """Return a receipt."""
    return json_answer(await visit.ask(GetReceipt(receipt=receipt)))


@router.get("/log/{path:path}")
async def log_file(request: Request, path: str) -> Response:
    """Return a public file of the log: checkpoint, tiles, entries (c2sp.org/tlog-tiles)."""
    found = await ask_as_nobody(request, GetLogFile(path=path))
    caching = "public, max-age=31536000, immutable" if found["immutable"] else "no-cache"
    return Response(
        base64.b64decode(found["content"]), media_type=found["media_type"], headers={"Cache-Control": caching}
    )
