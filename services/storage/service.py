"""Stand at the bus for the house of storage: parse, call a use case, answer."""

from chassis.bus.edge import Assembled, CallContext, answers
from contracts.envelope import Done
from contracts.errors import IntegrityBroken
from contracts.identifiers import Sha256
from contracts.storage import calls
from services.storage.domain.reading import media_type_lies
from services.storage.domain.upload import Owner, Upload
from services.storage.ports import Cause, KnownReading
from services.storage.use_cases.create_upload import Wish
from services.storage.use_cases.plan_upload import Plan
from services.storage.wiring import House, assemble


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
            cause=Cause(context.actor.person, context.correlation_id),
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
        found = self.house.resolve_uploads(call.uploads, owner=call.owner, house=context.actor.issuer)
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
        return _text(call.sha256, self.house.get_text(call.sha256), claimed=call.claimed_media_type)

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
