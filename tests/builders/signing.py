"""Arrange an institution that signs: keys, people, pages, and the use cases joined over chosen machines."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from contracts.identifiers import Actor, CeremonyId, EntryId, NotebookId, PersonId, SessionId, StepId
from contracts.identifiers import Ceremony as Proof
from onebox import pki
from services.signing.adapters.folders import FileTrust
from services.signing.adapters.keys import FileVault
from services.signing.domain.canonical import canonical
from services.signing.domain.ceremony import Ceremony
from services.signing.domain.circuit import Circuit, Stage
from services.signing.domain.frozen import Frozen, FrozenObject
from services.signing.wiring import Acts

PASSPHRASE = b"phrase de demonstration"
ORIGIN = "demonstration.invalid/log"
TEXTS = Path(__file__).parents[2] / "verifier" / "standalone"
AUTHOR, WITNESS, APPROVER, OTHER = (PersonId(f"0192f3a0-0000-7000-8000-00000000000{n}") for n in range(1, 5))
NAMES = {AUTHOR: "Ada Démonstration", WITNESS: "Blaise Démonstration", APPROVER: "Chloé Démonstration", OTHER: "Denis"}
NOTEBOOK = NotebookId("0192f3a0-0000-7000-8000-0000000000aa")


def entry_id(number: int) -> EntryId:
    """Return the id of the n-th page."""
    return EntryId(f"0192f3a0-0000-7000-8000-{number:012x}")


@dataclass(frozen=True)
class Institution:
    """A trust folder with its keys, made as onebox makes them."""

    trust: Path
    keys: Path

    def vault(self) -> FileVault:
        """Return the vault of signing."""
        named = {"ca_key": "issuing", "seal_key": "seal", "log_key": "log"}
        keys = {field_: (self.keys / f"{name}.pem").read_bytes() for field_, name in named.items()}
        return FileVault(**keys, passphrase=PASSPHRASE, trust=self.trust, public_url="http://localhost:8080")

    def texts(self) -> FileTrust:
        """Return the trust folder of signing."""
        return FileTrust(self.trust, texts=TEXTS)


def found_institution(folder: Path) -> Institution:
    """Make keys and certificates."""
    trust, keys = folder / "trust", folder / "keys"
    trust.mkdir()
    keys.mkdir()
    names = pki.Names(institution="Institut demo", pki_url="http://pki.invalid", origin=ORIGIN, demo=True)
    pki.create(names, trust=trust, keys=keys, passphrase=PASSPHRASE)
    return Institution(trust, keys)


@dataclass(frozen=True)
class Page:
    """A frozen page with the bytes of its objects."""

    frozen: Frozen
    blobs: dict[str, bytes] = field(default_factory=dict)


KINDS = {"json": "application/json", "html": "text/html", "csv": "text/csv"}


def _digests(content: bytes) -> dict:
    return {"sha256": hashlib.sha256(content).hexdigest(), "sha512": hashlib.sha512(content).hexdigest()}


def _record(number: int, revision: int, files: dict[str, bytes]) -> dict:
    """Return a record by docs/evidence-format.md §4."""
    listed = [
        {"name": f"mesure {n}.csv", "path": path, "media_type": "text/csv", "size": len(content), **_digests(content)}
        for n, (path, content) in enumerate(files.items(), start=1)
    ]
    return {
        "v": 1,
        "notebook": NOTEBOOK,
        "entry": entry_id(number),
        "number": number,
        "revision": revision,
        "prev": None if revision == 1 else "ab" * 32,
        "title": f"Essai de démonstration {number}",
        "document": {"type": "doc", "content": []},
        "fields": {},
        "attachments": listed,
        "author": {"id": AUTHOR, "name": NAMES[AUTHOR]},
        "created_at": "2026-11-24T08:00:00Z",
        "reason": None,
    }


def _object(path: str, content: bytes) -> FrozenObject:
    kind = "application/ld+json" if path.startswith("ro-") else KINDS[path.rpartition(".")[2]]
    return FrozenObject(path=path, media_type=kind, size_bytes=len(content), **_digests(content))


def page(number: int = 1, *, attachments: int = 2, revision: int = 1) -> Page:
    """Return a page as entries would freeze it."""
    contents = {f"attachments/{n:04d}.csv": b"a,b\n%d,2\n" % n for n in range(1, attachments + 1)}
    record = _record(number, revision, contents)
    contents["record.json"] = canonical(record)
    contents["record.html"] = b"<!doctype html><title>demonstration</title>"
    contents["ro-crate-metadata.json"] = b'{"@context":"https://w3id.org/ro/crate/1.1/context","@graph":[]}'
    frozen = Frozen(
        entry=entry_id(number),
        notebook=NOTEBOOK,
        reference=f"U1234-2026-007/{number}",
        title=record["title"],
        page_number=number,
        revision=revision,
        digest=_digests(contents["record.json"])["sha256"],
        prev=record["prev"],
        author=AUTHOR,
        unit_code="U1234",
        unit_rors=("https://ror.org/000000000",),
        objects=tuple(_object(path, content) for path, content in contents.items()),
    )
    return Page(frozen, {_digests(content)["sha256"]: content for content in contents.values()})


THREE = (Stage("author", ()), Stage("witness", (WITNESS,)), Stage("approver", (APPROVER,)))


def session_of(person: PersonId, *, proof: Proof | None = None) -> Actor:
    """Return a person in a browser session, after a step-up when ``proof``."""
    return Actor(issuer="gateway", person=person, session=SessionId(f"session-{person[-1]}"), ceremony=proof)


def proof_for(ceremony: Ceremony, *, at: dt.datetime, **changes) -> Proof:
    """Return what the gateway says after it verified the factor."""
    fields = {
        "id": CeremonyId(ceremony.id),
        "method": "password",
        "credential_id": f"local:{ceremony.person}",
        "auth_time": int(at.timestamp()),
        "challenge": ceremony.challenge,
    }
    return Proof(**{**fields, **changes})


def sign(acts: Acts, person: PersonId, *steps: StepId, clock) -> tuple:
    """Open a ceremony, prove identity, complete it."""
    ceremony = acts.open_ceremony(tuple(steps), locale="fr", method="password", actor=session_of(person))
    proof = proof_for(ceremony, at=clock.now())
    return acts.complete_ceremony(ceremony.id, actor=session_of(person, proof=proof))


def sign_all(acts: Acts, entry: EntryId, *, clock) -> Circuit:
    """Let each person sign in turn."""
    for _ in range(10):
        circuit = acts.get_circuit(entry, actor=session_of(AUTHOR))
        if circuit.state != "running":
            break
        step = circuit.due[0]
        sign(acts, step.person, step.id, clock=clock)
    return circuit
