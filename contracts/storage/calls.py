"""Agree on uploads, blobs and signed URLs; bytes themselves never cross the bus (decisions.md 16)."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.envelope import Call, Done, Message
from contracts.identifiers import PersonId, Sha256, Sha512, UploadId
from contracts.storage.holds import Hold, HoldList, LiftHold, ListHolds, PlaceHold

__all__ = [
    "Blob",
    "BlobList",
    "CompleteUpload",
    "CreateUpload",
    "DiscardPurpose",
    "DiscardUpload",
    "FileText",
    "GetPreview",
    "GetText",
    "GetUpload",
    "Hold",
    "HoldList",
    "IssueDownloadUrl",
    "KeepUploads",
    "LiftHold",
    "ListHolds",
    "ListUploads",
    "PlaceHold",
    "PreviewUrl",
    "ResolveUploads",
    "SignedUrl",
    "TextPlace",
    "TextReason",
    "UploadPart",
    "UploadPlan",
]

_HOUSES = frozenset({"entries", "signing"})


class UploadPart(Message):
    """
    One part of a plan: PUT these bytes (``offset``, ``size_bytes``) to ``url`` before it expires.

    ``headers`` are part of what was signed: send each of them with the bytes, as it stands.
    """

    number: int
    offset: int
    size_bytes: int
    url: str
    received: bool = False
    headers: dict[str, str] = {}


class UploadPlan(Message):
    """
    Where to send the bytes; the same shape for every store.

    Parts may go in any order, in parallel, and again; ``complete_url`` is not used by clients of the gateway.
    """

    id: UploadId
    name: str
    media_type: str
    size_bytes: int
    parts: tuple[UploadPart, ...]
    expires_at: datetime


class CreateUpload(Call):
    """Plan an upload of ``size_bytes``; ``sha256`` when the client knows it already is checked at completion."""

    service = "storage"
    method = "create_upload"
    issuers = frozenset({"gateway", "entries", "signing"})
    changes = True
    name: str = Field(min_length=1, max_length=255)
    media_type: str = Field(default="application/octet-stream", max_length=255)
    size_bytes: int = Field(ge=0, le=5 * 1024**4)
    sha256: Sha256 | None = None
    purpose: str = Field(default="", max_length=100)
    reply: ClassVar[type[Message]] = UploadPlan


class GetUpload(Call):
    """Return the plan with the parts that are there and fresh URLs: a broken upload resumes from it."""

    service = "storage"
    method = "get_upload"
    issuers = frozenset({"gateway", "entries", "signing"})
    upload: UploadId
    reply: ClassVar[type[Message]] = UploadPlan


class Blob(Message):
    """Bytes named by their digest; both digests are recomputed by storage in one pass."""

    sha256: Sha256
    sha512: Sha512
    size_bytes: int
    media_type: str
    name: str
    upload: UploadId


class CompleteUpload(Call):
    """Check and keep the bytes durably; Invalid names the part or digest that is wrong, and keeps nothing."""

    service = "storage"
    method = "complete_upload"
    issuers = frozenset({"gateway", "entries", "signing"})
    changes = True
    upload: UploadId
    sha256: Sha256 | None = None
    tentative: bool = False
    reply: ClassVar[type[Message]] = Blob


class DiscardUpload(Call):
    """Drop an upload and, when nothing else names them, its tentative bytes. Idempotent."""

    service = "storage"
    method = "discard_upload"
    issuers = frozenset({"gateway", "entries", "signing"})
    changes = True
    upload: UploadId
    reply: ClassVar[type[Message]] = Done


class BlobList(Message):
    """Blobs in the order asked for."""

    items: tuple[Blob, ...]


class ResolveUploads(Call):
    """
    Return the finished uploads of ``owner`` (a person, or none: the calling house's own); NotFound names one.

    With a ``purpose`` also those that other people made for it: the calling house decides who may use them.
    """

    service = "storage"
    method = "resolve_uploads"
    issuers = _HOUSES
    uploads: tuple[UploadId, ...] = Field(max_length=500)
    owner: PersonId | None = None
    purpose: str = Field(default="", max_length=100)
    reply: ClassVar[type[Message]] = BlobList


class ListUploads(Call):
    """Return the finished uploads that people made for ``purpose``, newest first."""

    service = "storage"
    method = "list_uploads"
    issuers = _HOUSES
    purpose: str = Field(min_length=1, max_length=100)
    limit: int = Field(default=200, ge=1, le=200)
    reply: ClassVar[type[Message]] = BlobList


class KeepUploads(Call):
    """Make tentative bytes permanent: a revision names them. Idempotent."""

    service = "storage"
    method = "keep_uploads"
    issuers = _HOUSES
    changes = True
    uploads: tuple[UploadId, ...] = Field(max_length=500)
    reply: ClassVar[type[Message]] = Done


class DiscardPurpose(Call):
    """Drop every tentative upload of the calling house with this ``purpose`` (an import that was refused)."""

    service = "storage"
    method = "discard_purpose"
    issuers = _HOUSES
    changes = True
    purpose: str = Field(min_length=1, max_length=100)
    reply: ClassVar[type[Message]] = Done


class SignedUrl(Message):
    """A URL bound to method, digest, name, media type and expiry (five minutes)."""

    url: str
    expires_at: datetime
    size_bytes: int


class IssueDownloadUrl(Call):
    """Sign a download URL; the calling house has decided that its reader may. ``inline`` never for HTML or SVG."""

    service = "storage"
    method = "issue_download_url"
    issuers = _HOUSES
    sha256: Sha256
    name: str = Field(max_length=255)
    media_type: str = "application/octet-stream"
    disposition: Literal["attachment"] = "attachment"
    reply: ClassVar[type[Message]] = SignedUrl


class TextPlace(Message):
    """
    A passage of a file and where a reader finds it.

    ``label`` is for people, in the file's own terms: "p. 3", "Feuil1!B12", "slide 4", "line 120"; for text without
    places of its own (a letter, a web page) it is empty and ``kind`` is "text".
    """

    kind: Literal["page", "cell", "slide", "line", "text"]
    label: str
    text: str


# The file itself is kept and can be downloaded whatever the reason. The web app says each in French and English.
TextReason = Literal[
    "", "encrypted", "damaged", "bomb", "too_much_memory", "too_slow", "too_large", "too_many_pages", "too_much_text",
    "lost", "internal",
]  # fmt: skip


class FileText(Message):
    """
    What is written inside a file, by place; at most 1,000,000 characters in 50,000 places, then ``truncated``.

    ``status``: "pending" until the file was read; "done"; "none" when its kind holds no text we read; "failed".
    ``reason`` says why it failed or was cut short. ``media_type`` is what the bytes themselves say, empty when they
    say nothing; it ``lies`` when it was sent as something it cannot be. ``previews`` are the kinds ``GetPreview`` has.
    """

    sha256: Sha256
    status: Literal["pending", "done", "none", "failed"]
    reason: TextReason = ""
    places: tuple[TextPlace, ...] = ()
    truncated: bool = False
    media_type: str = ""
    media_type_lies: bool = False
    previews: tuple[str, ...] = ()


class GetText(Call):
    """
    Return a file's text; NotFound when storage has no such bytes. ``TextExtracted`` tells when "pending" is over.

    Asking for a file that was never read has it read: whoever rebuilds an index need do nothing else.
    """

    service = "storage"
    method = "get_text"
    issuers = frozenset({"entries", "search"})
    sha256: Sha256
    # What the asking house was told the file is; empty asks for no comparison.
    claimed_media_type: str = Field(default="", max_length=255)
    # False spares the text itself: a list of files needs only what became of each.
    with_places: bool = True
    reply: ClassVar[type[Message]] = FileText


class PreviewUrl(Message):
    """A signed URL of a picture (PNG) or table (JSON) made from a file, good for five minutes."""

    url: str
    expires_at: datetime
    size_bytes: int
    media_type: str


class GetPreview(Call):
    """Sign a preview's URL; Unsupported when there is none of this kind, Unavailable while the file is being read."""

    service = "storage"
    method = "get_preview"
    issuers = frozenset({"entries"})
    sha256: Sha256
    kind: str = Field(pattern="^(thumbnail|page-[1-9]|table)$")
    reply: ClassVar[type[Message]] = PreviewUrl
