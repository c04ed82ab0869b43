"""End a circuit with the institution's signature over everything that happened."""

from dataclasses import dataclass

from contracts.errors import Conflict, Stale, Unavailable
from contracts.identifiers import CircuitId, ReceiptId, Sha256
from services.signing.domain.circuit import Circuit
from services.signing.domain.evidence import ProvenSignature, covered_parts, seal_manifest, statement_path
from services.signing.domain.notes import Checkpoint
from services.signing.domain.signature import LEASE, Intent, Signature
from services.signing.domain.statement import (
    INSTITUTION_METHOD,
    NONCE_BYTES,
    Act,
    Place,
    SignerIdentity,
    write_seal_statement,
)
from services.signing.ports.machines import Clock, Entries, KeyVault, Randomness, Reached, TrustFolder
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.finish_intent import FinishIntent
from services.signing.use_cases.keep_log import KeepLog
from services.signing.use_cases.restart_circuit import RestartCircuit

# The institution seals in the language of its law.
_LOCALE = "fr"


@dataclass(frozen=True)
class Seal:
    """Close the entry, date the head of the log, then sign; each part may be repeated after a crash."""

    open: OpenUnitOfWork
    entries: Entries
    log: KeepLog
    vault: KeyVault
    trust: TrustFolder
    finish: FinishIntent
    restart: RestartCircuit
    clock: Clock
    random: Randomness
    reached: Reached

    def __call__(self, id_: CircuitId) -> None:
        """Seal a circuit whose people have all signed; raises Unavailable when nobody gives us the time."""
        with self.open() as uow:
            circuit = uow.circuits.get(id_)
            intent = uow.intents.open_of(id_)
        if circuit.state != "sealing":
            return
        page = circuit.page
        try:
            self.entries.close_for_seal(circuit.entry, revision=page.revision, circuit=id_)
        except (Conflict, Stale):
            self.restart.overtaken(id_)
            return
        self.reached("closed_for_seal")
        intent = intent or self._intend(circuit)
        self.reached("seal_intent_recorded")
        signature = self.finish(intent)
        if signature is None:
            raise Unavailable(what="time_stamp")

    def _intend(self, circuit: Circuit) -> Intent:
        with self.open() as uow:
            signatures = uow.signatures.of_circuit(circuit.id)
        proven = tuple(ProvenSignature(item, self.log.proof(item.leaf_index, leaf=item.leaf)[0]) for item in signatures)
        head = self.log.cover(signatures[-1].leaf_index)
        stamps = self.log.stamp(head)
        parts = covered_parts(circuit.page, signatures=proven, head=head, stamps=stamps, copies=self.trust.copies())
        statement = self._statement(circuit, last=signatures[-1], head=head)
        number = circuit.signature_count
        parts[statement_path(number, "seal")] = statement
        intent = Intent(
            id=ReceiptId(self.random.new_id()),
            circuit=circuit.id,
            step=None,
            ceremony=None,
            number=number,
            role="seal",
            signer=self._institution(),
            statement=statement,
            manifest=seal_manifest(circuit.page, number=number, covered=parts),
            auth_time=None,
            lease_until=self.clock.now() + LEASE,
        )
        with self.open() as uow:
            uow.circuits.get(circuit.id, lock=True)
            existing = uow.intents.open_of(circuit.id)
            if existing is not None:
                return existing
            uow.signatures.put_parts(circuit.id, parts)
            uow.intents.add(intent)
            uow.commit()
        return intent

    def _institution(self) -> SignerIdentity:
        return SignerIdentity(id=None, name=self.vault.seal().common_name)

    def _statement(self, circuit: Circuit, *, last: Signature, head: Checkpoint) -> bytes:
        number = circuit.signature_count
        return write_seal_statement(
            circuit.page,
            signer=self._institution(),
            place=Place(circuit=circuit.id, number=number, of=number, previous=Sha256(last.p7s_digest)),
            act=Act(
                role="seal",
                locale=_LOCALE,
                method=INSTITUTION_METHOD,
                claimed_at=self.clock.now(),
                nonce=self.random.token(NONCE_BYTES),
            ),
            origin=self.log.origin,
            head=head,
        )
