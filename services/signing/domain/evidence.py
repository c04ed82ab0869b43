"""Lay out the evidence file: which path holds which bytes (docs/evidence-format.md §3)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.identifiers import Sha256
from services.signing.domain.frozen import OBJECT_LIST_PATH, Frozen
from services.signing.domain.manifest import manifest
from services.signing.domain.notes import Checkpoint, CheckpointStamp
from services.signing.domain.signature import Signature

CONTAINER_TYPE = "application/vnd.etsi.asic-e+zip"


@dataclass(frozen=True, slots=True)
class ProvenSignature:
    """A signature with the proof that its leaf is in the log."""

    signature: Signature
    tlog_proof: str


def statement_path(number: int, role: str) -> str:
    """Return where statement NNN lies."""
    return f"META-INF/statements/{number:03d}-{role}.json"


def signature_path(number: int) -> str:
    """Return where signature NNN lies."""
    return f"META-INF/signature{number:03d}.p7s"


def manifest_path(number: int) -> str:
    """Return where manifest NNN lies."""
    return f"META-INF/ASiCManifest{number:03d}.xml"


def digests_of(parts: Mapping[str, bytes]) -> dict[str, Sha256]:
    """Return the SHA-256 of every part."""
    return {path: Sha256(hashlib.sha256(content).hexdigest()) for path, content in parts.items()}


def person_manifest(page: Frozen, *, number: int, role: str, statement: bytes) -> bytes:
    """Write a person's manifest: own statement and all content, nothing else."""
    digests = page.content_digests()
    digests[statement_path(number, role)] = Sha256(hashlib.sha256(statement).hexdigest())
    return manifest(signature_path(number), digests)


def seal_manifest(page: Frozen, *, number: int, covered: Mapping[str, bytes]) -> bytes:
    """Write the seal's manifest: everything that exists before the seal."""
    digests = {**page.content_digests(), **digests_of(covered)}
    return manifest(signature_path(number), digests)


def covered_parts(
    page: Frozen,
    *,
    signatures: Sequence[ProvenSignature],
    head: Checkpoint,
    stamps: Sequence[CheckpointStamp],
    copies: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Return every file under META-INF/ that the seal covers, but for the seal's own statement."""
    parts: dict[str, bytes] = {f"META-INF/{path}": content for path, content in copies.items()}
    listed = page.object_list()
    if listed is not None:
        parts[OBJECT_LIST_PATH] = listed
    for item in signatures:
        parts[statement_path(item.signature.number, item.signature.role)] = item.signature.statement
        parts.update(_signature_parts(item))
    parts.update(_checkpoint_parts("before", head, stamps))
    return parts


def uncovered_parts(
    seal: ProvenSignature,
    *,
    head: Checkpoint,
    stamps: Sequence[CheckpointStamp],
    consistency: Mapping[str, str],
) -> dict[str, bytes]:
    """Return the files that come after the seal and prove themselves; ``consistency`` by ``NNN`` or ``before``."""
    parts = _signature_parts(seal)
    parts.update(_checkpoint_parts("seal", head, stamps))
    parts.update({f"META-INF/proof/consistency{_tail(name)}.txt": text.encode() for name, text in consistency.items()})
    return parts


def _tail(name: str) -> str:
    return name if name.isdecimal() else f"-{name}"


def _signature_parts(item: ProvenSignature) -> dict[str, bytes]:
    signature = item.signature
    number = f"{signature.number:03d}"
    parts = {
        manifest_path(signature.number): signature.manifest,
        signature_path(signature.number): signature.p7s,
        f"META-INF/proof/signature{number}.p7s.tst": signature.p7s_token,
        f"META-INF/proof/leaf{number}.json": signature.leaf,
        f"META-INF/proof/leaf{number}.salt": signature.salt,
        f"META-INF/proof/leaf{number}.tlog-proof": item.tlog_proof.encode(),
    }
    if signature.ceremony is not None:
        parts[f"META-INF/proof/ceremony{number}.json"] = signature.ceremony
    return parts


def _checkpoint_parts(name: str, head: Checkpoint, stamps: Iterable[CheckpointStamp]) -> dict[str, bytes]:
    parts = {f"META-INF/proof/checkpoint-{name}.txt": head.text.encode()}
    for number, stamp in enumerate(stamps, start=1):
        parts[f"META-INF/proof/checkpoint-{name}.tsa{number}.tst"] = stamp.token
    return parts
