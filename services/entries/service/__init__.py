"""Stand at the bus for the house of entries: parse, call a use case, answer. Reads have a queue of their own."""

from chassis.bus.edge import Assembled, CallContext, answers, listens
from contracts.entries import calls
from contracts.envelope import Done, Envelope
from contracts.signing import events as signing
from contracts.storage.calls import FileText
from services.entries.domain.grants import Beneficiary, Target
from services.entries.service import replies as say
from services.entries.service.drafts import EntriesDrafts
from services.entries.service.people import People
from services.entries.service.remarks import Remarks, Screens
from services.entries.service.replies import caller, next_cursor, number_after
from services.entries.use_cases.follow_signing import Message
from services.entries.use_cases.scope_of_hold import NOTEBOOKS_AT_ONCE
from services.entries.wiring import House, assemble

__all__ = ["Entries", "EntriesDrafts", "EntriesRead"]


class Entries(People, Remarks):
    """What changes something; its queue is durable."""

    name = "entries"
    house: House = Assembled(assemble)

    @answers(calls.OpenNotebook)
    def open_notebook(self, call: calls.OpenNotebook, context: CallContext) -> calls.Notebook:
        """Open a notebook."""
        made = self.house.write.open_notebook(
            caller(context), structure=call.structure, title=call.title, restricted=call.restricted
        )
        return say.notebook(made)

    @answers(calls.ChangeNotebook)
    def change_notebook(self, call: calls.ChangeNotebook, context: CallContext) -> calls.Notebook:
        """Retitle, restrict or open up a notebook."""
        changed = self.house.write.change_notebook(
            caller(context), notebook=call.notebook, version=call.version, title=call.title, restricted=call.restricted
        )
        return say.notebook(changed)

    @answers(calls.CloseNotebook)
    def close_notebook(self, call: calls.CloseNotebook, context: CallContext) -> calls.Notebook:
        """Close or reopen a notebook."""
        return say.notebook(
            self.house.write.close_notebook(caller(context), notebook=call.notebook, reopen=call.reopen)
        )

    @answers(calls.GiveGrant)
    def give_grant(self, call: calls.GiveGrant, context: CallContext) -> calls.Grant:
        """Share a notebook or an entry."""
        target, beneficiary = Target(call.notebook, call.entry), Beneficiary(call.person, call.structure)
        given = self.house.write.give_grant(
            caller(context), target=target, beneficiary=beneficiary, level=call.level, until_date=call.until_date
        )
        return say.grant(given)

    @answers(calls.RevokeGrant)
    def revoke_grant(self, call: calls.RevokeGrant, context: CallContext) -> Done:
        """End a share."""
        self.house.write.revoke_grant(caller(context), grant=call.grant)
        return Done()

    @answers(calls.CreateEntry)
    def create_entry(self, call: calls.CreateEntry, context: CallContext) -> calls.EntryView:
        """Allocate a page."""
        first = say.written(call.first) if call.first else None
        made = self.house.write.create_entry(
            caller(context), notebook=call.notebook, entry=call.entry, title=call.title, first=first
        )
        return say.entry(made)

    @answers(calls.AppendRevision)
    def append_revision(self, call: calls.AppendRevision, context: CallContext) -> calls.RevisionView:
        """Append a revision."""
        written = say.written(call.revision)
        made = self.house.write.append_revision(
            caller(context), entry=call.entry, expected_head=call.expected_head, written=written
        )
        return say.revision(made)

    @answers(calls.StrikeOut)
    def strike_out(self, call: calls.StrikeOut, context: CallContext) -> calls.EntryView:
        """Strike an entry out."""
        return say.entry(self.house.write.strike_out(caller(context), entry=call.entry, reason=call.reason))

    @answers(calls.Freeze)
    def freeze(self, call: calls.Freeze, context: CallContext) -> calls.FrozenRevision:
        """Freeze a head for a circuit."""
        done = self.house.write.freeze(
            caller(context), entry=call.entry, revision=call.revision, circuit=call.circuit, by=call.by,
            signers=call.signers,
        )  # fmt: skip
        return say.frozen(done)

    @answers(calls.CloseForSeal)
    def close_for_seal(self, call: calls.CloseForSeal, context: CallContext) -> Done:
        """Refuse every revision from now on."""
        self.house.write.close_for_seal(caller(context), entry=call.entry, revision=call.revision, circuit=call.circuit)
        return Done()

    @answers(calls.StartImport)
    def start_import(self, call: calls.StartImport, context: CallContext) -> calls.ImportView:
        """Take an archive in; the work is a job."""
        queued = self.house.write.start_import(caller(context), upload=call.upload, notebook=call.notebook)
        self.house.jobs.ensure()
        return say.imported(queued)

    @listens(signing.EntrySealed)
    def entry_sealed(self, event: signing.EntrySealed, envelope: Envelope) -> None:
        """Move the entry to sealed, or signed."""
        message = Message("entry_sealed", envelope.message_id)
        self.house.write.seal_entry(
            say.follower(envelope), message=message, entry=event.entry, circuit=event.circuit, alone=event.alone
        )

    @listens(signing.CircuitReturned)
    def circuit_returned(self, event: signing.CircuitReturned, envelope: Envelope) -> None:
        """Give the entry back to its author."""
        message = Message("circuit_returned", envelope.message_id)
        self.house.write.return_entry(say.follower(envelope), message=message, entry=event.entry, circuit=event.circuit)


