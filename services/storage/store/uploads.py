"""Remember uploads and their parts in PostgreSQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contracts.identifiers import PersonId, Sha256, Sha512, UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.upload import FINISHED, GATEWAY, Owner, Upload, UploadState
from services.storage.store.tables import hold, naming, part, upload

_COLUMNS = (
    upload.c.id,
    upload.c.issuer,
    upload.c.person,
    upload.c.name,
    upload.c.media_type,
    upload.c.size_bytes,
    upload.c.part_size_bytes,
    upload.c.expected_sha256,
    upload.c.purpose,
    upload.c.created_at,
    upload.c.expires_at,
    upload.c.state,
    upload.c.sha256,
    upload.c.sha512,
    upload.c.transfer,
)


class PostgresUploads:
    """Uploads in the caller's transaction. See the port for what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Upload) -> None:
        """Insert a planned upload."""
        self._connection.execute(
            insert(upload).values(
                id=new.id,
                issuer=new.owner.issuer,
                person=new.owner.person,
                name=new.name,
                media_type=new.media_type,
                size_bytes=new.size_bytes,
                part_size_bytes=new.part_size_bytes,
                expected_sha256=new.expected,
                purpose=new.purpose,
                created_at=new.created_at,
                expires_at=new.expires_at,
                state=new.state,
                transfer=new.transfer,
            )
        )

    def get(self, id_: UploadId, *, lock: bool = False) -> Upload | None:
        """Return it, holding its row until the end when ``lock``."""
        query = select(*_COLUMNS).where(upload.c.id == id_)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return _upload(row) if row is not None else None

    def save(self, changed: Upload) -> None:
        """Write its state and digests."""
        digests = changed.digests
        self._connection.execute(
            update(upload)
            .where(upload.c.id == changed.id)
            .values(
                state=changed.state,
                sha256=digests.sha256 if digests else None,
                sha512=digests.sha512 if digests else None,
            )
        )

    def receive(self, id_: UploadId, number: int) -> None:
        """Note that a part is durable."""
        self._connection.execute(upsert(part).values(upload=id_, number=number).on_conflict_do_nothing())

    def received(self, id_: UploadId) -> frozenset[int]:
        """Return the numbers of the parts that are durable."""
        return frozenset(self._connection.execute(select(part.c.number).where(part.c.upload == id_)).scalars())

    def forget_parts(self, id_: UploadId, *, transfer: str) -> None:
        """Note that no part is there any more, nor any digest of them, and how the parts travel from now on."""
        self._connection.execute(delete(part).where(part.c.upload == id_))
        fresh = {"sha256": None, "sha512": None, "transfer": transfer}
        self._connection.execute(update(upload).where(upload.c.id == id_).values(fresh))

    def tentative(self, issuer: str, purpose: str) -> list[UploadId]:
        """Return the tentative uploads a house made for ``purpose``, in id order."""
        query = (
            select(upload.c.id)
            .where(upload.c.issuer == issuer, upload.c.purpose == purpose, upload.c.state == UploadState.TENTATIVE)
            .order_by(upload.c.id)
        )
        return list(self._connection.execute(query).scalars())

    def made_for(self, purpose: str, *, limit: int) -> list[Upload]:
        """Return finished uploads of people, newest first: ids are UUIDv7."""
        wanted = (upload.c.purpose == purpose, upload.c.purpose != "", upload.c.issuer == GATEWAY)
        query = select(*_COLUMNS).where(*wanted, upload.c.state.in_(FINISHED)).order_by(upload.c.id.desc()).limit(limit)
        return [_upload(row) for row in self._connection.execute(query)]

    def expired(self, now: datetime, *, limit: int) -> list[UploadId]:
        """Return planned uploads whose time is over, oldest first."""
        query = (
            select(upload.c.id)
            .where(upload.c.state == UploadState.PLANNED, upload.c.expires_at <= now)
            .order_by(upload.c.expires_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def orphans(self, before: datetime, *, limit: int) -> list[UploadId]:
        """Return complete uploads of people that nothing keeps."""
        named = exists().where(naming.c.sha256 == upload.c.sha256)
        on_person = exists().where(
            hold.c.scope == "person", hold.c.subject == upload.c.person, hold.c.lifted_at.is_(None)
        )
        alone = (upload.c.state == UploadState.COMPLETE, upload.c.issuer == GATEWAY, upload.c.created_at < before)
        query = select(upload.c.id).where(*alone, ~named, ~on_person).order_by(upload.c.id).limit(limit)
        return list(self._connection.execute(query).scalars())


def _upload(row: Row[*tuple[Any, ...]]) -> Upload:
    return Upload(
        id=UploadId(row.id),
        owner=Owner(row.issuer, PersonId(row.person) if row.person is not None else None),
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        part_size_bytes=row.part_size_bytes,
        expected=Sha256(row.expected_sha256) if row.expected_sha256 is not None else None,
        purpose=row.purpose,
        created_at=row.created_at,
        expires_at=row.expires_at,
        state=UploadState(row.state),
        digests=Digests(Sha256(row.sha256), Sha512(row.sha512)) if row.sha256 is not None else None,
        transfer=row.transfer,
    )
