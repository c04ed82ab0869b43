"""Hold an entry, one numbered page: its state, its head, and what may happen to it (product.md §2)."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.errors import Conflict, Sealed, Stale
from contracts.identifiers import (
    AccessLabel,
    CircuitId,
    EntryId,
    EntryReference,
    NotebookId,
    NotebookReference,
    RevisionNumber,
    Sha256,
)
from services.entries.domain.facts import EntryCreated, EntryFact, EntryStateChanged, EntryStruckOut, RevisionAppended
from services.entries.domain.labels import entry_label
from services.entries.domain.revision import Author, Place, Revision
from services.entries.domain.states import FINAL, STEPS, EntryState


def entry_reference(notebook: NotebookReference, number: int) -> EntryReference:
    """Return ``U1234-2026-007/37``."""
    return EntryReference(f"{notebook}/{number}")


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A numbered page. ``head`` is its newest revision (0 before the first), ``head_digest`` that revision's digest.

    ``circuit`` and ``frozen_revision`` are set while it is in circuit and stay after the seal; ``closing`` means that
    the seal is being made and nothing may change. ``change_number`` rises in every commit that alters what others show.
    """

    id: EntryId
    notebook: NotebookId
    notebook_reference: NotebookReference
    number: int
    title: str
    author: Author
    created_at: datetime
    changed_at: datetime
    state: EntryState = "open"
    head: int = 0
    head_digest: Sha256 | None = None
    change_number: int = 1
    foreign_author: str | None = None
    circuit: CircuitId | None = None
    frozen_revision: int | None = None
    closing: bool = False
    strike_out_reason: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def reference(self) -> EntryReference:
        """Return the name people cite."""
        return entry_reference(self.notebook_reference, self.number)

    def created(self, notebook_labels: tuple[AccessLabel, ...]) -> EntryCreated:
        """Return the fact that the page was allocated."""
        return EntryCreated(
            self.id, self.notebook, self.number, self.change_number, (entry_label(self.id), *notebook_labels)
        )

    def demand_changeable(self) -> None:
        """
        Let what it says be changed.

        Raises:
            Sealed: nothing may change any more, or the seal is being made.

        """
        if self.state in FINAL or self.closing:
            raise Sealed(state=self.state)

    def next_place(self, *, expected_head: int) -> Place:
        """
        Return where the next revision stands.

        Raises:
            Sealed: nothing may change any more, or the seal is being made.
            Stale: the head is another than expected.

        """
        self.demand_changeable()
        if expected_head != self.head:
            raise Stale(current=str(self.head))
        return Place(self.notebook, self.id, self.number, RevisionNumber(self.head + 1), self.head_digest)

    def appended(self, revision: Revision) -> tuple["Entry", tuple[EntryFact, ...]]:
        """Return the entry with this revision as its head; if it was in circuit, the circuit is over and it is open."""
        moved = replace(
            self,
            title=revision.title,
            head=revision.number,
            head_digest=revision.digest,
            changed_at=revision.created_at,
            change_number=self.change_number + 1,
        )
        saved = RevisionAppended(
            self.id, self.notebook, revision.number, revision.digest, moved.change_number,
            tuple(file.sha256 for file in revision.attachments),
        )  # fmt: skip
        if self.state != "in_circuit":
            return moved, (saved,)
        moved = replace(moved, state="open", circuit=None, frozen_revision=None)
        return moved, (saved, moved.moved_from("in_circuit", circuit=self.circuit))

    def freezable(self, *, revision: int | None, circuit: CircuitId) -> bool:
        """
        Say whether a freeze for this circuit changes anything; false when it was done before.

        Raises:
            Sealed: nothing may change any more.
            Conflict: another circuit runs, there is no revision yet, or ``revision`` is not the head.

        """
        if self.circuit == circuit and self.state == "in_circuit":
            return False
        if self.state in FINAL:
            raise Sealed(state=self.state)
        if self.state == "in_circuit":
            raise Conflict(reason="in_circuit", current=str(self.circuit))
        if self.head == 0:
            raise Conflict(reason="no_revision")
        if revision is not None and revision != self.head:
            raise Conflict(reason="not_the_head", current=str(self.head))
        return True

    def frozen(self, *, circuit: CircuitId, now: datetime) -> tuple["Entry", tuple[EntryFact, ...]]:
        """Return it in circuit, its head frozen."""
        return self._step("in_circuit", now=now, circuit=circuit, frozen_revision=self.head)

    def closed_for_seal(self, *, revision: int, circuit: CircuitId) -> "Entry":
        """
        Return it refusing every revision until the seal or a return.

        Raises:
            Conflict: the head moved, or it is not in this circuit.

        """
        if self.circuit != circuit or self.frozen_revision != revision or self.head != revision:
            raise Conflict(reason="head_moved", current=str(self.head))
        if self.state == "in_circuit":
            return replace(self, closing=True)
        return self

    def sealed(self, *, circuit: CircuitId, alone: bool, now: datetime) -> tuple["Entry", tuple[EntryFact, ...]]:
        """Return it sealed, or signed when its author signed alone; unchanged when this circuit is not its own."""
        if self.state != "in_circuit" or self.circuit != circuit:
            return self, ()
        return self._step("signed" if alone else "sealed", now=now, circuit=circuit, frozen_revision=self.head)

    def returned(self, *, circuit: CircuitId, now: datetime) -> tuple["Entry", tuple[EntryFact, ...]]:
        """Return it to its author; unchanged when this circuit is not its own any more."""
        if self.state != "in_circuit" or self.circuit != circuit:
            return self, ()
        moved, facts = self._step("returned", now=now, circuit=circuit, frozen_revision=None)
        return replace(moved, circuit=None), facts

    def struck_out(self, *, reason: str, now: datetime) -> tuple["Entry", tuple[EntryFact, ...]]:
        """
        Return it struck out: it stays in the sequence.

        Raises:
            Sealed: signed, sealed or struck out already.
            Conflict: it is in circuit; return it first.

        """
        if self.state in FINAL:
            raise Sealed(state=self.state)
        if self.state == "in_circuit":
            raise Conflict(reason="in_circuit")
        moved, facts = self._step("struck_out", now=now, circuit=None, frozen_revision=None)
        struck = EntryStruckOut(self.id, self.notebook, moved.change_number)
        return replace(moved, strike_out_reason=reason), (*facts, struck)

    def moved_from(self, before: EntryState, *, circuit: CircuitId | None) -> EntryStateChanged:
        """Return the fact that it came here from ``before``."""
        return EntryStateChanged(self.id, self.notebook, before, self.state, self.change_number, circuit)

    def _step(
        self, after: EntryState, *, now: datetime, circuit: CircuitId | None, frozen_revision: int | None
    ) -> tuple["Entry", tuple[EntryFact, ...]]:
        if (self.state, after) not in STEPS:
            raise Conflict(reason="no_such_step", current=self.state)
        moved = replace(
            self, state=after, circuit=circuit, frozen_revision=frozen_revision, closing=False,
            changed_at=now, change_number=self.change_number + 1,
        )  # fmt: skip
        return moved, (moved.moved_from(self.state, circuit=circuit),)
