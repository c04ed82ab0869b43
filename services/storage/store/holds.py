"""Remember holds in PostgreSQL, and find what they reach."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, exists, func, insert, or_, select, union, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contracts.errors import NotFound
from contracts.identifiers import HoldId, NotebookId, Sha256, Sha512
from services.storage.domain.digests import Digests
from services.storage.domain.hold import Hold, HoldShown
from services.storage.domain.upload import FINISHED, Upload
from services.storage.ports import StoredBlob
from services.storage.store.tables import blob, hold, hold_notebook, naming, upload

_COLUMNS = (
    hold.c.id, hold.c.scope, hold.c.subject, hold.c.reason, hold.c.placed_by, hold.c.placed_at, hold.c.lifted_by,
    hold.c.lifted_at, hold.c.lifted_reason,
)  # fmt: skip
_LASTS = hold.c.lifted_at.is_(None)


class PostgresHolds:
    """Holds in the caller's transaction. See the port for what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Hold, notebooks: Sequence[NotebookId]) -> None:
        """Insert a hold."""
        values = {column.name: getattr(new, column.name) for column in _COLUMNS}
        self._connection.execute(insert(hold).values(values))
        self.reach(new.id, notebooks)
        self._mark(new.id)

    def get(self, id_: HoldId, *, lock: bool = False) -> Hold | None:
        """Return it."""
        query = select(*_COLUMNS).where(hold.c.id == id_)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return Hold(*row) if row is not None else None

    def save(self, changed: Hold) -> None:
        """Write that it was lifted."""
        end = {"lifted_by": changed.lifted_by, "lifted_at": changed.lifted_at, "lifted_reason": changed.lifted_reason}
        self._connection.execute(update(hold).where(hold.c.id == changed.id).values(end))
        self._mark(changed.id)

    def show(self, id_: HoldId) -> HoldShown:
        """Return it with what it reaches now."""
        found = self.get(id_)
        if found is None:
            raise NotFound(kind="hold", id=id_)
        return self._shown(found)

    def page(self, *, after: HoldId | None, limit: int) -> list[HoldShown]:
        """Return holds, newest first."""
        query = select(*_COLUMNS).order_by(hold.c.id.desc()).limit(limit)
        rows = self._connection.execute(query.where(hold.c.id < after) if after else query)
        return [self._shown(Hold(*row)) for row in rows.all()]

    def units(self) -> list[Hold]:
        """Return the holds on units that last."""
        rows = self._connection.execute(select(*_COLUMNS).where(_LASTS, hold.c.scope == "unit"))
        return [Hold(*row) for row in rows]

    def reach(self, id_: HoldId, notebooks: Sequence[NotebookId]) -> None:
        """Note what it reaches."""
        if notebooks:
            rows = [{"hold": id_, "notebook": notebook} for notebook in notebooks]
            self._connection.execute(upsert(hold_notebook).on_conflict_do_nothing(), rows)

    def name(self, notebook: NotebookId, digests: Sequence[Sha256]) -> None:
        """Note what is named."""
        rows = [{"sha256": sha256, "notebook": notebook} for sha256 in digests]
        self._connection.execute(upsert(naming).on_conflict_do_nothing(), rows)
        reached = exists().where(hold_notebook.c.notebook == notebook, hold_notebook.c.hold == hold.c.id, _LASTS)
        due = update(blob).where(blob.c.sha256.in_(list(digests)), ~blob.c.held, reached)
        self._connection.execute(due.values(hold_due=True))

    def on_hold(self, brought: Upload) -> bool:
        """Look at the person who sent it."""
        return bool(self._connection.execute(select(_on_person(brought))).scalar())

    def arrived(self, brought: Upload) -> None:
        """Have the lock looked at when its person is under a hold."""
        if brought.digests is not None:
            due = update(blob).where(blob.c.sha256 == brought.digests.sha256, ~blob.c.held, _on_person(brought))
            self._connection.execute(due.values(hold_due=True))

    def keeps_bytes(self, sha256: Sha256) -> bool:
        """Look at who sent them, and at the notebooks that name them."""
        named = exists().where(naming.c.sha256 == sha256)
        return bool(self._connection.execute(select(or_(named, _reached(sha256)))).scalar())

    def due(self, *, limit: int) -> list[tuple[StoredBlob, bool]]:
        """Return files whose lock must be looked at."""
        columns = (blob.c.sha256, blob.c.sha512, blob.c.size_bytes, blob.c.place, _reached(blob.c.sha256))
        rows = self._connection.execute(select(*columns).where(blob.c.hold_due).order_by(blob.c.sha256).limit(limit))
        return [
            (StoredBlob(Digests(Sha256(row[0]), Sha512(row[1])), row[2], row[3]), bool(row[4])) for row in rows.all()
        ]

    def applied(self, sha256: Sha256, *, held: bool) -> None:
        """Note what the store has."""
        self._connection.execute(update(blob).where(blob.c.sha256 == sha256).values(held=held, hold_due=False))

    def _mark(self, id_: HoldId) -> None:
        self._connection.execute(update(blob).where(blob.c.sha256.in_(_files(id_))).values(hold_due=True))

    def _shown(self, found: Hold) -> HoldShown:
        counted = select(func.count(), func.count().filter(blob.c.held)).where(blob.c.sha256.in_(_files(found.id)))
        files, locked = self._connection.execute(counted).one()
        return HoldShown(found, files, locked)


def _on_person(brought: Upload) -> ColumnElement[bool]:
    return exists().where(_LASTS, hold.c.scope == "person", hold.c.subject == brought.owner.person)


def _files(id_: HoldId) -> ColumnElement[str]:
    """Return the digests a hold reaches: what its person sent, or what its notebooks name."""
    sent = (
        select(upload.c.sha256)
        .join(hold, hold.c.subject == upload.c.person)
        .where(hold.c.id == id_, hold.c.scope == "person", upload.c.state.in_(sorted(FINISHED)))
    )
    named = (
        select(naming.c.sha256)
        .join(hold_notebook, hold_notebook.c.notebook == naming.c.notebook)
        .where(hold_notebook.c.hold == id_)
    )
    return union(sent, named).scalar_subquery()


def _reached(sha256: Sha256 | ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a hold that lasts reaches these bytes."""
    sent = exists().where(
        upload.c.sha256 == sha256, upload.c.state.in_(sorted(FINISHED)), hold.c.scope == "person",
        hold.c.subject == upload.c.person, _LASTS,
    )  # fmt: skip
    named = exists().where(
        naming.c.sha256 == sha256, hold_notebook.c.notebook == naming.c.notebook, hold.c.id == hold_notebook.c.hold,
        _LASTS,
    )  # fmt: skip
    return or_(sent, named)
