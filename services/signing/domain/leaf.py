"""Make a leaf of the log: a salted commitment that names nobody (docs/evidence-format.md §11)."""

import hashlib
from dataclasses import dataclass

from services.signing.domain.canonical import canonical

_PREFIX = b"ELN1"
SALT_BYTES = 32
# A fact without a signature has no .p7s (decisions: log).
NO_SIGNATURE = bytes(32)


@dataclass(frozen=True, slots=True)
class LeafDraft:
    """A leaf before it has an index. Destroying ``salt`` makes the leaf say nothing for ever."""

    data: bytes
    salt: bytes
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf in its place."""

    index: int
    data: bytes
    salt: bytes


def _commit(*, salt: bytes, manifest_digest: bytes, signature_digest: bytes) -> bytes:
    commitment = hashlib.sha256(_PREFIX + salt + manifest_digest + signature_digest).hexdigest()
    return canonical({"v": 1, "c": commitment})


def signature_leaf(manifest: bytes, *, p7s: bytes, salt: bytes, subject: str) -> LeafDraft:
    """Commit to a manifest together with the signature over it."""
    data = _commit(
        salt=salt,
        manifest_digest=hashlib.sha256(manifest).digest(),
        signature_digest=hashlib.sha256(p7s).digest(),
    )
    return LeafDraft(data=data, salt=salt, kind="signature", subject=subject)


def fact_leaf(fact: object, *, kind: str, salt: bytes, subject: str) -> LeafDraft:
    """Commit to a fact that nobody signed: the canonical form of its event takes the manifest's place."""
    digest = hashlib.sha256(canonical(fact)).digest()
    data = _commit(salt=salt, manifest_digest=digest, signature_digest=NO_SIGNATURE)
    return LeafDraft(data=data, salt=salt, kind=kind, subject=subject)
