"""Append an immutable revision to an entry."""

from dataclasses import dataclass

from contracts.errors import Conflict
from contracts.identifiers import EntryId, RevisionNumber
from services.entries.domain.caller import Caller
from services.entries.domain.documents import CheckedDocument
from services.entries.domain.drafts import Draft, Update
from services.entries.domain.revision import Author, Revision, to_milliseconds
from services.entries.domain.views import EntryShown, RevisionShown
from services.entries.ports.drafts import LivingDocuments
from services.entries.ports.machines import Clock
from services.entries.ports.unit_of_work import UnitOfWork, Units
from services.entries.use_cases.written import Checked, Desk, NamedDraft, Written


@dataclass(frozen=True, slots=True)
class AppendRevision:
    """The entry's row is locked, so that of two writers on one head the second is told it is stale."""

    units: Units
    clock: Clock
    desk: Desk
    living: LivingDocuments

    def __call__(self, caller: Caller, *, entry: EntryId, expected_head: int, written: Written) -> RevisionShown:
        """
        Return the revision; an entry in circuit is open again, and signing restarts its circuit.

        Raises:
            NotFound: no such entry the actor may read.
            Forbidden: the actor may read it, not write it.
            Sealed: nothing may change any more.
            Stale: the head is another than ``expected_head``.
            Conflict: a document while the draft holds unsaved text, or a draft that is behind or of another life.
            Invalid: the content is wrong.

        """
        checked = self.desk.check(written, owner=caller.person, entry=entry)
        with self.units(caller) as uow:
            found, known = uow.entries.open(entry, person=caller.person, request=caller.request)
            if known:
                return self._known(uow, caller, entry, RevisionNumber(known["revision"]))
            revision = self._append(uow, caller, found=found, expected_head=expected_head, checked=checked)
            uow.remember(caller.request, {"revision": revision.number})
            uow.commit()
        return RevisionShown(
            entry, revision.number, revision.digest, revision.prev, revision.title, revision.author,
            revision.created_at, revision.reason, revision.record,
        )  # fmt: skip

    def _append(
        self, uow: UnitOfWork, caller: Caller, *, found: EntryShown, expected_head: int, checked: Checked
    ) -> Revision:
        found.standing.demand("write")
        draft = uow.drafts.held(found.entry.id) if found.may_have_draft else None
        drafted = self._drafted(uow, draft, checked.written.draft, next_head=expected_head + 1)
        past = uow.entries.past_files(found.entry.id, checked.past_digests) if checked.past_digests else {}
        author = found.entry.author
        if author.id != caller.person:
            person = uow.people.several((caller.person,))[0]
            author = Author(person.id, person.fields.display_name)
        now = to_milliseconds(self.clock.now())
        revision = self.desk.revise(
            found.entry, checked.content(past, drafted=drafted), author=author, expected_head=expected_head, now=now
        )
        moved, facts = found.entry.appended(revision)
        uow.entries.append((revision,))
        uow.entries.save(moved)
        uow.publish(*facts)
        return revision

    def _drafted(
        self, uow: UnitOfWork, draft: Draft | None, named: NamedDraft | None, *, next_head: int
    ) -> CheckedDocument | None:
        """
        Return what the draft says, which this revision saves; none when the revision brings its own document.

        Either way the draft is told: it goes on from this revision, or its life ends with text nobody misses.
        """
        if named is None:
            if draft is not None:
                uow.drafts.save(draft.ended())
            return None
        if draft is None:
            raise Conflict(reason="draft_epoch", epoch="0")
        draft.demand_epoch(named.epoch, writes=True)
        if not self.living.covers(draft.state_vector, named.state_vector):
            raise Conflict(reason="draft_behind", epoch=str(draft.epoch))

        def rows(after: int) -> list[Update]:
            return uow.drafts.updates(draft.entry, after=after)

        document = self.desk.documents.check(self.living.read(draft, rows))
        updates = self.living.merge(draft, rows)
        saved = draft.merged(updates, state_vector=draft.state_vector).saved(next_head)
        uow.drafts.replace(saved, saved.rows(updates))
        return document

    def _known(self, uow: UnitOfWork, caller: Caller, entry: EntryId, number: RevisionNumber) -> RevisionShown:
        shown, standing = uow.entries.revision(entry, number, person=caller.person)
        standing.demand("read")
        assert shown is not None  # remembered in the commit that wrote it, and revisions are never deleted
        return shown
