"""Ask storage for uploads, kept bytes and signed URLs; never inside an open transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.identifiers import EntryId, PersonId, Sha256, Sha512, UploadId


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes storage keeps, named by their digests."""

    sha256: Sha256
    sha512: Sha512
    size_bytes: int
    media_type: str
    name: str
    upload: UploadId


@dataclass(frozen=True, slots=True)
class SignedUrl:
    """A URL good for a few minutes."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A passage of a file; ``kind`` is page, cell, slide, line or text, ``label`` what people call the place."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class FileText:
    """
    What is written in a file.

    ``status`` is pending, done, none or failed, ``reason`` why it failed or was cut short; ``media_type`` is what the
    bytes say, and ``media_type_lies`` whether it was sent as something they cannot be.
    """

    sha256: Sha256
    status: str
    reason: str
    places: tuple[TextPlace, ...]
    truncated: bool
    media_type: str
    media_type_lies: bool
    previews: tuple[str, ...]


def purpose_of(entry: EntryId) -> str:
    """Return the purpose of uploads for a page: whoever may write it may use them."""
    return f"entry:{entry}"


class Files(Protocol):
    """The house of storage, as entries needs it."""

    def resolve(
        self, uploads: Sequence[UploadId], *, owner: PersonId | None, purpose: str = ""
    ) -> tuple[StoredFile, ...]:
        """
        Return the finished uploads of ``owner``, or of anybody for ``purpose``, in the order asked for.

        Raises:
            NotFound: one is unknown, unfinished, or somebody else's and not for this purpose.

        """

    def sent_for(self, purpose: str) -> tuple[StoredFile, ...]:
        """Return the newest 200 finished uploads that people made for ``purpose``, newest first."""

    def keep(self, uploads: Sequence[UploadId]) -> None:
        """Make the bytes permanent because a revision names them. Idempotent."""

    def put(
        self, content: bytes, *, name: str, media_type: str, sha256: Sha256, purpose: str, tentative: bool = False
    ) -> StoredFile:
        """
        Send bytes of our own and return what storage keeps.

        Raises:
            StorageFull: no room.
            Unavailable: storage or its door does not answer.

        """

    def download_url(self, sha256: Sha256, *, name: str, media_type: str) -> SignedUrl:
        """Return a signed URL; the caller has decided that the reader may."""

    def preview_url(self, sha256: Sha256, *, kind: str) -> SignedUrl:
        """
        Return a signed URL of a preview; the caller has decided that the reader may.

        Raises:
            Unsupported: there is none of this kind.
            Unavailable: the file is being read.

        """

    def text(self, sha256: Sha256, *, claimed_media_type: str, with_places: bool) -> FileText:
        """Return what is written in a file, or only what became of reading it; the reader may, the caller decided."""
