"""Agree on how the draft of an entry travels: Yjs updates and state vectors (v1), base64, at most 1 MiB a call."""

from typing import ClassVar

from pydantic import Field

from contracts.entries.attachments import AttachmentUrl
from contracts.entries.notebooks import Action, EntryState
from contracts.envelope import Call, Message
from contracts.identifiers import EntryId, PersonId, Sha256, UploadId

# Bytes of updates in one call: base64 makes 1 MiB of them (decisions: the one exception to "no bytes on the bus").
UPDATE_LIMIT_BYTES = 786_432
# A draft beyond this is data, not a page: it belongs in a file.
DRAFT_LIMIT_BYTES = 8 * 1024 * 1024
# Base64 of the above; a state vector of ten thousand clients is smaller than a tenth of it.
_LONGEST = UPDATE_LIMIT_BYTES // 3 * 4


class DraftState(Message):
    """
    What a client lacks: ``updates`` to apply in order; ``more`` of them follow after ``cursor``.

    ``taken`` is false when the client's own update rests on changes the draft does not hold: nothing was stored.
    """

    epoch: int
    cursor: int
    state_vector: str
    updates: tuple[str, ...] = ()
    more: bool = False
    taken: bool = True


class SyncDraft(Call):
    """
    Exchange what both sides of a draft lack; the draft is made when there is none. Idempotent, so its queue is light.

    ``epoch`` 0 and ``cursor`` 0 are those of a client that holds nothing; ``update`` may be empty: pull only.
    Conflict (``draft_epoch``) when the draft began a new life; TooLarge; Sealed; Invalid when it is no editor's update.
    """

    service = "entries_drafts"
    method = "sync_draft"
    entry: EntryId
    epoch: int = Field(ge=0)
    cursor: int = Field(default=0, ge=0)
    state_vector: str = Field(default="", max_length=_LONGEST)
    update: str = Field(default="", max_length=_LONGEST)
    reply: ClassVar[type[Message]] = DraftState


class EntryWatch(Message):
    """What an open page is told about its reader and itself."""

    person: PersonId
    name: str
    may: tuple[Action, ...] = ()
    state: EntryState
    head: int


class WatchEntry(Call):
    """Say whether the actor may (still) follow an entry as it changes, and under which name; NotFound when not."""

    service = "entries_drafts"
    method = "watch_entry"
    entry: EntryId
    reply: ClassVar[type[Message]] = EntryWatch


class DraftFile(Message):
    """A file somebody sent for a page; a version holds it once it names ``upload``."""

    upload: UploadId
    name: str
    media_type: str
    size_bytes: int
    sha256: Sha256


class DraftFileList(Message):
    """The newest 200, newest first: a name twice means its newest file."""

    items: tuple[DraftFile, ...]


class ListDraftFiles(Call):
    """Return what people sent for a page (uploads whose purpose is ``entry:`` and its id); NotFound."""

    service = "entries_drafts"
    method = "list_draft_files"
    entry: EntryId
    reply: ClassVar[type[Message]] = DraftFileList


class GetDraftFile(Call):
    """Decide, then return a signed URL of the newest such file that bears this name; NotFound."""

    service = "entries_drafts"
    method = "get_draft_file"
    entry: EntryId
    name: str = Field(min_length=1, max_length=255)
    reply: ClassVar[type[Message]] = AttachmentUrl
