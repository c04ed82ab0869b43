"""Sign a URL under which a preview may be fetched for a few minutes, and show it to who has one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.errors import NotFound, Unavailable, Unsupported
from contracts.identifiers import Sha256
from services.storage.domain.reading import VERSION, Preview
from services.storage.ports import Clock, PreviewSize, PreviewUrls, UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class SignedPreview:
    """A signed URL, until when, and what it will send."""

    url: str
    expires_at: datetime
    size: PreviewSize


@dataclass(frozen=True, slots=True)
class GetPreview:
    """Sign; whether the reader may is the asking house's decision, made before."""

    uow: UnitOfWorkFactory
    urls: PreviewUrls
    clock: Clock
    url_lifetime_seconds: int

    def __call__(self, sha256: Sha256, kind: str) -> SignedPreview:
        """
        Return the URL.

        Raises:
            NotFound: The store has no such bytes.
            Unavailable: They are being read; come back.
            Unsupported: Files of this kind, or this file, have no such preview.

        """
        with self.uow() as uow:
            size = uow.readings.preview_size(sha256, kind)
            if size is None:
                self._explain(uow, sha256, kind)
                raise Unsupported(preview=kind)
        expires_at = self.clock() + timedelta(seconds=self.url_lifetime_seconds)
        return SignedPreview(self.urls.preview(sha256, kind, expires_at=expires_at), expires_at, size)

    @staticmethod
    def _explain(uow: UnitOfWork, sha256: Sha256, kind: str) -> None:
        """Tell apart what is not there, not there yet, and never will be."""
        if uow.blobs.get(sha256) is None:
            raise NotFound(kind="blob", id=sha256)
        if uow.readings.version(sha256) is None:
            uow.ask_to_read([sha256], version=VERSION)
            uow.commit()
            raise Unavailable(reason="being_read", preview=kind, retry_after_seconds="2")


@dataclass(frozen=True, slots=True)
class OpenPreview:
    """Give a preview's bytes to the door."""

    uow: UnitOfWorkFactory

    def __call__(self, sha256: Sha256, kind: str) -> Preview:
        """Return it; NotFound when it was dropped or replaced since the URL was signed."""
        with self.uow() as uow:
            preview = uow.readings.preview(sha256, kind)
        if preview is None:
            raise NotFound(kind="preview", id=sha256)
        return preview
