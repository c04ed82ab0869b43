"""State what happened in this house, for the outbox to announce."""

from dataclasses import dataclass

from contracts.identifiers import CircuitId, EntryId, PersonId, RevisionNumber, Sha256, StepId


@dataclass(frozen=True, slots=True)
class CircuitStarted:
    """A circuit asks its first signers."""

    circuit: CircuitId
    entry: EntryId
    revision: RevisionNumber
    started_by: PersonId


@dataclass(frozen=True, slots=True)
class StepDue:
    """It is this person's turn."""

    circuit: CircuitId
    step: StepId
    entry: EntryId
    role: str
    person: PersonId


@dataclass(frozen=True, slots=True)
class CircuitRestarted:
    """The entry was revised while in circuit."""

    circuit: CircuitId
    entry: EntryId


@dataclass(frozen=True, slots=True)
class CircuitReturned:
    """A signer refused."""

    circuit: CircuitId
    entry: EntryId
    by: PersonId
    author: PersonId


@dataclass(frozen=True, slots=True)
class StepSigned:
    """A person signed."""

    circuit: CircuitId
    step: StepId
    entry: EntryId
    revision: RevisionNumber
    role: str
    person: PersonId
    author: PersonId


@dataclass(frozen=True, slots=True)
class EntrySealed:
    """The institution's seal ended the circuit."""

    circuit: CircuitId
    entry: EntryId
    revision: RevisionNumber
    author: PersonId
    signers: tuple[PersonId, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class EvidenceReady:
    """The evidence file lies in storage."""

    circuit: CircuitId
    entry: EntryId
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class CheckpointPublished:
    """The head of the log was signed."""

    size: int
    root: Sha256


@dataclass(frozen=True, slots=True)
class IntegrityBroken:
    """A digest or signature does not match."""

    what: str
    entry: EntryId | None = None


Fact = (
    CircuitStarted
    | StepDue
    | CircuitRestarted
    | CircuitReturned
    | StepSigned
    | EntrySealed
    | EvidenceReady
    | CheckpointPublished
    | IntegrityBroken
)
