"""Stand at the bus for the house of signing: parse, call a use case, answer."""

from collections.abc import Sequence

from chassis.bus.edge import Assembled, CallContext, Heard, answers, gathers
from contracts.entries import events as entries
from contracts.envelope import Event
from contracts.gateway import events as gateway
from contracts.signing import calls
from contracts.storage import events as storage
from services.signing.adapters import replies
from services.signing.domain.circuit import Stage
from services.signing.use_cases.record_fact import ToldFact
from services.signing.use_cases.restart_circuit import Revised
from services.signing.wiring import House, assemble

# All leaves pass one lock: a third of a second gathers a burst, still under the second in which a head covers a leaf.
LEAVES_REST_SECONDS = 0.3


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

    @gathers(entries.RevisionAppended, rest_seconds=LEAVES_REST_SECONDS)
    def revision_appended(self, heard: Sequence[Heard[entries.RevisionAppended]]) -> None:
        """Log the saves; circuits that sign an older revision begin again."""
        self._record(heard)
        self.house.acts.restart_circuit(
            [Revised(one.event.entry, one.event.revision, one.envelope.message_id) for one in heard]
        )

    @gathers(entries.EntryCreated, rest_seconds=LEAVES_REST_SECONDS)
    def entry_created(self, heard: Sequence[Heard[entries.EntryCreated]]) -> None:
        """Log the page."""
        self._record(heard)

    @gathers(entries.EntryStateChanged, rest_seconds=LEAVES_REST_SECONDS)
    def entry_state_changed(self, heard: Sequence[Heard[entries.EntryStateChanged]]) -> None:
        """Log the state."""
        self._record(heard)

    @gathers(entries.EntryStruckOut, rest_seconds=LEAVES_REST_SECONDS)
    def entry_struck_out(self, heard: Sequence[Heard[entries.EntryStruckOut]]) -> None:
        """Log the striking out."""
        self._record(heard)

    @gathers(entries.GrantChanged, rest_seconds=LEAVES_REST_SECONDS)
    def grant_changed(self, heard: Sequence[Heard[entries.GrantChanged]]) -> None:
        """Log the share."""
        self._record(heard)

    @gathers(entries.RoleChanged, rest_seconds=LEAVES_REST_SECONDS)
    def role_changed(self, heard: Sequence[Heard[entries.RoleChanged]]) -> None:
        """Log the role."""
        self._record(heard)

    @gathers(entries.PersonLeft, rest_seconds=LEAVES_REST_SECONDS)
    def person_left(self, heard: Sequence[Heard[entries.PersonLeft]]) -> None:
        """Log the departure."""
        self._record(heard)

    @gathers(storage.BlobConfirmed, rest_seconds=LEAVES_REST_SECONDS)
    def blob_confirmed(self, heard: Sequence[Heard[storage.BlobConfirmed]]) -> None:
        """Log the attachment."""
        self._record(heard)

    @gathers(storage.IntegrityBroken, rest_seconds=LEAVES_REST_SECONDS)
    def integrity_broken(self, heard: Sequence[Heard[storage.IntegrityBroken]]) -> None:
        """Log the damage: when it was found must be provable too."""
        self._record(heard)

    @gathers(storage.HoldPlaced, rest_seconds=LEAVES_REST_SECONDS)
    def hold_placed(self, heard: Sequence[Heard[storage.HoldPlaced]]) -> None:
        """Log the hold."""
        self._record(heard)

    @gathers(storage.HoldLifted, rest_seconds=LEAVES_REST_SECONDS)
    def hold_lifted(self, heard: Sequence[Heard[storage.HoldLifted]]) -> None:
        """Log its end."""
        self._record(heard)

    @gathers(gateway.TokenIssued, rest_seconds=LEAVES_REST_SECONDS)
    def token_issued(self, heard: Sequence[Heard[gateway.TokenIssued]]) -> None:
        """Log the token."""
        self._record(heard)

    def _record(self, heard: Sequence[Heard[Event]]) -> None:
        self.house.acts.record_facts(
            [
                ToldFact(one.envelope.model_dump(mode="json"), one.envelope.type, one.envelope.message_id)
                for one in heard
            ]
        )
