"""Stand at the bus for drafts."""

from chassis.bus.edge import Assembled, CallContext, answers
from contracts.entries import calls
from services.entries.service import bytes_said as say
from services.entries.service.replies import caller
from services.entries.wiring import House, assemble


class EntriesDrafts:
    """Drafts; every call is idempotent, so its queue is light (decision 14)."""

    name = "entries_drafts"
    house: House = Assembled(assemble)

    @answers(calls.SyncDraft)
    def sync_draft(self, call: calls.SyncDraft, context: CallContext) -> calls.DraftState:
        """Exchange what both sides lack."""
        client = say.client_side(call)
        return say.draft_state(self.house.write.sync_draft(caller(context), entry=call.entry, client=client))

    @answers(calls.WatchEntry)
    def watch_entry(self, call: calls.WatchEntry, context: CallContext) -> calls.EntryWatch:
        """Say whether the actor may follow a page."""
        shown, person = self.house.read.watch_entry(caller(context), entry=call.entry)
        return say.watch(shown, person)

    @answers(calls.ListDraftFiles)
    def list_draft_files(self, call: calls.ListDraftFiles, context: CallContext) -> calls.DraftFileList:
        """List what people sent for a page."""
        found = self.house.read.list_draft_files(caller(context), entry=call.entry)
        items = (
            calls.DraftFile(
                upload=one.upload, name=one.name, media_type=one.media_type, size_bytes=one.size_bytes,
                sha256=one.sha256,
            )
            for one in found
        )  # fmt: skip
        return calls.DraftFileList(items=tuple(items))

    @answers(calls.GetDraftFile)
    def get_draft_file(self, call: calls.GetDraftFile, context: CallContext) -> calls.AttachmentUrl:
        """Return a signed URL of one of them."""
        signed = self.house.read.get_draft_file(caller(context), entry=call.entry, name=call.name)
        return calls.AttachmentUrl(url=signed.url, expires_at=signed.expires_at)
