"""Write the statement a person or the institution signs (docs/evidence-format.md §5)."""

import datetime as dt
from dataclasses import dataclass

from contracts.errors import Invalid
from contracts.identifiers import CircuitId, PersonId, Sha256
from services.signing.domain import intents
from services.signing.domain.canonical import canonical, prefixed
from services.signing.domain.circuit import MEANINGS
from services.signing.domain.frozen import Frozen
from services.signing.domain.notes import Checkpoint
from services.signing.domain.oids import POLICY

_TYPE = "paillasse/statement/v1"
_SUITE = "2026-1"
NONCE_BYTES = 32
_MOST_BYTES = 65_536
INSTITUTION_METHOD = "institution-key"


@dataclass(frozen=True, slots=True)
class SignerIdentity:
    """Who signs, as people and the certificate name them; ``id`` is none for the institution."""

    id: PersonId | None
    name: str
    orcid: str | None = None
    affiliation: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature stands: ``number`` of ``of`` in ``circuit``, after ``previous`` (its .p7s digest)."""

    circuit: CircuitId
    number: int
    of: int
    previous: Sha256 | None


@dataclass(frozen=True, slots=True)
class Act:
    """What the signer does: role, the language of the sentence shown, and how identity is proven."""

    role: str
    locale: str
    method: str
    claimed_at: dt.datetime
    nonce: bytes


def write_statement(page: Frozen, *, signer: SignerIdentity, place: Place, act: Act) -> bytes:
    """Return the canonical bytes of a person's statement."""
    return _checked(_parts(page, signer=signer, place=place, act=act))


def write_seal_statement(
    page: Frozen, *, signer: SignerIdentity, place: Place, act: Act, origin: str, head: Checkpoint
) -> bytes:
    """Return the canonical bytes of the seal's statement, which names the head of the log before it."""
    log = {"origin": origin, "size": head.size, "root": head.root.hex()}
    return _checked({**_parts(page, signer=signer, place=place, act=act), "log": log})


def _checked(parts: dict[str, object]) -> bytes:
    written = canonical(parts)
    if len(written) > _MOST_BYTES:
        raise Invalid(reason="statement_too_long", size_bytes=str(len(written)))
    return written


def _parts(page: Frozen, *, signer: SignerIdentity, place: Place, act: Act) -> dict[str, object]:
    text = intents.sentence(act.role, locale=act.locale, reference=page.reference, revision=page.revision)
    return {
        "type": _TYPE,
        "policy": f"urn:oid:{POLICY}",
        "suite": _SUITE,
        "notebook": {"id": page.notebook, "seq": page.page_number},
        "entry": {
            "id": page.entry,
            "reference": page.reference,
            "version": page.revision,
            "prevVersion": prefixed(page.prev),
        },
        "objects": page.stated(),
        "signer": {
            "id": signer.id,
            "name": signer.name,
            "orcid": signer.orcid,
            "eppn": None,
            "affiliation": signer.affiliation,
            "unit": signer.unit,
        },
        "role": act.role,
        "meaning": MEANINGS[act.role],
        "intent": intents.shown(text, locale=act.locale),
        "circuit": {"id": place.circuit, "step": place.number, "of": place.of},
        "prevSignature": prefixed(place.previous),
        "relation": None,
        "auth": {"method": act.method, "credentialId": None, "acr": None},
        "claimedAt": act.claimed_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "nonce": act.nonce.hex(),
    }
