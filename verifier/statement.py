"""Read statements: who says what about which page (§5)."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from verifier import shape
from verifier.canonical import read_canonical
from verifier.findings import demand
from verifier.trust import ARC

KEYS = (
    "type policy suite notebook entry objects signer role meaning intent circuit "
    "prevSignature relation auth claimedAt nonce"
)
CODE = "statement_malformed"
MEANINGS = {
    "author": "authorship",
    "coauthor": "authorship",
    "witness": "read-and-understood",
    "approver": "approval",
    "seal": "responsibility",
}
_METHOD = re.compile(r"[a-z0-9-]{1,40}")
_RELATIONS = ({"supersedes"}, {"retracts"}, {"disputes"})
SEAL_METHOD = "institution-key"


@dataclass(frozen=True)
class LogHead:
    """The log as the seal saw it."""

    origin: str
    size: int
    root: str


@dataclass(frozen=True)
class Statement:
    """One statement that is well formed."""

    place: str
    digest: bytes
    notebook: str
    page_number: int
    entry: str
    reference: str
    revision: int
    previous_revision: str | None
    objects: Any
    person: str | None
    name: str
    role: str
    meaning: str
    intent: str
    locale: str
    circuit: str
    step: int
    steps: int
    previous_signature: str | None
    relation: Any
    method: str
    credential: str | None
    claimed_at: datetime
    nonce: str
    log: LogHead | None


def read_statement(content: bytes, role: str, place: str) -> Statement:
    """Read the statement of a signature whose file name claims ``role``."""
    seal = role == "seal"
    value = shape.Reader(read_canonical(content, place), KEYS + " log" * seal, code=CODE, place=place)
    _check_head(value, role)
    notebook = value.inner("notebook", "id seq")
    entry = value.inner("entry", "id reference version prevVersion")
    signer = value.inner("signer", "id name orcid eppn affiliation unit")
    circuit = value.inner("circuit", "id step of")
    auth = value.inner("auth", "method credentialId acr")
    return Statement(
        place=place,
        digest=sha256(content).digest(),
        notebook=notebook.text("id", shape.UUID7),
        page_number=notebook.number("seq", least=1),
        entry=entry.text("id", shape.UUID7),
        reference=entry.text("reference", least=1, most=80),
        revision=entry.number("version", least=1),
        previous_revision=entry.maybe("prevVersion", shape.PREFIXED),
        objects=value.value("objects"),
        person=signer.only("id", None) if seal else signer.text("id", shape.UUID7),
        name=signer.text("name", least=1, most=200),
        role=role,
        meaning=MEANINGS[role],
        intent=_intent(value),
        locale=value.value("intent")["locale"],
        circuit=circuit.text("id", shape.UUID7),
        step=circuit.number("step", least=1),
        steps=circuit.number("of", least=2),
        previous_signature=value.maybe("prevSignature", shape.PREFIXED),
        relation=value.value("relation"),
        method=_method(auth, seal=seal),
        credential=auth.only("credentialId", None) if seal else auth.maybe("credentialId"),
        claimed_at=value.time("claimedAt"),
        nonce=value.text("nonce", shape.HEX256),
        log=_log(value) if seal else None,
    )


def _check_head(value: shape.Reader, role: str) -> None:
    """Demand what is the same in every statement of a role, and the fields the verdict does not need."""
    place = value.place
    value.only("type", "paillasse/statement/v1")
    value.only("policy", f"urn:oid:{ARC}.1.1")
    value.only("suite", "2026-1")
    demand(value.text("role") == role, "statement_role", place, "role differs from the file name")
    demand(value.text("meaning") == MEANINGS[role], "statement_meaning", place, value.text("meaning")[:40])
    signer = value.inner("signer", "id name orcid eppn affiliation unit")
    for key in ("orcid", "eppn", "affiliation", "unit"):
        signer.maybe(key)
    value.inner("auth", "method credentialId acr").maybe("acr")
    _check_relation(value.value("relation"), place)


def _intent(value: shape.Reader) -> str:
    intent = value.inner("intent", "locale text sha256")
    intent.only("locale", "fr", "en")
    text = intent.text("text", least=1, most=2000)
    same = intent.text("sha256") == sha256(text.encode()).hexdigest()
    demand(same, "statement_intent", value.place, "digest of the sentence")
    return text


def _method(auth: shape.Reader, *, seal: bool) -> str:
    method = auth.text("method", _METHOD)
    demand((method == SEAL_METHOD) == seal, CODE, auth.place, "method")
    return method


def _log(value: shape.Reader) -> LogHead:
    log = value.inner("log", "origin size root")
    return LogHead(log.text("origin", least=1), log.number("size", least=1), log.text("root", shape.HEX256))


def _check_relation(relation: Any, place: str) -> None:
    if relation is None:
        return
    fine = isinstance(relation, dict) and set(relation) in _RELATIONS
    demand(fine, CODE, place, "relation")
    target = next(iter(relation.values()))
    demand(isinstance(target, str) and shape.UUID7.fullmatch(target), CODE, place, "relation")
