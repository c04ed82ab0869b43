"""Remember what was read inside files, in PostgreSQL."""

from collections.abc import Iterable
from datetime import datetime

import orjson
from sqlalchemy import Connection, delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from contracts.identifiers import Sha256
from services.storage.domain.reading import Place, PlaceKind, Preview, Reading, Reason, Status
from services.storage.ports import KnownReading, PreviewSize
from services.storage.store.tables import preview, reading

_ABOUT = (reading.c.version, reading.c.status, reading.c.reason, reading.c.media_type, reading.c.truncated)


class PostgresReadings:
    """Readings in the caller's transaction. See the port for what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, sha256: Sha256, found: Reading, *, version: int, at: datetime) -> None:
        """Put it in the place of any older one."""
        values = {
            "version": version,
            "status": found.status,
            "reason": found.reason,
            "media_type": found.media_type,
            "places": _written(found.places),
            "truncated": found.truncated,
            "read_at": at,
        }
        self._connection.execute(
            upsert(reading)
            .values(sha256=sha256, **values)
            .on_conflict_do_update(index_elements=[reading.c.sha256], set_=values)
        )
        self._connection.execute(delete(preview).where(preview.c.sha256 == sha256))
        for one in found.previews:
            self._connection.execute(
                insert(preview).values(sha256=sha256, kind=one.kind, media_type=one.media_type, content=one.content)
            )

    def version(self, sha256: Sha256) -> int | None:
        """Return by which version they were read, None when they never were."""
        found: int | None = self._connection.execute(
            select(reading.c.version).where(reading.c.sha256 == sha256)
        ).scalar_one_or_none()
        return found

    def get(self, sha256: Sha256, *, with_places: bool = True) -> KnownReading | None:
        """Return what was read, with the kinds of its previews in order."""
        places_column = reading.c.places if with_places else literal("[]").label("places")
        query = select(*_ABOUT, places_column).where(reading.c.sha256 == sha256)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        kinds = self._connection.execute(
            select(preview.c.kind).where(preview.c.sha256 == sha256).order_by(preview.c.kind)
        ).scalars()
        places = _places(row.places)
        found = Reading(Status(row.status), Reason(row.reason), row.media_type, places, row.truncated)
        return KnownReading(found, row.version, tuple(kinds))

    def preview_size(self, sha256: Sha256, kind: str) -> PreviewSize | None:
        """Return how large a preview is, and what."""
        query = select(preview.c.media_type, func.octet_length(preview.c.content).label("size_bytes"))
        row = self._connection.execute(query.where(preview.c.sha256 == sha256, preview.c.kind == kind)).one_or_none()
        return PreviewSize(row.size_bytes, row.media_type) if row is not None else None

    def preview(self, sha256: Sha256, kind: str) -> Preview | None:
        """Return a preview with its bytes."""
        query = select(preview.c.media_type, preview.c.content)
        row = self._connection.execute(query.where(preview.c.sha256 == sha256, preview.c.kind == kind)).one_or_none()
        return Preview(kind, row.media_type, bytes(row.content)) if row is not None else None


def _written(places: Iterable[Place]) -> str:
    return orjson.dumps([(place.kind, place.label, place.text) for place in places]).decode()


def _places(written: str) -> tuple[Place, ...]:
    return tuple(Place(PlaceKind(kind), label, text) for kind, label, text in orjson.loads(written))
