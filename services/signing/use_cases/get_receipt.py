"""Give signers what proves their act later."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import Actor, ReceiptId
from services.signing.domain.views import Receipt
from services.signing.ports.machines import Entries
from services.signing.ports.memory import OpenUnitOfWork
from services.signing.use_cases.authorise import require_party_or_reader
from services.signing.use_cases.keep_log import KeepLog


@dataclass(frozen=True)
class GetReceipt:
    """Return a receipt with a proof that its leaf is in the log."""

    open: OpenUnitOfWork
    entries: Entries
    log: KeepLog

    def __call__(self, id_: ReceiptId, *, actor: Actor) -> Receipt:
        """Raises NotFound to those who neither have a part in the circuit nor read the entry."""
        receipt = self.read(id_)
        require_party_or_reader(self.entries, actor, receipt.circuit)
        return receipt

    def read(self, id_: ReceiptId) -> Receipt:
        """Return a receipt without asking who wants it."""
        with self.open() as uow:
            intent = uow.intents.get(id_)
            circuit = uow.circuits.get(intent.circuit)
            signature = uow.signatures.find(id_)
        if intent.state == "void":
            raise NotFound(receipt=id_)
        if signature is None:
            return Receipt(intent, circuit)
        proof, _ = self.log.proof(signature.leaf_index, leaf=signature.leaf)
        return Receipt(intent, circuit, signature, proof)
