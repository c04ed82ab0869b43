"""Stand at the bus for the house of signing: parse, call a use case, answer."""

from chassis.bus.edge import Assembled, CallContext, answers, listens
from contracts.entries import events as entries
from contracts.envelope import Envelope
from contracts.gateway import events as gateway
from contracts.signing import calls
from contracts.storage import events as storage
from services.signing.adapters import replies
from services.signing.domain.circuit import Stage
from services.signing.wiring import House, assemble


class Signing:
    """The house of signing on the bus."""

    name = "signing"
    house: House = Assembled(assemble)

    @answers(calls.StartCircuit)
    def start_circuit(self, call: calls.StartCircuit, context: CallContext) -> calls.Circuit:
        """Freeze the head revision and ask its signers."""
        stages = tuple(Stage(role=stage.role, signers=stage.signers, quorum=stage.quorum) for stage in call.stages)
        circuit = self.house.acts.start_circuit(
            call.entry, revision=call.revision, stages=stages, actor=context.actor, request=context.request
        )
        return replies.circuit_reply(circuit)

    @answers(calls.GetCircuit)
    def get_circuit(self, call: calls.GetCircuit, context: CallContext) -> calls.Circuit:
        """Return an entry's newest circuit."""
        return replies.circuit_reply(self.house.acts.get_circuit(call.entry, actor=context.actor))

    @answers(calls.ListInbox)
    def list_inbox(self, call: calls.ListInbox, context: CallContext) -> calls.InboxList:
        """List what waits for the acting person."""
        items, next_cursor = self.house.acts.list_inbox(
            actor=context.actor, locale=call.locale, cursor=call.cursor, limit=call.limit
        )
        return replies.inbox_reply(items, next_cursor)

    @answers(calls.OpenCeremony)
    def open_ceremony(self, call: calls.OpenCeremony, context: CallContext) -> calls.Ceremony:
        """Build statements and one challenge."""
        ceremony = self.house.acts.open_ceremony(
            call.steps, locale=call.locale, method=call.proof_method, actor=context.actor, request=context.request
        )
        return replies.ceremony_reply(ceremony)

    @answers(calls.CompleteCeremony)
    def complete_ceremony(self, call: calls.CompleteCeremony, context: CallContext) -> calls.ReceiptList:
        """Sign."""
        receipts = self.house.acts.complete_ceremony(call.ceremony, actor=context.actor, assertion=call.assertion)
        return calls.ReceiptList(items=tuple(replies.receipt_reply(receipt) for receipt in receipts))

    @answers(calls.GetReceipt)
    def get_receipt(self, call: calls.GetReceipt, context: CallContext) -> calls.Receipt:
        """Return a receipt."""
        return replies.receipt_reply(self.house.acts.get_receipt(call.receipt, actor=context.actor))

    @answers(calls.ReturnStep)
    def return_step(self, call: calls.ReturnStep, context: CallContext) -> calls.Circuit:
        """Refuse to sign."""
        circuit = self.house.acts.return_step(
            call.step, reason=call.reason, actor=context.actor, request=context.request
        )
        return replies.circuit_reply(circuit)

    @answers(calls.ReassignStep)
    def reassign_step(self, call: calls.ReassignStep, context: CallContext) -> calls.Circuit:
        """Hand a step to somebody else."""
        circuit = self.house.acts.reassign_step(
            call.step, to=call.person, reason=call.reason, actor=context.actor, request=context.request
        )
        return replies.circuit_reply(circuit)

    @answers(calls.GetEvidence)
    def get_evidence(self, call: calls.GetEvidence, context: CallContext) -> calls.Evidence:
        """Return where the evidence file is."""
        return replies.evidence_reply(*self.house.acts.get_evidence(call.entry, actor=context.actor))

    @answers(calls.GetLogFile)
    def get_log_file(self, call: calls.GetLogFile, context: CallContext) -> calls.LogFile:  # noqa: ARG002
        """Return a public file of the log."""
        return replies.log_file_reply(self.house.acts.get_log_file(call.path))

    @listens(entries.RevisionAppended)
    def revision_appended(self, event: entries.RevisionAppended, envelope: Envelope) -> None:
        """Log the save; a circuit that signs an older revision begins again."""
        self._record(envelope)
        self.house.acts.restart_circuit(event.entry, revision=event.revision, message_id=envelope.message_id)

    @listens(entries.EntryCreated)
    def entry_created(self, event: entries.EntryCreated, envelope: Envelope) -> None:  # noqa: ARG002
        """Log the page."""
        self._record(envelope)

    @listens(entries.EntryStateChanged)
    def entry_state_changed(self, event: entries.EntryStateChanged, envelope: Envelope) -> None:  # noqa: ARG002
        """Log the state."""
        self._record(envelope)

    @listens(entries.EntryStruckOut)
    def entry_struck_out(self, event: entries.EntryStruckOut, envelope: Envelope) -> None:  # noqa: ARG002
        """Log the striking out."""
        self._record(envelope)

    @listens(entries.GrantChanged)
    def grant_changed(self, event: entries.GrantChanged, envelope: Envelope) -> None:  # noqa: ARG002
        """Log the share."""
        self._record(envelope)

    @listens(entries.RoleChanged)
    def role_changed(self, event: entries.RoleChanged, envelope: Envelope) -> None:  # noqa: ARG002
        """Log the role."""
        self._record(envelope)

    @listens(entries.PersonLeft)
    def person_left(self, event: entries.PersonLeft, envelope: Envelope) -> None:  # noqa: ARG002
        """Log the departure."""
        self._record(envelope)

    @listens(storage.BlobConfirmed)
    def blob_confirmed(self, event: storage.BlobConfirmed, envelope: Envelope) -> None:  # noqa: ARG002
        """Log the attachment."""
        self._record(envelope)

    @listens(gateway.TokenIssued)
    def token_issued(self, event: gateway.TokenIssued, envelope: Envelope) -> None:  # noqa: ARG002
        """Log the token."""
        self._record(envelope)

    def _record(self, envelope: Envelope) -> None:
        fact = envelope.model_dump(mode="json")
        self.house.acts.record_fact(fact, kind=envelope.type, message_id=envelope.message_id)
