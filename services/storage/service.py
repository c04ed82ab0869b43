"""Stand at the bus for the house of storage: parse, call a use case, answer."""

from collections.abc import Sequence

from chassis.bus.edge import Assembled, CallContext, Heard, answers, gathers, listens
from contracts.entries import events as entries
from contracts.envelope import Done, Envelope
from contracts.errors import IntegrityBroken
from contracts.identifiers import HoldId, Sha256
from contracts.storage import calls
from services.storage.domain.hold import HoldShown
from services.storage.domain.reading import media_type_lies
from services.storage.domain.upload import Owner, Upload
from services.storage.ports import Cause, KnownReading
from services.storage.use_cases.create_upload import Wish
from services.storage.use_cases.holds import Asked
from services.storage.use_cases.plan_upload import Plan
from services.storage.wiring import House, assemble

# What no page names is kept for days (decision 8): the names of a burst are written together.
NAMES_REST_SECONDS = 0.5


class Storage:
    """The house of storage on the bus."""

    name = "storage"
    house: House = Assembled(assemble)

    @answers(calls.CreateUpload)
    def create_upload(self, call: calls.CreateUpload, context: CallContext) -> calls.UploadPlan:
        """Plan an upload."""
        wish = Wish(call.name, call.media_type, call.size_bytes, call.sha256, call.purpose)
        return _plan(self.house.create_upload(wish, asker=_asker(context), request=context.request))

    @answers(calls.GetUpload)
    def get_upload(self, call: calls.GetUpload, context: CallContext) -> calls.UploadPlan:
        """Show an upload again."""
        return _plan(self.house.get_upload(call.upload, asker=_asker(context)))

    @answers(calls.CompleteUpload)
    def complete_upload(self, call: calls.CompleteUpload, context: CallContext) -> calls.Blob:
        """Check the bytes and keep them."""
        finished = self.house.complete_upload(
            call.upload,
            asker=_asker(context),
            cause=_cause(context),
            claimed=call.sha256,
            tentative=call.tentative,
        )
        return _blob(finished)

    @answers(calls.DiscardUpload)
    def discard_upload(self, call: calls.DiscardUpload, context: CallContext) -> Done:
        """Drop an upload."""
        self.house.discard_upload(call.upload, asker=_asker(context))
        return Done()

    @answers(calls.ResolveUploads)
    def resolve_uploads(self, call: calls.ResolveUploads, context: CallContext) -> calls.BlobList:
        """Tell which bytes finished uploads are."""
        house = context.actor.issuer
        found = self.house.resolve_uploads(call.uploads, owner=call.owner, house=house, purpose=call.purpose)
        return calls.BlobList(items=tuple(_blob(upload) for upload in found))

    @answers(calls.ListUploads)
    def list_uploads(self, call: calls.ListUploads, context: CallContext) -> calls.BlobList:  # noqa: ARG002
        """Tell what people sent for a purpose; the asking house has decided."""
        found = self.house.list_uploads(call.purpose, limit=call.limit)
        return calls.BlobList(items=tuple(_blob(upload) for upload in found))

    @answers(calls.KeepUploads)
    def keep_uploads(self, call: calls.KeepUploads, context: CallContext) -> Done:
        """Make bytes permanent."""
        self.house.keep_uploads(call.uploads, asker=_asker(context))
        return Done()

    @answers(calls.DiscardPurpose)
    def discard_purpose(self, call: calls.DiscardPurpose, context: CallContext) -> Done:
        """Drop what an import put aside."""
        self.house.discard_purpose(call.purpose, asker=_asker(context))
        return Done()

    @answers(calls.IssueDownloadUrl)
    def issue_download_url(self, call: calls.IssueDownloadUrl, context: CallContext) -> calls.SignedUrl:  # noqa: ARG002
        """Sign a URL; the asking house has decided."""
        download = self.house.issue_download_url(call.sha256, name=call.name, media_type=call.media_type)
        return calls.SignedUrl(url=download.url, expires_at=download.expires_at, size_bytes=download.size_bytes)

    @answers(calls.GetText)
    def get_text(self, call: calls.GetText, context: CallContext) -> calls.FileText:  # noqa: ARG002
        """Tell what is written inside a file; the asking house has decided."""
        return _text(
            call.sha256, self.house.get_text(call.sha256, with_places=call.with_places), claimed=call.claimed_media_type
        )

    @answers(calls.GetPreview)
    def get_preview(self, call: calls.GetPreview, context: CallContext) -> calls.PreviewUrl:  # noqa: ARG002
        """Sign a preview's URL; the asking house has decided."""
        signed = self.house.get_preview(call.sha256, call.kind)
        return calls.PreviewUrl(
            url=signed.url,
            expires_at=signed.expires_at,
            size_bytes=signed.size.size_bytes,
            media_type=signed.size.media_type,
        )

    @answers(calls.PlaceHold)
    def place_hold(self, call: calls.PlaceHold, context: CallContext) -> calls.Hold:
        """Place a legal hold."""
        asked = Asked(call.scope, call.subject, call.reason)
        placed = self.house.place_hold(asked, asker=_asker(context), cause=_cause(context), request=context.request)
        return _hold(placed)

    @answers(calls.LiftHold)
    def lift_hold(self, call: calls.LiftHold, context: CallContext) -> calls.Hold:
        """Lift a legal hold."""
        lift = self.house.lift_hold
        return _hold(lift(call.hold, reason=call.reason, asker=_asker(context), cause=_cause(context)))

    @answers(calls.ListHolds)
    def list_holds(self, call: calls.ListHolds, context: CallContext) -> calls.HoldList:
        """List legal holds."""
        after = HoldId(call.cursor) if call.cursor else None
        found = self.house.list_holds(after=after, limit=call.limit, asker=_asker(context))
        following = found[-1].hold.id if len(found) == call.limit else None
        return calls.HoldList(items=tuple(map(_hold, found)), next_cursor=following)

    @gathers(entries.RevisionAppended, rest_seconds=NAMES_REST_SECONDS)
    def revision_appended(self, heard: Sequence[Heard[entries.RevisionAppended]]) -> None:
        """Note which bytes they name."""
        named = [(one.event.notebook, (one.event.digest, *one.event.attachments)) for one in heard]
        self.house.note_revisions(named)

    @listens(entries.NotebookOpened)
    def notebook_opened(self, event: entries.NotebookOpened, envelope: Envelope) -> None:  # noqa: ARG002
        """Let holds on its unit reach it."""
        self.house.note_notebook(event.notebook)


