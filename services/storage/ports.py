"""Name what the use cases need from the world: rows, bytes, URLs, a clock."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from contracts.identifiers import PersonId, RequestKey, Sha256, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.facts import Fact
from services.storage.domain.plan import Part
from services.storage.domain.reading import Preview, Reading
from services.storage.domain.upload import Upload

# Returns the present, aware and in UTC.
Clock = Callable[[], datetime]
# Returns a new UUIDv7 (RFC 9562 §5.7).
NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Cause:
    """Who and what an effect goes back to; travels with every event."""

    person: PersonId | None = None
    correlation_id: str = ""


class Uploads(Protocol):
    """Remember uploads and which of their parts came."""

    def add(self, upload: Upload) -> None:
        """Insert a planned upload."""

    def get(self, id_: UploadId, *, lock: bool = False) -> Upload | None:
        """Return it, holding its row until the end when ``lock``."""

    def save(self, upload: Upload) -> None:
        """Write its state and digests."""

    def receive(self, id_: UploadId, number: int) -> None:
        """Note that a part is durable; a repeat changes nothing."""

    def received(self, id_: UploadId) -> frozenset[int]:
        """Return the numbers of the parts that are durable."""

    def forget_parts(self, id_: UploadId) -> None:
        """Note that no part is there any more, nor any digest of them."""

    def tentative(self, issuer: str, purpose: str) -> list[UploadId]:
        """Return the tentative uploads a house made for ``purpose``, in id order."""

    def expired(self, now: datetime, *, limit: int) -> list[UploadId]:
        """Return planned uploads whose time is over, oldest first."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """Bytes the store has."""

    digests: Digests
    size_bytes: int


class Blobs(Protocol):
    """Remember which bytes the store has."""

    def lock(self, sha256: Sha256) -> None:
        """Let nobody else confirm or drop these bytes until the end."""

    def add(self, blob: StoredBlob, *, at: datetime) -> None:
        """Note that the bytes are durable; a repeat changes nothing."""

    def get(self, sha256: Sha256) -> StoredBlob | None:
        """Return what is known of them."""

    def named(self, sha256: Sha256) -> bool:
        """Tell whether an upload that is finished names them."""

    def remove(self, sha256: Sha256) -> None:
        """Note that they are gone."""

    def name(self, sha256: Sha256) -> str:
        """Return the name under which they last arrived, empty when no finished upload names them."""

    def unnamed(self, *, limit: int) -> list[Sha256]:
        """Return blobs that no finished upload names: left by a death between two commits."""


@dataclass(frozen=True, slots=True)
class KnownReading:
    """A reading without its previews' bytes; ``version`` is that of the reader, ``kinds`` those of the previews."""

    reading: Reading
    version: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewSize:
    """How large a preview is, and what."""

    size_bytes: int
    media_type: str


class Readings(Protocol):
    """Remember what was read inside files; all of it can be made again, and goes when the bytes go."""

    def save(self, sha256: Sha256, found: Reading, *, version: int, at: datetime) -> None:
        """Put it in the place of any older one."""

    def version(self, sha256: Sha256) -> int | None:
        """Return by which version they were read, None when they never were."""

    def get(self, sha256: Sha256) -> KnownReading | None:
        """Return what was read."""

    def preview_size(self, sha256: Sha256, kind: str) -> PreviewSize | None:
        """Return how large a preview is, and what."""

    def preview(self, sha256: Sha256, kind: str) -> Preview | None:
        """Return a preview with its bytes."""


class UnitOfWork(Protocol):
    """One transaction. Leaving without ``commit`` undoes all."""

    @property
    def uploads(self) -> Uploads:
        """Uploads as this transaction sees them."""

    @property
    def blobs(self) -> Blobs:
        """Blobs as this transaction sees them."""

    @property
    def readings(self) -> Readings:
        """Readings as this transaction sees them."""

    def ask_to_read(self, digests: Iterable[Sha256], *, version: int) -> None:
        """Have a job read these bytes after the commit; asked twice for one version it is one job."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def publish(self, fact: Fact, *, cause: Cause, at: datetime) -> None:
        """Announce in the same commit."""

    def recall(self, request: RequestKey) -> dict[str, Any] | None:
        """Return what a keyed request answered before."""

    def remember(self, request: RequestKey, result: dict[str, Any]) -> None:
        """Keep what it answers, in the same commit."""

    def commit(self) -> None:
        """Make everything so."""


UnitOfWorkFactory = Callable[[], UnitOfWork]


class IncomingBytes(Protocol):
    """Hold the bytes of an upload until it completes."""

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

    def drop(self, upload: UploadId) -> None:
        """Forget an upload's bytes; nothing there is fine."""

    def untouched_since(self, moment: datetime) -> list[UploadId]:
        """Return uploads whose bytes nobody wrote to since."""


class BlobStore(Protocol):
    """Keep bytes under their digest: a directory, later S3 with Object Lock."""

    def adopt(self, upload: UploadId, sha256: Sha256, size_bytes: int) -> None:
        """
        Make an upload's bytes the blob ``sha256``, durably; fine when it is there already.

        Raises:
            NotFound: Neither upload nor blob has ``size_bytes`` bytes.
            StorageFull: There is no room.

        """

    def size_of(self, sha256: Sha256) -> int | None:
        """Return the size of a blob, None when it is not there."""

    def read(self, sha256: Sha256, start: int, size_bytes: int) -> Iterator[bytes]:
        """
        Return a range of a blob in pieces.

        Raises:
            NotFound: It is not there.
            IntegrityBroken: It ends too early.

        """

    def remove(self, sha256: Sha256) -> None:
        """Delete a blob; nothing there is fine."""

    def free_bytes(self) -> int | None:
        """Return the room that is left, None when the store cannot tell."""


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

    def part(self, upload: UploadId, part: Part, *, expires_at: datetime) -> str:
        """Return the URL to PUT a part to."""

    def blob(self, blob: StoredBlob, *, name: str, media_type: str, expires_at: datetime) -> str:
        """Return the URL to GET a blob from, under a name."""
