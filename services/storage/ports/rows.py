"""Ask the database: uploads, blobs, what was read, all in one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from contracts.identifiers import PersonId, RequestKey, Sha256, UploadId
from services.storage.domain.facts import Damage, Fact
from services.storage.domain.reading import Preview, Reading
from services.storage.domain.upload import Upload
from services.storage.ports.holds import Holds
from services.storage.ports.store import BlobRef, StoredBlob


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

    def forget_parts(self, id_: UploadId, *, transfer: str) -> None:
        """Note that no part is there any more, nor any digest of them, and how the parts travel from now on."""

    def tentative(self, issuer: str, purpose: str) -> list[UploadId]:
        """Return the tentative uploads a house made for ``purpose``, in id order."""

    def made_for(self, purpose: str, *, limit: int) -> list[Upload]:
        """Return the finished uploads people made for ``purpose``, newest first."""

    def expired(self, now: datetime, *, limit: int) -> list[UploadId]:
        """Return planned uploads whose time is over, oldest first."""

    def orphans(self, before: datetime, *, limit: int) -> list[UploadId]:
        """Return complete uploads of people, planned before, whose bytes no revision and no hold keeps."""


class Blobs(Protocol):
    """Remember which bytes the store has."""

    def lock(self, sha256: Sha256) -> None:
        """Let nobody else confirm or drop these bytes until the end."""

    def add(self, blob: StoredBlob, *, at: datetime) -> None:
        """Note that the bytes are durable, and where; a repeat notes the new place."""

    def get(self, sha256: Sha256) -> StoredBlob | None:
        """Return what is known of them."""

    def named(self, sha256: Sha256) -> bool:
        """Tell whether an upload that is finished names them."""

    def remove(self, sha256: Sha256) -> None:
        """Note that they are gone."""

    def name(self, sha256: Sha256) -> str:
        """Return the name under which they last arrived, empty when no finished upload names them."""

    def unnamed(self, *, limit: int) -> list[Sha256]:
        """Return blobs that no finished upload, revision or hold keeps: left by a death between two commits."""


class Care(Protocol):
    """Remember when each blob was last looked at, and until when it is locked."""

    def longest_unchecked(self, before: datetime) -> StoredBlob | None:
        """Return the blob whose last check is longest ago, none when all were checked since ``before``."""

    def checked(self, sha256: Sha256, *, at: datetime, damage: Damage | None) -> Damage | None:
        """Note what a check found; return what the one before it had found."""

    def to_lock(self, before: datetime, *, limit: int) -> list[StoredBlob]:
        """Return whole blobs that are kept for good, but are locked no longer than ``before``."""

    def locked(self, sha256: Sha256, until: datetime) -> None:
        """Note until when the store keeps them, as it was read back."""

    def after(self, sha256: str, *, limit: int) -> list[StoredBlob]:
        """Return blobs in the order of their digests, from behind ``sha256``."""

    def knows(self, blob: BlobRef) -> bool:
        """Tell whether a row, or an upload that is still coming, names what the store has there."""


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

    def get(self, sha256: Sha256, *, with_places: bool = True) -> KnownReading | None:
        """Return what was read, with its text or without."""

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
    def holds(self) -> Holds:
        """Holds as this transaction sees them."""

    @property
    def care(self) -> Care:
        """What is known of the state of blobs as this transaction sees it."""

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