def _cause(context: CallContext) -> Cause:
    return Cause(context.actor.person, context.correlation_id)


def _hold(shown: HoldShown) -> calls.Hold:
    hold = shown.hold
    return calls.Hold(
        id=hold.id, scope=hold.scope, subject=hold.subject, reason=hold.reason, placed_by=hold.placed_by,
        placed_at=hold.placed_at, lifted_by=hold.lifted_by, lifted_at=hold.lifted_at, files=shown.files,
        locked=shown.locked,
    )  # fmt: skip


def _asker(context: CallContext) -> Owner:
    return Owner(context.actor.issuer, context.actor.person)


def _plan(plan: Plan) -> calls.UploadPlan:
    upload = plan.upload
    return calls.UploadPlan(
        id=upload.id,
        name=upload.name,
        media_type=upload.media_type,
        size_bytes=upload.size_bytes,
        parts=tuple(
            calls.UploadPart(
                number=planned.part.number,
                offset=planned.part.offset,
                size_bytes=planned.part.size_bytes,
                url=planned.url,
                received=planned.received,
                headers=dict(planned.headers),
            )
            for planned in plan.parts
        ),
        expires_at=plan.urls_expire_at,
    )


def _blob(upload: Upload) -> calls.Blob:
    if upload.digests is None:
        raise IntegrityBroken(kind="upload", id=upload.id)
    return calls.Blob(
        sha256=upload.digests.sha256,
        sha512=upload.digests.sha512,
        size_bytes=upload.size_bytes,
        media_type=upload.media_type,
        name=upload.name,
        upload=upload.id,
    )


def _text(sha256: Sha256, known: KnownReading | None, *, claimed: str) -> calls.FileText:
    if known is None:
        return calls.FileText(sha256=sha256, status="pending")
    read = known.reading
    return calls.FileText(
        sha256=sha256,
        status=read.status.value,
        reason=read.reason.value,
        places=tuple(
            calls.TextPlace.model_construct(kind=place.kind.value, label=place.label, text=place.text)
            for place in read.places
        ),
        truncated=read.truncated,
        media_type=read.media_type,
        media_type_lies=media_type_lies(claimed, read.media_type),
        previews=known.kinds,
    )
