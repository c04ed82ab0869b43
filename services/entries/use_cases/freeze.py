"""Freeze an entry's head for a circuit (decision 21)."""

import hashlib
from dataclasses import dataclass

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import CircuitId, EntryId, PersonId, Sha256
from services.entries.domain.caller import Caller
from services.entries.domain.revision import Attachment, demand_room_in_evidence
from services.entries.domain.views import EntryShown, Frozen, FrozenObject
from services.entries.ports.files import Files
from services.entries.ports.machines import Canonical, Clock, EvidenceFile, Rendering
from services.entries.ports.unit_of_work import Readings, Repositories, Units

RECORD, PAGE, CRATE = "record.json", "record.html", "ro-crate-metadata.json"
_MEDIA_TYPES = {RECORD: "application/json", PAGE: "text/html", CRATE: "application/ld+json"}


@dataclass(frozen=True, slots=True)
class Freeze:
    """Render and store first, with no transaction open; then one commit makes the entry in circuit."""

    units: Units
    readings: Readings
    clock: Clock
    files: Files
    rendering: Rendering
    canonical: Canonical

    def __call__(
        self,
        caller: Caller,
        *,
        entry: EntryId,
        revision: int | None,
        circuit: CircuitId,
        by: PersonId,
        signers: tuple[PersonId, ...] = (),
    ) -> Frozen:
        """
        Return what the circuit signs; the same circuit twice gets the same answer.

        Raises:
            NotFound: no such entry ``by`` may read.
            Forbidden: ``by`` may not send it into a circuit.
            Conflict: it is in another circuit, has no revision, or ``revision`` is not the head.
            Sealed: nothing may change any more.
            Invalid: a signer may not sign it, or it has more attachments than an evidence file holds.

        """
        with self.readings() as store:
            shown = store.entries.show(entry=entry, reference=None, person=by)
            shown.standing.demand("send_into_circuit")
            if not shown.entry.freezable(revision=revision, circuit=circuit):
                return self._frozen(store, entry, circuit)
            _demand_signers(store, entry, signers)
            attachments = store.entries.attachments(entry, shown.revision.number) if shown.revision else ()
        demand_room_in_evidence(attachments)
        objects = self._stored(shown, attachments)
        with self.units(caller) as uow:
            found = uow.entries.lock(entry, person=by)
            found.standing.demand("send_into_circuit")
            if found.entry.freezable(revision=shown.entry.head, circuit=circuit):
                moved, facts = found.entry.frozen(circuit=circuit, now=self.clock.now())
                uow.entries.save(moved)
                uow.entries.keep_frozen(entry, circuit, objects)
                uow.publish(*facts)
                uow.commit()
            return self._frozen(uow, entry, circuit)

    def _frozen(self, store: Repositories, entry: EntryId, circuit: CircuitId) -> Frozen:
        described = store.entries.describe(entry)
        number = described.entry.frozen_revision or described.entry.head
        revision, _ = store.entries.revision(entry, number, person=None)  # type: ignore[arg-type]
        assert revision is not None  # frozen in the commit that found it at the head
        return Frozen(described, revision, store.entries.frozen(entry, circuit))

    def _stored(self, shown: EntryShown, attachments: tuple[Attachment, ...]) -> tuple[FrozenObject, ...]:
        revision = shown.revision
        assert revision is not None  # freezable refuses an entry without one
        assert revision.record is not None  # shown whole
        said = self.canonical.decode(revision.record)
        record = self._put(RECORD, revision.record, shown)
        page = self._put(PAGE, self.rendering.html(said, reference=shown.entry.reference), shown)
        kept = tuple(
            FrozenObject(file.path, file.media_type, file.size_bytes, file.sha256, file.sha512) for file in attachments
        )
        listed = (
            _evidence(record, name=RECORD),
            _evidence(page, name=PAGE),
            *(_evidence(place, name=file.name) for place, file in zip(kept, attachments, strict=True)),
        )
        crate = self._put(CRATE, self.rendering.crate(said, reference=shown.entry.reference, files=listed), shown)
        return tuple(sorted((record, page, crate, *kept), key=lambda found: found.path))

    def _put(self, path: str, content: bytes, shown: EntryShown) -> FrozenObject:
        digest = Sha256(hashlib.sha256(content).hexdigest())
        stored = self.files.put(
            content, name=path, media_type=_MEDIA_TYPES[path], sha256=digest, purpose=f"freeze:{shown.entry.id}"
        )
        return FrozenObject(path, _MEDIA_TYPES[path], stored.size_bytes, stored.sha256, stored.sha512)


def _demand_signers(store: Repositories, entry: EntryId, signers: tuple[PersonId, ...]) -> None:
    barred = [
        person
        for person in signers
        if not store.entries.show(entry=entry, reference=None, person=person).standing.may("sign")
    ]
    if barred:
        remedy = "name someone who reads the page as researcher, lead or partner; share it with them first"
        raise Invalid(*(FieldProblem("stages", f"{person} may not sign this page", remedy) for person in barred))


def _evidence(file: FrozenObject, *, name: str) -> EvidenceFile:
    return EvidenceFile(file.path, name, file.media_type, file.size_bytes, file.sha256, file.sha512)
