"""Make the evidence file of a sealed circuit and keep it in storage."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from contracts.identifiers import CircuitId, Sha256
from services.signing.domain import facts
from services.signing.domain.evidence import CONTAINER_TYPE, ProvenSignature, uncovered_parts
from services.signing.domain.notes import Checkpoint
from services.signing.domain.signature import Signature
from services.signing.ports.machines import EvidenceWriter, Storage
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.keep_log import KeepLog


@dataclass(frozen=True)
class BuildEvidence:
    """Join what was signed with what proves it; may be repeated, the outcome is the same bytes."""

    open: OpenUnitOfWork
    log: KeepLog
    storage: Storage
    writer: EvidenceWriter

    def __call__(self, id_: CircuitId) -> None:
        """Raises Unavailable when a machine does not answer: the job comes back."""
        with self.open() as uow:
            circuit = uow.circuits.get(id_)
            signatures = uow.signatures.of_circuit(id_)
            parts = uow.signatures.parts(id_)
        if circuit.evidence_sha256 is not None or circuit.state != "sealed":
            return
        parts.update(self._after_the_seal(signatures, parts))
        page = circuit.page
        with self.writer.write(page, parts, storage=self.storage) as file:
            digest, size = _digest_of(file), file.stat().st_size
            self.storage.keep(file, name=page.evidence_name, media_type=CONTAINER_TYPE, sha256=digest)
        with self.open() as uow:
            current = uow.circuits.get(id_, lock=True)
            if current.evidence_sha256 is not None:
                return
            uow.circuits.save(current.with_evidence(digest, size_bytes=size))
            uow.publish(facts.EvidenceReady(id_, circuit.entry, digest))
            uow.commit()

    def _after_the_seal(self, signatures: tuple[Signature, ...], parts: dict[str, bytes]) -> dict[str, bytes]:
        *people, seal = signatures
        proof, head = self.log.proof(seal.leaf_index, leaf=seal.leaf)
        consistency = {
            f"{item.number:03d}": self.log.consistency(self.log.cover(item.leaf_index), head) for item in people
        }
        consistency["before"] = self.log.consistency(_head_before(self.log, parts, people), head)
        return uncovered_parts(
            ProvenSignature(seal, proof), head=head, stamps=self.log.stamp(head), consistency=consistency
        )


def _head_before(log: KeepLog, parts: dict[str, bytes], people: list[Signature]) -> Checkpoint:
    head = log.cover(people[-1].leaf_index)
    if parts["META-INF/proof/checkpoint-before.txt"] != head.text.encode():
        raise AssertionError("the head before the seal is the first that covers the last person")
    return head


def _digest_of(file: Path) -> Sha256:
    with file.open("rb") as stream:
        return Sha256(hashlib.file_digest(stream, "sha256").hexdigest())