class EntriesRead(Screens):
    """What only looks; its queue is light, a lost read is asked again."""

    name = "entries_read"
    house: House = Assembled(assemble)

    @answers(calls.ListStructures)
    def list_structures(self, call: calls.ListStructures, context: CallContext) -> calls.StructureList:
        """List the tree."""
        found = self.house.read.list_structures(
            caller(context), parent=call.parent, after=call.cursor, limit=call.limit
        )
        return calls.StructureList(items=tuple(map(say.structure, found)), next_cursor=next_cursor(found, call.limit))

    @answers(calls.GetStructure)
    def get_structure(self, call: calls.GetStructure, context: CallContext) -> calls.Structure:
        """Name a structure."""
        return say.structure(self.house.read.get_structure(caller(context), call.structure))

    @answers(calls.GetMe)
    def get_me(self, call: calls.GetMe, context: CallContext) -> calls.PersonDetail:  # noqa: ARG002
        """Tell the acting person about themselves."""
        return say.person_detail(self.house.read.get_me(caller(context)))

    @answers(calls.FindPeople)
    def find_people(self, call: calls.FindPeople, context: CallContext) -> calls.PeopleList:
        """Find people by the beginning of a name."""
        found = self.house.read.find_people(caller(context), words=call.q, after=call.cursor, limit=call.limit)
        return say.people(found, limit=call.limit)

    @answers(calls.GetPeople)
    def get_people(self, call: calls.GetPeople, context: CallContext) -> calls.PeopleList:  # noqa: ARG002
        """Return people by id."""
        return say.people(self.house.read.get_people(call.ids))

    @answers(calls.LeadsOf)
    def leads_of(self, call: calls.LeadsOf, context: CallContext) -> calls.PeopleList:  # noqa: ARG002
        """Return the leads above an entry."""
        return say.people(self.house.read.leads_of(call.entry))

    @answers(calls.ListReaderLabels)
    def list_reader_labels(self, call: calls.ListReaderLabels, context: CallContext) -> calls.ReaderLabelList:  # noqa: ARG002
        """Return who holds which labels."""
        found, after = self.house.read.list_reader_labels(person=call.person, after=call.cursor, limit=call.limit)
        return calls.ReaderLabelList(items=tuple(say.reader_label(one) for one in found), next_cursor=after)

    @answers(calls.ListNotebooks)
    def list_notebooks(self, call: calls.ListNotebooks, context: CallContext) -> calls.NotebookList:
        """List readable notebooks."""
        found = self.house.read.list_notebooks(
            caller(context), structure=call.structure, after=call.cursor, limit=call.limit
        )
        return calls.NotebookList(items=tuple(map(say.notebook, found)), next_cursor=next_cursor(found, call.limit))

    @answers(calls.GetNotebook)
    def get_notebook(self, call: calls.GetNotebook, context: CallContext) -> calls.Notebook:
        """Return a notebook."""
        return say.notebook(
            self.house.read.get_notebook(caller(context), notebook=call.notebook, reference=call.reference)
        )

    @answers(calls.GetEntry)
    def get_entry(self, call: calls.GetEntry, context: CallContext) -> calls.EntryView:
        """Return an entry."""
        return say.entry(self.house.read.get_entry(caller(context), entry=call.entry, reference=call.reference))

    @answers(calls.ListRevisions)
    def list_revisions(self, call: calls.ListRevisions, context: CallContext) -> calls.RevisionList:
        """List an entry's revisions."""
        below = number_after(call.cursor)
        found = self.house.read.list_revisions(caller(context), entry=call.entry, below=below, limit=call.limit)
        following = next_cursor(found, call.limit, key="number")
        return calls.RevisionList(items=tuple(map(say.revision, found)), next_cursor=following)

    @answers(calls.GetRevision)
    def get_revision(self, call: calls.GetRevision, context: CallContext) -> calls.RevisionView:
        """Return one revision whole."""
        return say.revision(self.house.read.get_revision(caller(context), entry=call.entry, number=call.number))

    @answers(calls.GetAttachment)
    def get_attachment(self, call: calls.GetAttachment, context: CallContext) -> calls.AttachmentUrl:
        """Return a signed URL of a file, or of a preview."""
        signed = self.house.read.get_attachment(
            caller(context), entry=call.entry, number=call.number, name=call.name, preview=call.preview
        )
        return calls.AttachmentUrl(url=signed.url, expires_at=signed.expires_at)

    @answers(calls.GetAttachmentText)
    def get_attachment_text(self, call: calls.GetAttachmentText, context: CallContext) -> FileText:
        """Return what is written in a file."""
        found = self.house.read.get_attachment_text(
            caller(context), entry=call.entry, number=call.number, name=call.name, with_places=call.with_places
        )
        return say.file_text(found)

    @answers(calls.ListGrants)
    def list_grants(self, call: calls.ListGrants, context: CallContext) -> calls.GrantList:
        """List shares."""
        target = Target(call.notebook, call.entry)
        found = self.house.read.list_grants(caller(context), target=target, after=call.cursor, limit=call.limit)
        return calls.GrantList(items=tuple(map(say.grant, found)), next_cursor=next_cursor(found, call.limit))

    @answers(calls.Decide)
    def decide(self, call: calls.Decide, context: CallContext) -> calls.Decision:  # noqa: ARG002
        """Decide for another house."""
        decided = self.house.read.decide(person=call.person, action=call.action, entry=call.entry)
        return calls.Decision(allowed=decided.allowed, reads=decided.reads)

    @answers(calls.ScopeOfHold)
    def scope_of_hold(self, call: calls.ScopeOfHold, context: CallContext) -> calls.HoldScope:  # noqa: ARG002
        """Tell storage what a hold reaches."""
        found = self.house.read.scope_of_hold(by=call.by, scope=call.scope, subject=call.subject, after=call.cursor)
        following = found[-1] if len(found) == NOTEBOOKS_AT_ONCE else None
        return calls.HoldScope(notebooks=tuple(found), next_cursor=following)

    @answers(calls.DescribeEntry)
    def describe_entry(self, call: calls.DescribeEntry, context: CallContext) -> calls.EntryDescription:  # noqa: ARG002
        """Return what names an entry."""
        return say.description(self.house.read.describe_entry(call.entry))

    @answers(calls.ListIndexable)
    def list_indexable(self, call: calls.ListIndexable, context: CallContext) -> calls.IndexableList:  # noqa: ARG002
        """Return the entries asked for, or a slice of all."""
        if call.entries:
            named = self.house.read.list_indexable.named(call.entries)
            return calls.IndexableList(items=tuple(map(say.indexable, named)))
        found = self.house.read.list_indexable(after=call.cursor, limit=call.limit)
        items = tuple(map(say.indexable, found))
        return calls.IndexableList(items=items, next_cursor=next_cursor(items, call.limit, key="entry"))

    @answers(calls.GetImport)
    def get_import(self, call: calls.GetImport, context: CallContext) -> calls.ImportView:
        """Return an import as it goes."""
        return say.imported(self.house.read.get_import(caller(context), identifier=call.id))
