"""Announce the steps of circuits and of the log. Additive only; people by id only (decisions.md 15)."""

from contracts.envelope import Event
from contracts.identifiers import CircuitId, EntryId, PersonId, RevisionNumber, Sha256, StepId
from contracts.signing.calls import SigningRole


class CircuitStarted(Event):
    """A circuit asks its first signers."""

    source = "signing"
    type = "CircuitStarted"
    circuit: CircuitId
    entry: EntryId
    revision: RevisionNumber
    started_by: PersonId


class StepDue(Event):
    """It is this person's turn to sign."""

    source = "signing"
    type = "StepDue"
    circuit: CircuitId
    step: StepId
    entry: EntryId
    role: SigningRole
    person: PersonId


class CircuitRestarted(Event):
    """The entry was revised while in circuit: a new circuit follows."""

    source = "signing"
    type = "CircuitRestarted"
    circuit: CircuitId
    entry: EntryId


class CircuitReturned(Event):
    """A signer refused; the reason stays with signing."""

    source = "signing"
    type = "CircuitReturned"
    circuit: CircuitId
    entry: EntryId
    by: PersonId
    author: PersonId


class StepSigned(Event):
    """A person signed."""

    source = "signing"
    type = "StepSigned"
    circuit: CircuitId
    step: StepId
    entry: EntryId
    revision: RevisionNumber
    role: SigningRole
    person: PersonId
    author: PersonId


class EntrySealed(Event):
    """The institution's seal ends the circuit; ``alone`` when the author was its only signer (state signed)."""

    source = "signing"
    type = "EntrySealed"
    circuit: CircuitId
    entry: EntryId
    revision: RevisionNumber
    author: PersonId
    signers: tuple[PersonId, ...]
    alone: bool = False


class EvidenceReady(Event):
    """The evidence file lies in storage."""

    source = "signing"
    type = "EvidenceReady"
    circuit: CircuitId
    entry: EntryId
    sha256: Sha256


class CheckpointPublished(Event):
    """The log's head was signed."""

    source = "signing"
    type = "CheckpointPublished"
    size: int
    root: Sha256


class IntegrityBroken(Event):
    """A digest or signature does not match: page someone."""

    source = "signing"
    type = "IntegrityBroken"
    entry: EntryId | None = None
    what: str
