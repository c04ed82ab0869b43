"""Remember in PostgreSQL which bytes the store has."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from contracts.identifiers import Sha256, Sha512
from services.storage.domain.digests import Digests
from services.storage.domain.upload import FINISHED
from services.storage.ports import StoredBlob
from services.storage.store.tables import blob, upload
from services.storage.store.tables import naming as named

_FINISHED = sorted(FINISHED)


class PostgresBlobs:
    """Blobs in the caller's transaction. See the port for what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, sha256: Sha256) -> None:
        """Hold an advisory lock, for there may be no row yet to lock; two digests sharing 64 bits only wait."""
        self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(sha256, 0))))

    def add(self, stored: StoredBlob, *, at: datetime) -> None:
        """Note that the bytes are durable, and where."""
        statement = upsert(blob).values(
            sha256=stored.digests.sha256,
            sha512=stored.digests.sha512,
            size_bytes=stored.size_bytes,
            place=stored.place,
            stored_at=at,
        )
        again = statement.on_conflict_do_update(index_elements=[blob.c.sha256], set_={"place": stored.place})
        self._connection.execute(again)

    def get(self, sha256: Sha256) -> StoredBlob | None:
        """Return what is known of them."""
        query = select(blob.c.sha256, blob.c.sha512, blob.c.size_bytes, blob.c.place).where(blob.c.sha256 == sha256)
        row = self._connection.execute(query).one_or_none()
        return StoredBlob(Digests(Sha256(row.sha256), Sha512(row.sha512)), row.size_bytes, row.place) if row else None

    def named(self, sha256: Sha256) -> bool:
        """Tell whether an upload that is finished names them."""
        naming = exists().where(upload.c.sha256 == sha256, upload.c.state.in_(_FINISHED))
        return bool(self._connection.execute(select(naming)).scalar())

    def remove(self, sha256: Sha256) -> None:
        """Note that they are gone."""
        self._connection.execute(delete(blob).where(blob.c.sha256 == sha256))

    def name(self, sha256: Sha256) -> str:
        """Return the name under which they last arrived."""
        arrived = select(upload.c.name).where(upload.c.sha256 == sha256, upload.c.state.in_(_FINISHED))
        return self._connection.execute(arrived.order_by(upload.c.id.desc()).limit(1)).scalar() or ""

    def unnamed(self, *, limit: int) -> list[Sha256]:
        """Return blobs that no finished upload names."""
        naming = exists().where(upload.c.sha256 == blob.c.sha256, upload.c.state.in_(_FINISHED))
        on_page = exists().where(named.c.sha256 == blob.c.sha256)
        query = select(blob.c.sha256).where(~naming, ~on_page, ~blob.c.held).limit(limit)
        return list(self._connection.execute(query).scalars())
