"""Ask the store of bytes, and who signs URLs to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from contracts.identifiers import Sha256, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.plan import Part
from services.storage.domain.reading import Reading
from services.storage.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class BlobRef:
    """
    Say which bytes: their digest and size, and ``place``, the store's own word for where and which version they are.

    An empty place means wherever the digest says.
    """

    sha256: Sha256
    size_bytes: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """Bytes the store has."""

    digests: Digests
    size_bytes: int
    place: str = ""

    @property
    def ref(self) -> BlobRef:
        """What the store is asked with."""
        return BlobRef(self.digests.sha256, self.size_bytes, self.place)


@dataclass(frozen=True, slots=True)
class Lock:
    """Until when bytes cannot be deleted, and whether a hold keeps them beyond that."""

    until: datetime | None = None
    held: bool = False

    def closed(self, now: datetime) -> bool:
        """Whether they cannot be deleted now."""
        return self.held or (self.until is not None and self.until > now)


@dataclass(frozen=True, slots=True)
class Stray:
    """Bytes on their way in that nobody wrote to for long."""

    upload: UploadId
    transfer: str = ""


@dataclass(frozen=True, slots=True)
class PartAddress:
    """Where to PUT a part, and the headers that were signed with it."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Incoming(Protocol):
    """Gather the parts of uploads, whoever receives them: the door, or S3 itself."""

    def begin(self, upload: Upload) -> str:
        """Make ready for the parts; return the store's own name for this transfer, empty where it has none."""

    def parts(self, upload: Upload) -> frozenset[int] | None:
        """Return the numbers of the parts the store has; None where the rows of this house say it."""

    def digests(self, upload: Upload) -> Digests | None:
        """
        Make the parts one file and return its digests; None when parts are missing.

        Raises:
            Unavailable: The file is so large that it is still being read; ask again.

        """

    def drop(self, id_: UploadId, transfer: str) -> None:
        """Forget the bytes of an upload that never finished; nothing there is fine."""

    def abandon(self, stray: Stray) -> None:
        """Forget parts that belong to no upload any more; bytes that were adopted stay."""

    def untouched_since(self, moment: datetime) -> list[Stray]:
        """Return uploads whose bytes nobody wrote to since."""


class PartFiles(Incoming, Protocol):
    """Hold parts that come through the door until their upload completes."""

    def write(self, upload: UploadId, offset: int, data: memoryview) -> None:
        """
        Put bytes at their place.

        Raises:
            StorageFull: There is no room.

        """

    def sync(self, upload: UploadId) -> None:
        """
        Return when everything written survives a power cut.

        Raises:
            StorageFull: There was no room after all.

        """

    def read(self, upload: UploadId, offset: int, size_bytes: int) -> Iterator[bytes]:
        """Return written bytes in pieces."""


class BlobStore(Protocol):
    """Keep bytes so that nobody changes them: a directory, or S3 with versioning and Object Lock."""

    def adopt(self, upload: Upload, digests: Digests) -> str:
        """
        Make an upload's bytes a blob, durably, and return its place; fine when it is there already.

        Raises:
            NotFound: Neither upload nor blob has the bytes.
            StorageFull: There is no room.

        """

    def size_of(self, blob: BlobRef) -> int | None:
        """Return the size of a blob, None when it is not there."""

    def read(self, blob: BlobRef, start: int, size_bytes: int) -> Iterator[bytes]:
        """
        Return a range of a blob in pieces.

        Raises:
            NotFound: It is not there.
            IntegrityBroken: It ends too early, or cannot be read any more.

        """

    def is_current(self, blob: BlobRef) -> bool:
        """Tell whether what one finds under the blob's name is what was adopted, and nothing put over it since."""

    def remove(self, blob: BlobRef) -> None:
        """
        Delete a blob; nothing there is fine.

        Raises:
            Sealed: Its time is not over, or a hold keeps it.

        """

    def retain(self, blob: BlobRef, until: datetime) -> None:
        """
        Let nobody delete it before ``until``; a time that is longer already stays. Read back before it returns.

        Raises:
            NotFound: It is not there.
            Unavailable: The store did not take the lock.

        """

    def hold(self, blob: BlobRef, *, held: bool) -> None:
        """Let nobody delete it while a hold lasts, however long. Read back before it returns."""

    def lock_of(self, blob: BlobRef) -> Lock:
        """Return the lock as the store has it now."""

    def everything(self) -> Iterator[BlobRef]:
        """Return all the store has, in no order; on S3 the digest is what was noted beside the bytes."""

    def free_bytes(self) -> int | None:
        """Return the room that is left, None when the store cannot tell."""

    def answers(self) -> bool:
        """Tell whether the store can be used now."""


class Reader(Protocol):
    """Read inside a file without ever trusting it."""

    def __call__(self, content: Iterable[bytes], *, name: str) -> Reading:
        """
        Return what was found, or why nothing was; never raises for what the file is.

        ``content`` are all its bytes; ``name`` tells only what bytes cannot: that text is a table.
        """


class PreviewUrls(Protocol):
    """Sign URLs of previews."""

    def preview(self, sha256: Sha256, kind: str, *, expires_at: datetime) -> str:
        """Return the URL to GET a preview from."""


class Urls(Protocol):
    """Sign URLs a client may use without further proof until they expire."""

    def part(self, upload: Upload, part: Part, *, expires_at: datetime) -> PartAddress:
        """Return where to PUT a part."""

    def blob(self, blob: StoredBlob, *, name: str, media_type: str, expires_at: datetime) -> str:
        """Return the URL to GET a blob from, under a name."""
