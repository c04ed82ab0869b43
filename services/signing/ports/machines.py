"""Ask other houses and machines for what the use cases need."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.identifiers import (
    CircuitId,
    EntryId,
    PersonId,
    RevisionNumber,
    Sha256,
)
from services.signing.domain.certificate import Issuer, SigningKey
from services.signing.domain.circuit import Circuit
from services.signing.domain.frozen import Frozen

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

    def freeze(self, circuit: Circuit, *, revision: RevisionNumber | None) -> Frozen:
        """Freeze the head revision for a planned circuit; idempotent. Invalid when a signer of it may not sign."""

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
