"""Ask the house of entries."""

from collections.abc import Mapping, Sequence
from typing import cast

from chassis.bus.client import BusClient
from contracts.entries import calls
from contracts.envelope import Call, Message
from contracts.identifiers import CircuitId, EntryId, PersonId, RevisionNumber
from services.signing.domain.circuit import Circuit
from services.signing.domain.frozen import Frozen, FrozenObject
from services.signing.ports.machines import Decision, Person


class BusEntries:
    """Speak to entries over the bus; freezing renders the page and may take longer than a question."""

    def __init__(self, bus: BusClient, *, timeout_seconds: float, freeze_timeout_seconds: float) -> None:
        self._bus = bus
        self._timeout_seconds = timeout_seconds
        self._freeze_timeout_seconds = freeze_timeout_seconds

    def freeze(self, circuit: Circuit, *, revision: RevisionNumber | None) -> Frozen:
        """Freeze the head revision for a circuit."""
        by = circuit.started_by
        call = calls.Freeze(
            entry=circuit.entry, revision=revision, circuit=circuit.id, by=by,
            signers=tuple(person for stage in circuit.stages for person in stage.signers),
        )  # fmt: skip
        reply = self._bus.call(call, on_behalf_of=by, timeout_seconds=self._freeze_timeout_seconds)
        frozen = cast("calls.FrozenRevision", reply)
        return Frozen(
            entry=frozen.entry,
            notebook=frozen.notebook,
            reference=frozen.reference,
            title=frozen.title,
            page_number=frozen.page_number,
            revision=frozen.revision,
            digest=frozen.digest,
            prev=frozen.prev,
            author=frozen.author,
            unit_code=frozen.unit_code,
            unit_rors=frozen.unit_rors,
            objects=tuple(FrozenObject(**item.model_dump()) for item in frozen.objects),
        )

    def close_for_seal(self, entry: EntryId, *, revision: RevisionNumber, circuit: CircuitId) -> None:
        """Close the entry for revisions."""
        self._ask(calls.CloseForSeal(entry=entry, revision=revision, circuit=circuit))

    def author_of(self, entry: EntryId) -> PersonId:
        """Return the entry's author."""
        return cast("calls.EntryDescription", self._ask(calls.DescribeEntry(entry=entry))).author

    def decide(self, person: PersonId, action: str, entry: EntryId) -> Decision:
        """Return whether the person may."""
        call = calls.Decide(person=person, action=cast("calls.Action", action), entry=entry)
        reply = cast("calls.Decision", self._ask(call))
        return Decision(allowed=reply.allowed, reads=reply.reads)

    def people(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """Return those who are known and still there."""
        reply = cast("calls.PeopleList", self._ask(calls.GetPeople(ids=tuple(ids))))
        return {
            item.id: Person(id=item.id, name=item.display_name, orcid=item.orcid)
            for item in reply.items
            if item.status == "active"
        }

    def _ask(self, call: Call) -> Message:
        return self._bus.call(call, timeout_seconds=self._timeout_seconds)
