"""Order the people who sign: stages one after another, k of n inside a stage, no one twice."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from contracts.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from contracts.identifiers import CircuitId, EntryId, PersonId, ReceiptId, Sha256, StepId
from services.signing.domain.frozen import Frozen

StepState = Literal["waiting", "due", "signing", "time_pending", "signed", "returned", "void"]
CircuitState = Literal["freezing", "running", "sealing", "sealed", "returned", "restarted"]
ROLES = ("author", "coauthor", "witness", "approver")
MEANINGS = {
    "author": "authorship",
    "coauthor": "authorship",
    "witness": "read-and-understood",
    "approver": "approval",
    "seal": "responsibility",
}
# docs/evidence-format.md §1: signatures are numbered 001 to 099, the seal included.
MOST_SIGNATURES = 99


@dataclass(frozen=True, slots=True)
class Stage:
    """``quorum`` of ``signers`` must sign; an author stage without signers means the entry's author."""

    role: str
    signers: tuple[PersonId, ...]
    quorum: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One person's act; ``number`` is that of the signature once its intent is on record."""

    id: StepId
    stage: int
    role: str
    person: PersonId
    person_name: str = ""
    state: StepState = "waiting"
    waiting_since: dt.datetime | None = None
    number: int | None = None
    signed_at: dt.datetime | None = None
    receipt: ReceiptId | None = None
    reason: str = ""

    @property
    def meaning(self) -> str:
        """Return what signing in this role means."""
        return MEANINGS[self.role]


@dataclass(frozen=True, slots=True)
class Circuit:
    """A circuit of one revision; ``frozen`` is none only while entries is being asked to freeze."""

    id: CircuitId
    entry: EntryId
    stages: tuple[Stage, ...]
    started_by: PersonId
    started_at: dt.datetime
    state: CircuitState = "freezing"
    frozen: Frozen | None = None
    steps: tuple[Step, ...] = ()
    sealed_at: dt.datetime | None = None
    evidence_sha256: Sha256 | None = None
    evidence_size_bytes: int = 0

    @property
    def page(self) -> Frozen:
        """Return the frozen revision of a circuit that runs."""
        if self.frozen is None:
            raise Conflict(reason="not_frozen_yet")
        return self.frozen

    @property
    def signature_count(self) -> int:
        """Return how many signatures the file will hold, the seal included."""
        return sum(stage.quorum for stage in self.stages) + 1

    @property
    def signed(self) -> tuple[Step, ...]:
        """Return the steps that are signed, in the order of their signatures."""
        return tuple(sorted((step for step in self.steps if step.state == "signed"), key=lambda step: step.number or 0))

    @property
    def due(self) -> tuple[Step, ...]:
        """Return the steps whose turn it is."""
        return tuple(step for step in self.steps if step.state == "due")

    @property
    def alone(self) -> bool:
        """Tell whether the author is the only signer."""
        return len(self.steps) == 1

    def step(self, id_: StepId) -> Step:
        """Return one step."""
        for step in self.steps:
            if step.id == id_:
                return step
        raise NotFound(step=id_)

    def step_for(self, id_: StepId, person: PersonId) -> Step:
        """
        Return a step this person may act on now.

        Raises Forbidden for somebody else's step, Conflict when it is not its turn.
        """
        step = self.step(id_)
        if step.person != person:
            raise Forbidden(step=id_)
        if self.state != "running" or step.state != "due":
            raise Conflict(reason="not_due", state=step.state)
        return step

    def begun(self, id_: StepId) -> "Circuit":
        """Record that an intent exists: the step is being signed, as the next signature."""
        if any(step.state in {"signing", "time_pending"} for step in self.steps):
            raise Conflict(reason="another_signature_runs")
        step = replace(self.step(id_), state="signing", number=len(self.signed) + 1)
        return self._with(step)

    def pending(self, id_: StepId) -> "Circuit":
        """Show that no time-stamp could be had yet."""
        return self._with(replace(self.step(id_), state="time_pending"))

    def voided(self, id_: StepId) -> "Circuit":
        """Give the step back to its signer: the proof of identity got too old before time was certain."""
        return self._with(replace(self.step(id_), state="due", number=None))

    def marked_signed(self, id_: StepId, *, at: dt.datetime, receipt: ReceiptId, now: dt.datetime) -> "Circuit":
        """Record a signature; when its stage is complete the next one is due, after the last comes the seal."""
        circuit = self._with(replace(self.step(id_), state="signed", signed_at=at, receipt=receipt))
        stage = self.step(id_).stage
        done = sum(step.stage == stage and step.state == "signed" for step in circuit.steps)
        if done < self.stages[stage].quorum:
            return circuit
        circuit = circuit.each(
            lambda step: replace(step, state="void") if step.stage == stage and step.state == "due" else step
        )
        if stage + 1 == len(self.stages):
            return replace(circuit, state="sealing")
        return circuit.opened(stage + 1, now=now)

    def opened(self, stage: int, *, now: dt.datetime) -> "Circuit":
        """Ask the signers of a stage."""
        return self.each(lambda step: replace(step, state="due", waiting_since=now) if step.stage == stage else step)

    def returned(self, id_: StepId, person: PersonId, *, reason: str) -> "Circuit":
        """End the circuit because a signer refuses, with the reason."""
        step = self.step_for(id_, person)
        if any(other.state in {"signing", "time_pending"} for other in self.steps):
            raise Conflict(reason="another_signature_runs")
        return replace(self._with(replace(step, state="returned", reason=reason)), state="returned")

    def reassigned(self, id_: StepId, *, by: PersonId, to: PersonId, name: str, reason: str) -> "Circuit":
        """
        Hand a due witness or approver step to another person.

        Raises Forbidden unless the signer, the author or whoever started the circuit asks; Invalid when ``to``
        has another part in it.
        """
        step = self.step(id_)
        if by not in {step.person, self.started_by, self.page.author}:
            raise Forbidden(step=id_)
        if step.role not in {"witness", "approver"} or step.state not in {"due", "waiting"}:
            raise Conflict(reason="cannot_be_reassigned", state=step.state)
        if to in {other.person for other in self.steps}:
            raise Invalid(FieldProblem("person", "has another part in this circuit", "name someone else"))
        return self._with(replace(step, person=to, person_name=name, reason=reason))

    def sealed(self, *, at: dt.datetime) -> "Circuit":
        """Record the institution's seal."""
        if self.state != "sealing":
            raise Conflict(reason="not_sealing", state=self.state)
        return replace(self, state="sealed", sealed_at=at)

    def with_evidence(self, sha256: Sha256, *, size_bytes: int) -> "Circuit":
        """Record where the evidence file lies."""
        return replace(self, evidence_sha256=sha256, evidence_size_bytes=size_bytes)

    def restarted(self) -> "Circuit":
        """End the circuit because the entry was revised; another one follows."""
        return replace(self, state="restarted")

    def _with(self, changed: Step) -> "Circuit":
        return self.each(lambda step: changed if step.id == changed.id else step)

    def each(self, change: Callable[[Step], Step]) -> "Circuit":
        """Return the circuit with every step changed."""
        return replace(self, steps=tuple(change(step) for step in self.steps))
