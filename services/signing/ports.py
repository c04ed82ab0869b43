"""Ask for what the use cases need: other houses, machines, and the memory of this house."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.identifiers import (
    CeremonyId,
    CircuitId,
    EntryId,
    PersonId,
    ReceiptId,
    RequestKey,
    RevisionNumber,
    Sha256,
    StepId,
)
from services.signing.domain.ceremony import Ceremony
from services.signing.domain.certificate import Issuer, SigningKey
from services.signing.domain.circuit import Circuit, Step
from services.signing.domain.facts import Fact
from services.signing.domain.frozen import Frozen
from services.signing.domain.leaf import Leaf, LeafDraft
from services.signing.domain.notes import Checkpoint, CheckpointStamp
from services.signing.domain.signature import Intent, Signature

# Called between two effects with the name of the moment; does nothing, unless a test dies there.
Reached = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Person:
    """A signer as entries knows them."""

    id: PersonId
    name: str
    orcid: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What entries decided; ``reads`` tells 403 from 404."""

    allowed: bool
    reads: bool


class Entries(Protocol):
    """The house that owns entries, people and rights."""

    def freeze(self, entry: EntryId, *, revision: RevisionNumber | None, circuit: CircuitId, by: PersonId) -> Frozen:
        """Freeze the head revision; idempotent for one circuit."""

    def close_for_seal(self, entry: EntryId, *, revision: RevisionNumber, circuit: CircuitId) -> None:
        """Close the entry for revisions; Conflict when its head moved."""

    def author_of(self, entry: EntryId) -> PersonId:
        """Return the entry's author."""

    def decide(self, person: PersonId, action: str, entry: EntryId) -> Decision:
        """Return whether the person may."""

    def people(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """Return those who are known and still there."""


class Storage(Protocol):
    """The house that keeps bytes."""

    def read(self, sha256: Sha256, *, name: str) -> AbstractContextManager[Iterator[bytes]]:
        """Stream a blob."""

    def keep(self, file: Path, *, name: str, media_type: str, sha256: Sha256) -> None:
        """Store a file for good."""

    def download_url(self, sha256: Sha256, *, name: str, media_type: str) -> str:
        """Return a short-lived URL."""


class KeyVault(Protocol):
    """Where the institution's keys are; a smart card or HSM fits behind it."""

    def issuer(self) -> Issuer:
        """Return the authority that issues one-time certificates."""

    def seal(self) -> SigningKey:
        """Return the institution's seal."""

    def log_key(self) -> Ed25519PrivateKey:
        """Return the key that signs heads of the log."""


@dataclass(frozen=True, slots=True)
class Token:
    """An RFC 3161 token that passed intake."""

    authority: str
    encoded: bytes
    gen_time: dt.datetime


class TimestampAuthorities(Protocol):
    """The authorities we ask for time, in order."""

    def stamp(self, digest: bytes) -> Token:
        """Return a token of the first that answers; Unavailable when none does."""

    def stamp_by_each(self, digest: bytes) -> tuple[Token, ...]:
        """Return a token of every one that answers, at least one; else Unavailable."""


class TrustFolder(Protocol):
    """Certificates, revocation lists and the texts that travel with an evidence file."""

    def issuing_certificate(self) -> x509.Certificate:
        """Return the certificate that issued our signers'."""

    def crls(self) -> tuple[bytes, ...]:
        """Return the revocation lists every signature embeds, DER."""

    def copies(self) -> Mapping[str, bytes]:
        """Return trust and verification files by their path under META-INF/."""


class LogFolder(Protocol):
    """The public files of the log."""

    def read(self, path: str) -> bytes | None:
        """Return a file, none when there is none."""

    def write(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all."""


class EvidenceWriter(Protocol):
    """Makes the container."""

    def write(self, page: Frozen, parts: Mapping[str, bytes], *, storage: Storage) -> AbstractContextManager[Path]:
        """Yield the finished file, gone afterwards; IntegrityBroken when an object's bytes are not what was signed."""


class Clock(Protocol):
    """Time."""

    def now(self) -> dt.datetime:
        """Return aware UTC."""


class Randomness(Protocol):
    """Chance and names."""

    def token(self, size: int) -> bytes:
        """Return unpredictable bytes."""

    def new_id(self) -> str:
        """Return a fresh UUIDv7."""


class Circuits(Protocol):
    """Circuits on record."""

    def add(self, circuit: Circuit) -> None: ...
    def save(self, circuit: Circuit) -> None: ...
    def remove(self, id_: CircuitId) -> None: ...
    def get(self, id_: CircuitId, *, lock: bool = False) -> Circuit: ...
    def of_step(self, step: StepId, *, lock: bool = False) -> Circuit: ...
    def newest(self, entry: EntryId, *, lock: bool = False) -> Circuit | None: ...
    def inbox(self, person: PersonId, *, after: str | None, limit: int) -> tuple[tuple[Circuit, Step], ...]: ...
    def freezing_since(self, before: dt.datetime) -> tuple[Circuit, ...]: ...


class Ceremonies(Protocol):
    """Ceremonies on record."""

    def add(self, ceremony: Ceremony) -> None: ...
    def save(self, ceremony: Ceremony) -> None: ...
    def get(self, id_: CeremonyId, *, lock: bool = False) -> Ceremony: ...


class Intents(Protocol):
    """Intents on record; one open intent a circuit."""

    def add(self, intent: Intent) -> None: ...
    def save(self, intent: Intent) -> None: ...
    def get(self, id_: ReceiptId, *, lock: bool = False) -> Intent: ...
    def of_ceremony(self, ceremony: CeremonyId) -> tuple[Intent, ...]: ...
    def open_of(self, circuit: CircuitId) -> Intent | None: ...
    def claim(self, *, now: dt.datetime, until: dt.datetime) -> Intent | None: ...


class Signatures(Protocol):
    """Signatures on record, with their parts of the evidence."""

    def add(self, signature: Signature) -> None: ...
    def find(self, id_: ReceiptId) -> Signature | None: ...
    def of_circuit(self, circuit: CircuitId) -> tuple[Signature, ...]: ...
    def put_parts(self, circuit: CircuitId, parts: Mapping[str, bytes]) -> None: ...
    def parts(self, circuit: CircuitId) -> dict[str, bytes]: ...


class Log(Protocol):
    """The append-only log. ``append`` comes last before commit: it holds the one lock all writers share."""

    def append(self, draft: LeafDraft) -> int: ...
    def size(self) -> int: ...
    def leaves(self, start: int, *, limit: int) -> tuple[Leaf, ...]: ...
    def lock_heads(self) -> None: ...
    def try_lock_folder(self) -> bool: ...
    def newest_checkpoint(self) -> Checkpoint | None: ...
    def first_covering(self, index: int) -> Checkpoint | None: ...
    def add_checkpoint(self, checkpoint: Checkpoint) -> None: ...
    def stamps(self, size: int) -> tuple[CheckpointStamp, ...]: ...
    def add_stamps(self, size: int, stamps: Sequence[CheckpointStamp]) -> None: ...
    def last_stamped_at(self) -> dt.datetime | None: ...


class UnitOfWork(Protocol):
    """One commit. Leaving without it changes nothing."""

    circuits: Circuits
    ceremonies: Ceremonies
    intents: Intents
    signatures: Signatures
    log: Log

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def commit(self) -> None: ...
    def publish(self, fact: Fact, *, actor: PersonId | None = None) -> None: ...
    def first_time(self, *, consumer: str, message_id: str) -> bool: ...
    def recall(self, request: RequestKey) -> dict[str, Any] | None: ...
    def remember(self, request: RequestKey, result: dict[str, Any]) -> None: ...
    def enqueue(self, kind: str, *, key: str) -> None: ...


OpenUnitOfWork = Callable[[], UnitOfWork]
