"""Agree on what readers get of a revision's files: the bytes, what is written in them, and small pictures of them."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from contracts.envelope import Call, Message
from contracts.identifiers import EntryId, RevisionNumber
from contracts.storage.calls import FileText

_READ = "entries_read"


class AttachmentUrl(Message):
    """A signed URL, good for five minutes (decisions.md 27)."""

    url: str
    expires_at: datetime


class GetAttachment(Call):
    """
    Decide, then return a signed URL for an attachment of a revision, or for a ``preview`` of it.

    Of a preview: Unsupported when there is none of this kind, Unavailable while the file is being read.
    """

    service = _READ
    method = "get_attachment"
    entry: EntryId
    number: RevisionNumber
    name: str
    preview: str | None = Field(default=None, pattern="^(thumbnail|page-[1-9]|table)$")
    reply: ClassVar[type[Message]] = AttachmentUrl


class GetAttachmentText(Call):
    """Decide, then return what is written in an attachment, by place, and whether its media type tells the truth."""

    service = _READ
    method = "get_attachment_text"
    entry: EntryId
    number: RevisionNumber
    name: str
    # False spares the text itself: a list of files needs only what became of each.
    with_places: bool = True
    reply: ClassVar[type[Message]] = FileText
