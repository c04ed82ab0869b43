"""Agree on circuits, ceremonies, receipts, evidence files and the public log."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.envelope import Call, Message, Page
from contracts.identifiers import (
    CeremonyId,
    CircuitId,
    EntryId,
    EntryReference,
    PersonId,
    ReceiptId,
    RevisionNumber,
    Sha256,
    StepId,
)

SigningRole = Literal["author", "coauthor", "witness", "approver", "seal"]
Meaning = Literal["authorship", "read-and-understood", "approval", "disapproval", "review", "responsibility"]
StepState = Literal["waiting", "due", "signing", "time_pending", "signed", "returned", "void"]
CircuitState = Literal["running", "sealing", "sealed", "returned", "restarted"]


class StageFields(Message):
    """One stage: ``quorum`` of ``signers`` must sign; empty ``signers`` of an author stage = the entry's author."""

    role: SigningRole
    signers: tuple[PersonId, ...] = Field(default=(), max_length=50)
    quorum: int = Field(default=1, ge=1, le=50)


class Step(Message):
    """One person's act in a circuit."""

    id: StepId
    stage: int
    role: SigningRole
    meaning: Meaning
    person: PersonId
    person_name: str = ""
    state: StepState
    signed_at: datetime | None = None
    receipt: ReceiptId | None = None
    reason: str = ""


class Circuit(Message):
    """A circuit of an entry's revision, with its steps in order."""

    id: CircuitId
    entry: EntryId
    reference: EntryReference
    title: str
    revision: RevisionNumber
    state: CircuitState
    steps: tuple[Step, ...]
    started_by: PersonId
    started_at: datetime
    sealed_at: datetime | None = None
    evidence_ready: bool = False


class StartCircuit(Call):
    """Freeze the head revision and ask its signers, in order; Invalid when author = witness = approver meet."""

    service = "signing"
    method = "start_circuit"
    changes = True
    entry: EntryId
    revision: RevisionNumber | None = None
    stages: tuple[StageFields, ...] = Field(min_length=1, max_length=20)
    reply: ClassVar[type[Message]] = Circuit


class GetCircuit(Call):
    """Return an entry's newest circuit."""

    service = "signing"
    method = "get_circuit"
    entry: EntryId
    reply: ClassVar[type[Message]] = Circuit


class InboxItem(Message):
    """One act that waits for the acting person, with the exact sentence they would sign, in their language."""

    step: StepId
    circuit: CircuitId
    entry: EntryId
    reference: EntryReference
    title: str
    revision: RevisionNumber
    role: SigningRole
    meaning: Meaning
    intent_text: str
    waiting_since: datetime


class InboxList(Message):
    """What waits for the acting person, oldest first."""

    items: tuple[InboxItem, ...]
    next_cursor: str | None = None


class ListInbox(Call, Page):
    """List what the acting person is asked to sign now."""

    service = "signing"
    method = "list_inbox"
    locale: Literal["fr", "en"] = "fr"
    reply: ClassVar[type[Message]] = InboxList


class CeremonyStep(Message):
    """One statement of a ceremony: its digest and the exact sentence shown."""

    step: StepId
    entry: EntryId
    reference: EntryReference
    intent_text: str
    statement_sha256: Sha256


class Ceremony(Message):
    """An open ceremony: prove identity over ``challenge`` (64 hexadecimal digits) before ``expires_at``."""

    id: CeremonyId
    challenge: str
    steps: tuple[CeremonyStep, ...]
    expires_at: datetime


class OpenCeremony(Call):
    """Build the statements of n due steps of the acting person and return one challenge over all of them."""

    service = "signing"
    method = "open_ceremony"
    changes = True
    steps: tuple[StepId, ...] = Field(min_length=1, max_length=100)
    locale: Literal["fr", "en"] = "fr"
    # How identity will be proven: the statements say it, so it is chosen first.
    proof_method: str = Field(default="password", pattern=r"^[a-z0-9-]{1,40}$")
    reply: ClassVar[type[Message]] = Ceremony


class Receipt(Message):
    """
    What a signer takes away: enough to prove the act later (evidence.md §4).

    Byte values are base64; ``tlog_proof`` is a c2sp.org/tlog-proof text with the signed checkpoint.
    """

    id: ReceiptId
    step: StepId
    entry: EntryId
    reference: EntryReference
    role: SigningRole
    signed_at: datetime | None
    state: Literal["signed", "time_pending"]
    statement: str
    signature: str
    leaf_index: int
    leaf: str = ""
    salt: str = ""
    tlog_proof: str = ""


class ReceiptList(Message):
    """The receipts of one ceremony, in the order of its steps."""

    items: tuple[Receipt, ...]


class CompleteCeremony(Call):
    """Sign; the actor token must carry this ceremony, fresh (≤ 120 s), from a session, never from a PAT."""

    service = "signing"
    method = "complete_ceremony"
    changes = True
    ceremony: CeremonyId
    # For the method webauthn: client_data_json, authenticator_data, signature, public_key; base64, kept as evidence.
    assertion: dict[str, str] | None = None
    reply: ClassVar[type[Message]] = ReceiptList


class GetReceipt(Call):
    """Return a receipt to its signer or to a reader of the entry."""

    service = "signing"
    method = "get_receipt"
    receipt: ReceiptId
    reply: ClassVar[type[Message]] = Receipt


class ReturnStep(Call):
    """Refuse to sign, with a reason: the circuit ends, the entry is returned to its author."""

    service = "signing"
    method = "return_step"
    changes = True
    step: StepId
    reason: str = Field(min_length=1, max_length=2000)
    reply: ClassVar[type[Message]] = Circuit


class ReassignStep(Call):
    """Hand a due witness or approver step to another person, with a reason."""

    service = "signing"
    method = "reassign_step"
    changes = True
    step: StepId
    person: PersonId
    reason: str = Field(min_length=1, max_length=2000)
    reply: ClassVar[type[Message]] = Circuit


class Evidence(Message):
    """Where the evidence file is; ``url`` is none while it is being made (answer 202, come back)."""

    ready: bool
    url: str | None = None
    name: str = ""
    size_bytes: int = 0
    sha256: Sha256 | None = None
    retry_after_seconds: int = 1


class GetEvidence(Call):
    """Return a signed URL of the newest evidence file of an entry; NotFound while nothing is sealed."""

    service = "signing"
    method = "get_evidence"
    entry: EntryId
    reply: ClassVar[type[Message]] = Evidence


class LogFile(Message):
    """A public file of the log (c2sp.org/tlog-tiles): base64 bytes, and whether they can ever change."""

    content: str
    media_type: str
    immutable: bool


class GetLogFile(Call):
    """Return ``checkpoint`` or ``tile/<L>/<N>[.p/<W>]`` or ``tile/entries/…``; public, no actor needed."""

    service = "signing"
    method = "get_log_file"
    path: str = Field(max_length=200)
    reply: ClassVar[type[Message]] = LogFile
