"""Sign a URL under which a blob may be fetched for a few minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.errors import NotFound
from contracts.identifiers import Sha256
from services.storage.domain.names import check_media_type, check_name
from services.storage.ports import Clock, StoredBlob, UnitOfWorkFactory, Urls


@dataclass(frozen=True, slots=True)
class Download:
    """A signed URL, until when, and how much it will send."""

    url: str
    expires_at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True)
class IssueDownloadUrl:
    """Sign; whether the reader may is the asking house's decision, made before."""

    uow: UnitOfWorkFactory
    urls: Urls
    clock: Clock
    url_lifetime_seconds: int

    def __call__(self, sha256: Sha256, *, name: str, media_type: str) -> Download:
        """
        Return the URL.

        Raises:
            NotFound: The store has no such bytes.
            Invalid: The name or media type could not stand in a header. Of a path, the last part is the name.

        """
        plain = check_name(name.rpartition("/")[2])
        blob = self._blob(sha256)
        expires_at = self.clock() + timedelta(seconds=self.url_lifetime_seconds)
        url = self.urls.blob(blob, name=plain, media_type=check_media_type(media_type), expires_at=expires_at)
        return Download(url, expires_at, blob.size_bytes)

    def _blob(self, sha256: Sha256) -> StoredBlob:
        with self.uow() as uow:
            blob = uow.blobs.get(sha256)
        if blob is None:
            raise NotFound(kind="blob", id=sha256)
        return blob
