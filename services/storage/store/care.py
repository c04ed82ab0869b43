"""Remember in PostgreSQL when each blob was last looked at, and until when it is locked."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, or_, select, update

from contracts.identifiers import Sha256, Sha512, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.facts import Damage
from services.storage.domain.upload import GATEWAY, UploadState
from services.storage.ports import BlobRef, StoredBlob
from services.storage.store.tables import blob, naming, upload

_COLUMNS = (blob.c.sha256, blob.c.sha512, blob.c.size_bytes, blob.c.place)
# What a revision names, and what a house keeps of its own: evidence, records.
_FOR_GOOD = or_(
    upload.c.state == UploadState.KEPT, and_(upload.c.state == UploadState.COMPLETE, upload.c.issuer != GATEWAY)
)


class PostgresCare:
    """The state of blobs in the caller's transaction. See the port for what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def longest_unchecked(self, before: datetime) -> StoredBlob | None:
        """Return the blob whose last check is longest ago."""
        due = or_(blob.c.checked_at.is_(None), blob.c.checked_at < before)
        query = select(*_COLUMNS).where(due).order_by(blob.c.checked_at.nulls_first()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return _stored(row) if row is not None else None

    def checked(self, sha256: Sha256, *, at: datetime, damage: Damage | None) -> Damage | None:
        """Note what a check found."""
        before = self._connection.execute(select(blob.c.damage).where(blob.c.sha256 == sha256)).scalar()
        self._connection.execute(update(blob).where(blob.c.sha256 == sha256).values(checked_at=at, damage=damage))
        return Damage(before) if before else None

    def to_lock(self, before: datetime, *, limit: int) -> list[StoredBlob]:
        """Return whole blobs that are kept for good."""
        due = or_(blob.c.locked_until.is_(None), blob.c.locked_until < before)
        kept = exists().where(upload.c.sha256 == blob.c.sha256, _FOR_GOOD)
        named = exists().where(naming.c.sha256 == blob.c.sha256)
        query = select(*_COLUMNS).where(due, blob.c.damage.is_(None), or_(kept, named))
        rows = self._connection.execute(query.order_by(blob.c.locked_until.nulls_first()).limit(limit))
        return [_stored(row) for row in rows]

    def locked(self, sha256: Sha256, until: datetime) -> None:
        """Note until when the store keeps them."""
        self._connection.execute(update(blob).where(blob.c.sha256 == sha256).values(locked_until=until))

    def after(self, sha256: str, *, limit: int) -> list[StoredBlob]:
        """Return blobs in the order of their digests."""
        query = select(*_COLUMNS).where(blob.c.sha256 > sha256).order_by(blob.c.sha256).limit(limit)
        return [_stored(row) for row in self._connection.execute(query)]

    def knows(self, blob_ref: BlobRef) -> bool:
        """Look by digest where the store names blobs so, else by place."""
        named = blob.c.sha256 == blob_ref.sha256 if blob_ref.sha256 else blob.c.place == blob_ref.place
        if self._connection.execute(select(exists().where(named))).scalar():
            return True
        coming = UploadId(blob_ref.place.partition(":")[0])
        planned = exists().where(upload.c.id == coming, upload.c.state == UploadState.PLANNED)
        return bool(self._connection.execute(select(planned)).scalar())


def _stored(row: Row[*tuple[Any, ...]]) -> StoredBlob:
    return StoredBlob(Digests(Sha256(row.sha256), Sha512(row.sha512)), row.size_bytes, row.place)
